//! Encodings that hold any text, or any size, exactly: XML, YAML, base64, GiB and MiB.

use super::Filtered;
use crate::secret::MASK;
use std::fmt::Write as _;

/// Refuses the characters that XML 1.0 has no way to write (section 2.2, `Char`).
pub(super) fn xml_chars(text: &str) -> Result<(), String> {
    let forbidden = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    match text.chars().find(|&c| forbidden(c)) {
        Some(c) => Err(format!(
            "the character U+{:04X} cannot be written in XML",
            u32::from(c)
        )),
        None => Ok(()),
    }
}

/// Text or an attribute value of XML. Tabs and line ends become references, because a parser turns literal ones in an
/// attribute into spaces.
pub(super) fn xml(text: &str) -> Filtered {
    xml_chars(text)?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// A JSON string, which YAML 1.1 and 1.2 both read as the same text. Characters that YAML 1.1 takes for line breaks or
/// calls unprintable are escaped as well.
pub(super) fn yaml(text: &str) -> Filtered {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                write!(out, "\\u{:04x}", u32::from(c)).map_err(|e| e.to_string())?;
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

/// How deep the lines of a block stand: below a key of a list's item.
const BLOCK_INDENT: &str = "      ";

/// The value of a key of a list's item, which stands at four spaces: a literal block (YAML 1.2, section 8.1.2), so that
/// it can be read, or in double quotes when it is a text that no block carries.
pub(super) fn yaml_block(text: &str) -> Filtered {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let carried = |c: char| match c {
        '\n' | '\t' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    let last = body.rsplit('\n').next().unwrap_or_default();
    if last.trim().is_empty() || !body.chars().all(carried) {
        return yaml(text);
    }
    // A block ends in one line break, or is told to end in none.
    let mut out = String::from(if body.len() < text.len() { "|2" } else { "|2-" });
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(BLOCK_INDENT);
            out.push_str(line);
        }
    }
    Ok(out)
}

/// Base64 (RFC 4648) of the text's UTF-8 bytes, on one line.
pub(super) fn base64(text: &str) -> Filtered {
    Ok(base64_of(text.as_bytes()))
}

/// Base64 (RFC 4648) of bytes, on one line.
pub(super) fn base64_of(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place) & 63) as usize;
            out.push(if place > chunk.len() {
                '='
            } else {
                char::from(ALPHABET[index])
            });
        }
    }
    out
}

/// Base64 text in lines of 76 characters, the most that `openssl` reads. Every full or last line is a multiple of four
/// characters long, so none of them can be the `EOF` that ends a here-document. What stands for a secret in what is
/// shown stays as it is.
pub(super) fn fold(text: &str) -> Filtered {
    if text == MASK {
        return Ok(text.to_owned());
    }
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let text: String = text.chars().filter(|&c| c != '\n').collect();
    if !text.chars().all(known) || !text.len().is_multiple_of(4) {
        return Err("the text is not base64".to_owned());
    }
    let mut out = String::with_capacity(text.len() + text.len() / 76);
    for (index, c) in text.chars().enumerate() {
        if index > 0 && index % 76 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    Ok(out)
}

/// Bytes as GiB, in the shortest decimal that is exact.
pub(super) fn gib(bytes: u64) -> String {
    const GIB: u64 = 1 << 30;
    let mut out = (bytes / GIB).to_string();
    let mut rest = bytes % GIB;
    if rest > 0 {
        out.push('.');
    }
    while rest > 0 {
        rest *= 10;
        out.push_str(&(rest / GIB).to_string());
        rest %= GIB;
    }
    out
}

/// Bytes as whole MB of a million bytes, rounded up.
pub(super) fn mb(bytes: u64) -> String {
    bytes.div_ceil(1_000_000).to_string()
}

/// Bytes as whole MiB, rounded up.
pub(super) fn mib(bytes: u64) -> String {
    bytes.div_ceil(1 << 20).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_survives_a_parser() {
        assert_eq!(
            xml("a&<b>\"'\n\té").unwrap(),
            "a&amp;&lt;b&gt;&quot;&#39;&#10;&#9;é"
        );
        assert!(xml("\u{1}").unwrap_err().contains("U+0001"));
    }

    #[test]
    fn yaml_is_json() {
        for text in [
            "yes",
            "52:54:00:00:00:01",
            "a\"\\\n\u{1}",
            "\u{85}\u{2028}\u{feff}",
            "é€😀",
            "%end",
        ] {
            let out = yaml(text).unwrap();
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            assert!(!out.contains(['\u{85}', '\u{2028}', '\n']));
        }
    }

    #[test]
    fn blocks_are_for_texts_that_can_be_read() {
        let cases = [
            ("a\n", "|2\n      a"),
            ("a", "|2-\n      a"),
            ("  a\n\n\tb # c\n", "|2\n        a\n\n      \tb # c"),
            ("\n---\n", "|2\n\n      ---"),
            ("", "\"\""),
            ("a\n\n", "\"a\\n\\n\""),
            ("a\n \n", "\"a\\n \\n\""),
            ("a\r\nb\n", "\"a\\r\\nb\\n\""),
            ("\u{85}", "\"\\u0085\""),
        ];
        for (text, want) in cases {
            assert_eq!(yaml_block(text).unwrap(), want, "{text:?}");
        }
    }

    #[test]
    fn base64_of_every_length() {
        // RFC 4648, section 10.
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ];
        for (text, want) in cases {
            assert_eq!(base64(text).unwrap(), want);
        }
        assert_eq!(base64("ü\u{0}~?").unwrap(), "w7wAfj8=");
    }

    #[test]
    fn folding_keeps_the_text_and_cannot_end_a_here_document() {
        let text = base64(&"x".repeat(200)).unwrap();
        let folded = fold(&text).unwrap();
        assert_eq!(folded.replace('\n', ""), text);
        assert!(
            folded
                .lines()
                .all(|line| line.len() <= 76 && line.len() % 4 == 0)
        );
        assert_eq!(fold(&folded).unwrap(), folded);
        assert_eq!(fold("").unwrap(), "");
        assert_eq!(fold(MASK).unwrap(), MASK);
        for text in ["EOF", "a b=", "%end", "$(a)"] {
            assert!(fold(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_exact() {
        assert_eq!(gib(5 << 30), "5");
        assert_eq!(gib(1 << 29), "0.5");
        assert_eq!(gib(1), "0.000000000931322574615478515625");
        assert_eq!(gib(u64::MAX), "17179869183.999999999068677425384521484375");
        assert_eq!(mib(1 << 20), "1");
        assert_eq!(mib((1 << 20) + 1), "2");
        assert_eq!(mib(0), "0");
        assert_eq!((mb(0).as_str(), mb(1_000_001).as_str()), ("0", "2"));
    }
}
