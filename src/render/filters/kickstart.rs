//! The grammar of a kickstart: words of a command, lines of `%packages`, bodies of scripts.
//!
//! Two programs read the file. Anaconda (pykickstart) splits it with Python's `str.splitlines` and each command with
//! `shlex` in POSIX mode. The loader of RHEL 5 and 6 splits the same commands with popt, so only what both read
//! alike is written: bare words, and double quotes with `\"` and `\\`.

use super::Filtered;
use super::plain::{double_quoted, ends_line, one_line};

/// One word of a command: the value of an option, as in `--name=WORD`. The loader of RHEL 5 and 6 drops an empty one.
pub(super) fn word(text: &str) -> Filtered {
    if text.is_empty() {
        return Err("a word of a kickstart command cannot be empty".to_owned());
    }
    one_line(text)?;
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+=$".contains(c);
    if text.chars().all(bare) {
        Ok(text.to_owned())
    } else {
        Ok(double_quoted(text))
    }
}

/// One word of a command that is no option's value. It must not look like an option itself.
pub(super) fn argument(text: &str) -> Filtered {
    if text.starts_with('-') {
        return Err(format!("{text:?} would be read as an option"));
    }
    word(text)
}

/// Several values in one word, as in `--enabled=sshd,ntpd`. Anaconda splits them at commas and trims them.
pub(super) fn list(items: &[&str]) -> Filtered {
    for item in items {
        if item.is_empty() || item.contains(|c: char| c == ',' || c.is_whitespace()) {
            return Err(format!(
                "{item:?} cannot be one item of a comma-separated list"
            ));
        }
    }
    word(&items.join(","))
}

/// One package, `@group` or `@^environment`, alone on a line of `%packages`. The grammar has no quoting: `#` starts a
/// comment anywhere, `-` in front removes, and only group names hold spaces.
pub(super) fn package(text: &str) -> Filtered {
    one_line(text)?;
    let name = text.trim_start_matches(['@', '^']);
    let bad_start = name.is_empty()
        || name.starts_with(['-', '%', '"', '\''])
        || name.starts_with(char::is_whitespace);
    let spaced = name.ends_with(char::is_whitespace)
        || (!text.starts_with('@') && name.contains(char::is_whitespace));
    if bad_start || spaced || text.contains('#') {
        return Err(format!(
            "{text:?} is not a package or @group that %packages can name"
        ));
    }
    Ok(text.to_owned())
}

/// Commands the user wrote for the installer, without the line breaks at their end. They may include files that a
/// `%pre` script wrote, but not open a section: that would swallow the commands after them.
pub(super) fn raw(text: &str) -> Filtered {
    if let Some(c) = text
        .chars()
        .find(|&c| (c.is_control() || ends_line(c)) && c != '\n' && c != '\t')
    {
        return Err(format!(
            "the control character U+{:04X} cannot stand in installer text",
            u32::from(c)
        ));
    }
    match text
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with('%') && !line.starts_with("%include "))
    {
        Some(line) => Err(format!(
            "{line:?} would open or close a section; scripts and packages have keys of their own"
        )),
        None => Ok(text.trim_matches('\n').to_owned()),
    }
}

/// Whether a script can stand in its section as it is, less its last line break. A line that starts with `%` could end the section, or include
/// a file; a line end only Python knows could make one; and a here-document of ours must not end early.
pub(super) fn is_plain_script(script: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    let body = script.strip_suffix('\n').unwrap_or(script);
    // What stands at its end means something after a backslash, or in another language than the shell's.
    !body.is_empty()
        && !body.ends_with(blank)
        && !script
            .chars()
            .any(|c| (c.is_control() || ends_line(c)) && c != '\n' && c != '\t')
        && script
            .lines()
            .all(|line| !line.trim_start_matches(blank).starts_with('%') && line != "EOF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bare_or_in_double_quotes() {
        let cases = [
            ("eth0", "eth0"),
            ("$6$salt$./Hash", "$6$salt$./Hash"),
            (
                "console=tty0 console=ttyS0",
                r#""console=tty0 console=ttyS0""#,
            ),
            ("a#b", r#""a#b""#),
            ("it's", r#""it's""#),
            (r#"a"b\"#, r#""a\"b\\""#),
            ("Jürgen", r#""Jürgen""#),
        ];
        for (value, want) in cases {
            assert_eq!(word(value).unwrap(), want);
            assert_eq!(
                shlex::split(want).unwrap(),
                [value],
                "another POSIX splitter reads it back"
            );
        }
        assert!(word("").is_err());
        assert!(word("a\nb").is_err());
        assert!(word("a\u{2028}%end").is_err());
        assert!(argument("--lock").is_err());
    }

    #[test]
    fn lists_hold_no_commas_or_spaces() {
        assert_eq!(list(&["sshd", "ntpd"]).unwrap(), "sshd,ntpd");
        for item in ["a,b", "a b", ""] {
            assert!(list(&["x", item]).is_err(), "{item:?}");
        }
    }

    #[test]
    fn packages_without_quoting() {
        for name in [
            "vim",
            "@core",
            "@^minimal-environment",
            "@Web Server",
            "glibc.i686",
            "kernel-*",
            "libstdc++",
        ] {
            assert_eq!(package(name).unwrap(), name);
        }
        for name in [
            "", "@", "-vim", "@-x", "a b", "a#b", "#a", "%end", "@%end", "a\n%end", " a", "a ",
            "\"a\"",
        ] {
            assert!(package(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn raw_text_opens_no_section() {
        assert_eq!(
            raw("part / --size=1\n%include /tmp/part\n\n").unwrap(),
            "part / --size=1\n%include /tmp/part"
        );
        for text in [
            "x\n %end",
            "%post\nid",
            "%packages",
            "a\u{85}%end",
            "a\r\n%end",
        ] {
            assert!(raw(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn scripts_that_could_leave_their_section_are_not_plain() {
        for script in [
            "echo hi",
            "if :; then\n\techo 100%\nfi\n",
            "# Grüße\ndate +%s\n",
        ] {
            assert!(is_plain_script(script), "{script:?}");
        }
        for script in [
            "",
            "\n",
            "%end",
            "a\n  %end\n",
            "a\n\u{a0}%post",
            "a\r\n",
            "a\n\n",
            "echo a\\ ",
            "a\u{2028}b",
            "cat <<EOF\nx\nEOF\n",
        ] {
            assert!(!is_plain_script(script), "{script:?}");
        }
    }
}
