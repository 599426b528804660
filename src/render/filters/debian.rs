//! The grammar of Debian's answers: values of a line, words of a partition recipe, packages; and what GRUB reads.
//!
//! debian-installer reads its answers with a shell script (preseed-common's `debconf-set-selections`), debconf with a
//! Perl one. Neither knows quotes: a value is the rest of its line, and what both take for the same is written.

use super::Filtered;
use super::plain::one_line;
use crate::model::words::is_debian_package;

/// The types of questions (debconf-set-selections(1), debconf-devel(7)), and what marks one as seen.
const TYPES: &[&str] = &[
    "string",
    "boolean",
    "select",
    "multiselect",
    "password",
    "note",
    "text",
    "title",
    "error",
    "seen",
];

/// A value: the rest of a line. A backslash at its end would take the next line in, and blanks around it would be lost.
pub(super) fn value(text: &str) -> Filtered {
    one_line(text)?;
    if text.trim() != text {
        return Err(format!("{text:?} would lose the blanks around it"));
    }
    if text.ends_with('\\') {
        return Err(format!(
            "{text:?} ends with a backslash, which would take in the next line"
        ));
    }
    Ok(text.to_owned())
}

/// One of the words of a value: a URL, a suite.
pub(super) fn word(text: &str) -> Filtered {
    value(text)?;
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(format!("{text:?} is not one word"));
    }
    Ok(text.to_owned())
}

/// A word of a partition recipe, where blanks, braces and a single dot mean something, and shells read the rest.
pub(super) fn recipe_word(text: &str) -> Filtered {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_./:,@+=".contains(c);
    if text.is_empty() || text == "." || !text.chars().all(known) {
        return Err(format!("{text:?} cannot be a word of a partition recipe"));
    }
    Ok(text.to_owned())
}

/// Lines the user wrote for the installer, without the line breaks at their end: the last one must not take ours in.
pub(super) fn raw(text: &str) -> Filtered {
    let body = text.trim_matches('\n');
    if let Some(c) = body
        .chars()
        .find(|&c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(format!(
            "the control character U+{:04X} cannot stand in installer text",
            u32::from(c)
        ));
    }
    if body.trim_end().ends_with('\\') {
        return Err(
            "the last line ends with a backslash, which would take in the next one".to_owned(),
        );
    }
    let mut continued = false;
    for line in body.lines() {
        let is_comment = line.trim().is_empty() || line.starts_with('#');
        let goes_on = line.trim_end().ends_with('\\') && !is_comment;
        let fresh = !std::mem::replace(&mut continued, goes_on);
        if !fresh && is_comment {
            return Err("an answer that goes on in the next line cannot hold a comment".to_owned());
        }
        let kind = line.split_whitespace().nth(2);
        if fresh && !is_comment && !kind.is_some_and(|kind| TYPES.contains(&kind)) {
            return Err(format!(
                "{line:?} is no answer: owner, question, type and value"
            ));
        }
    }
    Ok(body.to_owned())
}

/// A package: its name, with an architecture or release where apt-get(8) takes one.
pub(super) fn package(text: &str) -> Filtered {
    if is_debian_package(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} cannot be the name of a package"))
    }
}

/// What stands in double quotes in apt.conf(5), which knows no escapes.
pub(super) fn apt_value(text: &str) -> Filtered {
    one_line(text)?;
    match text.chars().find(|c| "\"\\".contains(*c)) {
        Some(c) => Err(format!("{c:?} cannot stand in a value of apt.conf")),
        None => Ok(text.to_owned()),
    }
}

/// Kernel arguments. `/etc/default/grub` is a shell's, but grub-mkconfig puts them into GRUB's own script as they are.
pub(super) fn grub_args(text: &str) -> Filtered {
    one_line(text)?;
    match text.chars().find(|c| "\"'\\$`;&|<>{}#\t".contains(*c)) {
        Some(c) => Err(format!(
            "{c:?} means something to GRUB, so it cannot stand in kernel arguments"
        )),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_on_their_line() {
        for text in ["", "a b", "#x", "$(id)", "it's", "zoë", "a\\b"] {
            assert_eq!(value(text).as_deref(), Ok(text));
        }
        for text in [" a", "a ", "a\\", "a\nb", "a\u{2028}b", "\0"] {
            assert!(value(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn words_hold_no_blanks() {
        assert_eq!(word("http://x/$(id)").as_deref(), Ok("http://x/$(id)"));
        for text in ["", "a b", "a\tb", "a\\"] {
            assert!(word(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn words_of_a_recipe_are_bare() {
        for text in ["/", "/var/lib/x", "vg0", "noatime", "size=1"] {
            assert_eq!(recipe_word(text).as_deref(), Ok(text));
        }
        for text in ["", ".", "a b", "}", "/a{b", "$(id)", "/zoë", "a;b", "a\nb"] {
            assert!(recipe_word(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn raw_lines_are_answers() {
        let text = "# disks\nd-i partman-auto/method string lvm\nd-i a/b string \\\n  x\n\n";
        assert_eq!(raw(text).as_deref(), Ok(text.trim_end()));
        for text in [
            "d-i a/b string x \\",
            "touch CANARY",
            "d-i a/b string\rx",
            "# x\\\ntouch CANARY",
            "d-i a/b string x \\\n# y",
        ] {
            assert!(raw(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn packages_are_debians() {
        for text in [
            "vim",
            "libstdc++6",
            "g++",
            "python3.11",
            "libc6:i386",
            "vim/bookworm-backports",
        ] {
            assert_eq!(package(text).as_deref(), Ok(text));
        }
        for text in [
            "", "x", "-vim", "vim-", "vim+", "Vim", "vim*", "a b", "vim:", "a;b", "~n",
        ] {
            assert!(package(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn kernel_arguments_are_words_to_grub() {
        let text = "console=ttyS0,115200n8 panic=10 rd.lvm.lv=vg/root audit=1";
        assert_eq!(grub_args(text).as_deref(), Ok(text));
        for text in ["a;b", "$x", "a'b", "a\"b", "a\\", "a{b}", "#a", "a\nb"] {
            assert!(grub_args(text).is_err(), "{text:?}");
        }
    }
}
