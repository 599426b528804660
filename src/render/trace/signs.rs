//! The characters that marks are made of.

/// The characters around a mark, and between its number and what more it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    pub(super) open: char,
    pub(super) more: char,
    pub(super) close: char,
}

impl Signs {
    /// Finds three characters for private use (Unicode 16, section 23.5) that are in none of `texts`.
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Option<Self> {
        let mut free = ('\u{f0000}'..='\u{f00ff}').filter(|sign| {
            let mut texts = texts.clone();
            !texts.any(|text| text.contains(*sign))
        });
        Some(Self {
            open: free.next()?,
            more: free.next()?,
            close: free.next()?,
        })
    }

    /// Takes the space off the ends of a text as if its marks were not there. A text of nothing else is empty.
    pub(super) fn trim(self, text: &str, start: bool, end: bool) -> String {
        let mut kept: Vec<(bool, char)> = Vec::with_capacity(text.len());
        let mut in_mark = false;
        for c in text.chars() {
            in_mark |= c == self.open;
            kept.push((in_mark, c));
            in_mark &= c != self.close;
        }
        let said = |(is_mark, c): &(bool, char)| !is_mark && !c.is_whitespace();
        let (Some(first), Some(last)) = (kept.iter().position(said), kept.iter().rposition(said))
        else {
            return String::new();
        };
        let stays = |(at, (is_mark, _)): (usize, &(bool, char))| {
            *is_mark || (!start || at >= first) && (!end || at <= last)
        };
        let stays = kept.iter().enumerate().filter(|entry| stays(*entry));
        stays.map(|(_, (_, c))| *c).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Signs;

    #[test]
    fn space_is_taken_off_around_marks() {
        let signs = Signs {
            open: '<',
            more: ':',
            close: '>',
        };
        assert_eq!(
            signs.trim(" <1> \n<2>a <3> b<4>\n<5> ", true, true),
            "<1><2>a <3> b<4><5>"
        );
        assert_eq!(signs.trim(" <1> a ", false, true), " <1> a");
        assert_eq!(signs.trim(" <1> a ", true, false), "<1>a ");
        assert_eq!(signs.trim("<1> <2>", true, true), "");
    }

    #[test]
    fn signs_are_in_no_text() {
        let signs = Signs::new(["a\u{f0000}", "\u{f0002}"].into_iter()).unwrap();
        assert_eq!(
            [signs.open, signs.more, signs.close],
            ['\u{f0001}', '\u{f0003}', '\u{f0004}']
        );
    }
}
