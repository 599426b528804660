//! Filters for files that have no quoting of their own: one-line values, plain names, comments.

use super::Filtered;

/// Whether `c` ends a line for any reader of our files. Beside the usual ones these are the characters at which
/// Python's `str.splitlines` breaks, because that is how pykickstart finds the lines of a kickstart.
pub(super) fn ends_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Refuses line ends and control characters other than the tab.
pub(super) fn one_line(text: &str) -> Result<(), String> {
    match text
        .chars()
        .find(|&c| ends_line(c) || (c.is_control() && c != '\t'))
    {
        Some(c) => Err(format!(
            "a line break or control character (U+{:04X}) cannot be carried here",
            u32::from(c)
        )),
        None => Ok(()),
    }
}

/// The text unchanged, which must stay on its line: for configuration files that take the rest of a line literally.
pub(super) fn line(text: &str) -> Filtered {
    one_line(text).map(|()| text.to_owned())
}

/// The text unchanged, which must be the absolute path of a file, on one line.
pub(super) fn path(text: &str) -> Filtered {
    if !text.starts_with('/') || text.ends_with('/') {
        return Err(format!("{text:?} is not the absolute path of a file"));
    }
    line(text)
}

/// The text unchanged, which must be a plain name: what hosts, repositories and addresses are called. Such a name is
/// one word in every language, and no option.
pub(super) fn ident(text: &str) -> Filtered {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ':');
    if text.starts_with(|c| inner(c) && c != '-') && text.chars().all(inner) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{text:?} is not a plain name: letters, digits and `_` `.` `:` `-` only, and no `-` in front"
        ))
    }
}

/// The text unchanged, which must be a subnet or the value of a network setting: one word in files and in double quotes of
/// the shell, and no option.
pub(super) fn net_word(text: &str) -> Filtered {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_.:-+,/".contains(c);
    if text.starts_with(|c| inner(c) && c != '-') && text.chars().all(inner) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{text:?} is not the value of a network setting: letters, digits and `_` `.` `:` `-` `+` `,` `/` only, and no `-` in front"
        ))
    }
}

/// The text unchanged, which must be a name that a user or group can have: a plain name without `:`, which separates
/// the fields of `/etc/passwd`.
pub(super) fn account(text: &str) -> Filtered {
    if text.contains(':') {
        return Err(format!(
            "{text:?} cannot be the name of a user or group: `:` separates the fields of /etc/passwd"
        ));
    }
    ident(text)
}

/// The text as comment lines. What ends CDATA in XML is written apart, as scripts may stand in there.
pub(super) fn comment(text: &str) -> Filtered {
    let text = text.replace(CDATA_END, "]] >");
    let lines = text
        .trim_end()
        .split(ends_line)
        .map(|line| format!("# {line}").trim_end().to_owned());
    let comment = lines.collect::<Vec<_>>().join("\n");
    match comment
        .chars()
        .find(|&c| c.is_control() && c != '\n' && c != '\t')
    {
        Some(c) => Err(format!(
            "a control character (U+{:04X}) cannot be carried in a comment",
            u32::from(c)
        )),
        None => Ok(comment),
    }
}

/// What ends CDATA, which knows no escapes (XML 1.0, section 2.7).
pub(super) const CDATA_END: &str = "]]>";

/// The text unchanged, which must not end the CDATA it stands in.
pub(super) fn cdata(text: &str) -> Filtered {
    super::encode::xml_chars(text)?;
    if text.contains(CDATA_END) {
        return Err(format!(
            "{CDATA_END:?} cannot stand in CDATA, which it would end"
        ));
    }
    Ok(text.to_owned())
}

/// Whether a text can stand in a here-document that `EOF` ends, less its last line break, and in CDATA around that.
pub(super) fn is_heredoc(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    !body.is_empty()
        && !body.ends_with('\n')
        && cdata(text).is_ok()
        && !text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        && text.lines().all(|line| line != "EOF")
}

/// The text in double quotes, with a backslash before `"` and `\`: how Python's `shlex` in POSIX mode reads it back.
pub(super) fn double_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("ALL=(ALL) ALL").unwrap(), "ALL=(ALL) ALL");
        for c in [
            '\n', '\r', '\0', '\u{b}', '\u{85}', '\u{2028}', '\u{2029}', '\u{7f}',
        ] {
            assert!(line(&format!("a{c}b")).is_err(), "{c:?}");
        }
    }

    #[test]
    fn paths_are_absolute() {
        assert_eq!(path("/etc/it's here").unwrap(), "/etc/it's here");
        for text in ["", "/", "etc/motd", "/etc/", "/etc\n%end"] {
            assert!(path(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_are_plain() {
        for name in ["ann", "_x", "a.b", "web-1.example.com", "fd00::5", "::1"] {
            assert_eq!(ident(name).unwrap(), name);
        }
        for name in [
            "", "-x", "a b", "a,b", "a;b", "$(id)", "it's", "a\n", "häns", "#a", "@a",
        ] {
            assert!(ident(name).is_err(), "{name:?}");
            assert!(account(name).is_err(), "{name:?}");
        }
        assert_eq!(account("ann").unwrap(), "ann");
        assert!(account("ann:x").is_err());
    }

    #[test]
    fn what_would_end_a_here_document_cannot_stand_in_one() {
        for text in ["echo hi", "%end\n", "# Grüße\n\techo\n", " EOF"] {
            assert!(is_heredoc(text), "{text:?}");
        }
        for text in [
            "",
            "\n",
            "a\n\n",
            "a\r\n",
            "a\nEOF\nb",
            "EOF",
            "\0",
            "a]]>b",
        ] {
            assert!(!is_heredoc(text), "{text:?}");
        }
    }

    #[test]
    fn comments_cannot_be_left() {
        assert_eq!(comment("one").unwrap(), "# one");
        assert_eq!(
            comment("one\n\n%end\u{2028}two\n").unwrap(),
            "# one\n#\n# %end\n# two"
        );
        assert_eq!(comment("a]]>b").unwrap(), "# a]] >b");
        assert!(comment("a\0b").is_err());
    }

    #[test]
    fn what_would_end_cdata_cannot_stand_in_it() {
        assert_eq!(cdata("a]] >&<b>").unwrap(), "a]] >&<b>");
        for text in ["]]>", "a]]>b", "\0", "\u{ffff}"] {
            assert!(cdata(text).is_err(), "{text:?}");
        }
    }
}
