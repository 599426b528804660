//! XML that is neither text nor an attribute's value: comments, and whole elements the site wrote.

use super::Filtered;
use super::encode::xml_chars;

/// The text of a comment, in which two hyphens cannot meet, nor one stand at the end (XML 1.0, section 2.5).
pub(super) fn comment(text: &str) -> Filtered {
    xml_chars(text)?;
    let mut out = text.to_owned();
    while out.contains("--") {
        out = out.replace("--", "- -");
    }
    if out.ends_with('-') {
        out.push(' ');
    }
    Ok(out)
}

/// One element of this name as it is written, which must be whole: every tag in it is closed, every reference one of
/// XML's own, and nothing stands around it but blanks and comments. Names may begin with the prefix `bound`.
pub(super) fn element(text: &str, name: &str, bound: &str) -> Filtered {
    xml_chars(text)?;
    let mut open: Vec<&str> = Vec::new();
    let mut roots = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        characters(before, open.is_empty())?;
        rest = if let Some(comment) = after.strip_prefix("!--") {
            let (inside, rest) = cut(comment, "--")?;
            rest.strip_prefix('>')
                .ok_or_else(|| format!("the comment {inside:?} has two hyphens in it"))?
        } else if let Some(data) = after.strip_prefix("![CDATA[").filter(|_| !open.is_empty()) {
            cut(data, "]]>")?.1
        } else {
            let (tag, rest) = tag(after)?;
            if let Some(closed) = tag.strip_prefix('/') {
                if open.pop() != Some(closed.trim_end()) {
                    return Err(format!("`<{tag}>` closes no element that is open"));
                }
            } else {
                let (inside, empty) = match tag.strip_suffix('/') {
                    Some(inside) => (inside, true),
                    None => (tag, false),
                };
                let element = attributes(inside, bound)?;
                if open.is_empty() {
                    roots += 1;
                    if element != name || roots > 1 {
                        return Err(format!("one element `{name}` is due, not `{element}`"));
                    }
                }
                if !empty {
                    open.push(element);
                }
            }
            rest
        };
    }
    characters(rest, true)?;
    match open.last() {
        Some(element) => Err(format!("the element `{element}` is not closed")),
        None if roots == 0 => Err(format!("an element `{name}` is due")),
        None => Ok(text.trim_matches('\n').to_owned()),
    }
}

/// What stands before `end`, and after it.
fn cut<'t>(text: &'t str, end: &str) -> Result<(&'t str, &'t str), String> {
    text.split_once(end)
        .ok_or_else(|| format!("{end:?} is missing at the end of {text:?}"))
}

/// Text between tags: references are XML's own, and outside of elements there are blanks only.
fn characters(text: &str, outside: bool) -> Result<(), String> {
    if outside && !text.trim().is_empty() {
        return Err(format!("{:?} stands outside of the element", text.trim()));
    }
    if text.contains("]]>") {
        return Err("`]]>` ends CDATA where there is none".to_owned());
    }
    references(text)
}

/// Refuses an ampersand that begins no reference to a character (XML 1.0, sections 4.1 and 4.6).
fn references(text: &str) -> Result<(), String> {
    for after in text.split('&').skip(1) {
        let name = after.split_once(';').map_or("", |(name, _)| name);
        let number = |digits: &str, radix| {
            let code = u32::from_str_radix(digits, radix).ok();
            let c = code.and_then(char::from_u32);
            c.is_some_and(|c| xml_chars(c.encode_utf8(&mut [0; 4])).is_ok())
        };
        let known = match name.strip_prefix('#') {
            Some(code) => match code.strip_prefix('x') {
                Some(code) => number(code, 16),
                None => number(code, 10),
            },
            None => matches!(name, "amp" | "lt" | "gt" | "quot" | "apos"),
        };
        if !known {
            return Err(format!(
                "`&` begins no reference here: {after:?}; write `&amp;`"
            ));
        }
    }
    Ok(())
}

/// What stands between `<` and its `>`, and what comes after. Values in quotes may hold a `>`.
fn tag(text: &str) -> Result<(&str, &str), String> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Ok((&text[..at], &text[at + 1..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    Err(format!("a tag has no end: {text:?}"))
}

/// The name of a start tag, whose attributes must be whole and each be there once.
fn attributes<'t>(tag: &'t str, bound: &str) -> Result<&'t str, String> {
    let end = tag.find(char::is_whitespace).unwrap_or(tag.len());
    let (name, mut rest) = tag.split_at(end);
    is_name(name, bound)?;
    let mut seen = Vec::new();
    while !rest.trim().is_empty() {
        let broken = || format!("`<{tag}>` is no tag");
        // One follows another after a blank.
        if !rest.starts_with(char::is_whitespace) {
            return Err(broken());
        }
        let (key, value) = rest.split_once('=').ok_or_else(broken)?;
        let (key, value) = (key.trim(), value.trim_start());
        is_name(key, bound)?;
        if seen.contains(&key) {
            return Err(format!("`{key}` is there twice in `<{tag}>`"));
        }
        seen.push(key);
        let quote = value.chars().next().filter(|c| "\"'".contains(*c));
        let quote = quote.ok_or_else(broken)?;
        let (value, after) = value[1..].split_once(quote).ok_or_else(broken)?;
        if value.contains('<') {
            return Err(broken());
        }
        references(value)?;
        rest = after;
    }
    Ok(name)
}

/// Refuses what names no element or attribute. One prefix is bound to a namespace where the element goes.
fn is_name(name: &str, bound: &str) -> Result<(), String> {
    let local = name.strip_prefix(bound).unwrap_or(name);
    let inner = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let starts = local.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && local.chars().all(inner) {
        Ok(())
    } else {
        Err(format!("{name:?} is no name of an element or attribute"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_have_no_two_hyphens() {
        for (text, want) in [
            ("a", "a"),
            ("a--b", "a- -b"),
            ("---", "- - - "),
            ("a&<b>", "a&<b>"),
        ] {
            assert_eq!(comment(text).as_deref(), Ok(want));
        }
        assert!(comment("\u{1}").is_err());
    }

    #[test]
    fn elements_are_whole() {
        for text in [
            "<p/>",
            "\n<!-- x -->\n<p config:type=\"list\">\n <a b='&#65;>'>&amp;<![CDATA[<&]]></a >\n</p>\n",
        ] {
            assert_eq!(
                element(text, "p", "config:").as_deref(),
                Ok(text.trim_matches('\n'))
            );
        }
        for text in [
            "",
            "x",
            "<p>",
            "<p/><p/>",
            "<q/>",
            "<p/>x",
            "</p>",
            "<p></q>",
            "<p><a></p></a>",
            "<p>&</p>",
            "<p>&x;</p>",
            "<p>&#0;</p>",
            "<p>]]></p>",
            "<p a=b/>",
            "<p a='1' a='2'/>",
            "<p a='1'b='2'/>",
            "<p a='<'/>",
            "<p x:a='1'/>",
            "<p><!-- a -- b --></p>",
            "<p><!-- a",
            "<p><![CDATA[</p>",
            "<p><?x?></p>",
            "<p a='>",
            "<p>\0</p>",
        ] {
            assert!(element(text, "p", "config:").is_err(), "{text:?}");
        }
    }
}
