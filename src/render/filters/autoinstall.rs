//! What a site writes itself into autoinstall.

use super::Filtered;
use crate::diag::Sink;
use crate::source::Sources;
use crate::yaml::parse;

/// How deep the keys of a section stand.
const INDENT: &str = "    ";

/// A map in YAML, every line of it as deep as the keys of a section, so that none can be a key beside the section. It must
/// be whole: what stays open at its end would take in what follows.
pub(super) fn raw(text: &str) -> Filtered {
    let body = text.trim_end_matches(['\n', ' ']).trim_start_matches('\n');
    // YAML 1.1 has more characters that end lines, and tabs are where its readers differ.
    let carried =
        |c: char| c == '\n' || !(c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c));
    if let Some(c) = body.chars().find(|&c| !carried(c)) {
        return Err(format!(
            "the character U+{:04X} cannot stand in a section of autoinstall",
            u32::from(c)
        ));
    }
    let marks = ["---", "...", "%"];
    if let Some(line) = body
        .lines()
        .find(|line| marks.iter().any(|mark| line.starts_with(mark)))
    {
        return Err(format!(
            "{line:?} begins or ends a document, and a section is a part of one"
        ));
    }
    let mut sources = Sources::default();
    let file = sources.add("raw", body);
    let mut sink = Sink::default();
    let map = parse(file, body, &mut sink).filter(|node| node.as_map().is_some());
    if map.is_none() || sink.found() > 0 || body.is_empty() {
        return Err("is no map in YAML".to_owned());
    }
    let deeper = |line: &str| match line.trim() {
        "" => String::new(),
        _ => format!("{INDENT}{line}"),
    };
    let lines: Vec<String> = body.lines().map(deeper).collect();
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::raw;

    #[test]
    fn a_section_cannot_be_left() {
        assert_eq!(
            raw("a: |\n  b\n\n  c\nd: {e: f}\n").as_deref(),
            Ok("    a: |\n      b\n\n      c\n    d: {e: f}")
        );
        for text in [
            "",
            "a",
            "- a",
            "a: {b",
            "a: \"b",
            "a: 1\na: 2",
            "---\na: 1",
            "a: 1\n...\nb: 2",
            "a: 1\n--- {b: 2}",
            "a: \u{85}",
            "# a\u{2028}b: c",
            "a:\tb",
        ] {
            assert!(raw(text).is_err(), "{text:?}");
        }
    }
}
