//! Names and texts that keep what they promise, so that later stages need not ask again.

use std::str::FromStr;

use super::refusal::Refusal;

/// Declares a type of text; whoever declares it says with `FromStr` which text it takes, and may say it to editors with
/// `NAME ~ PATTERN, "what it is"`.
macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident $(~ $pattern:expr, $expected:literal)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl crate::yaml::typed::FromNode for $name {
            fn from_node(
                node: &crate::yaml::Node,
                typer: &mut crate::yaml::typed::Typer<'_>,
            ) -> Option<Self> {
                let text = <String as crate::yaml::typed::FromNode>::from_node(node, typer)?;
                text.parse().map_err(|refusal| typer.refuse(node.span, refusal)).ok()
            }

            fn schema(_: crate::yaml::schema::Place) -> crate::yaml::schema::Schema {
                let schema = crate::model::text::text_type!(@schema $($pattern, $expected)?);
                // A number is the text it was written as.
                match "5".parse::<Self>() {
                    Ok(_) => schema.or_number(),
                    Err(_) => schema,
                }
            }
        }
    };
    (@schema) => { crate::yaml::schema::Schema::text() };
    (@schema $pattern:expr, $expected:literal) => {
        crate::yaml::schema::Schema::pattern($pattern, $expected)
    };
}
pub(crate) use text_type;

/// What stands between the dots of a host name, as a pattern.
const LABEL: &str = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

text_type! {
    /// The name of a guest, network, pool, group or volume.
    ///
    /// It becomes a file name, a libvirt object name and a word in scripts, so it is what all of them take unquoted.
    ObjectName ~ "[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}", "a name of letters, digits and . _ - +"
}

text_type! {
    /// A host name or domain: labels of letters, digits and `-`, joined by dots (RFC 1123, section 2.1).
    DnsName ~ format!("{LABEL}(?:[.]{LABEL})*"), "a host name"
}

text_type! {
    /// One line of text without control characters.
    Line ~ r"[^\r\n]*", "one line of text"
}

text_type! {
    /// Text of any number of lines, without the control characters no installer file can carry.
    Text
}

text_type! {
    /// The name of a network device: what Linux takes (`dev_valid_name` in net/core/dev.c) and XML attributes carry.
    DeviceName ~ r#"[^\s/:&<>"'\\,%]{1,15}"#, "the name of a network device, up to 15 characters"
}

impl FromStr for ObjectName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        if text.is_empty() {
            return Err(Refusal::new("a name cannot be empty", "write a name"));
        }
        let message = if let Some(bad) = text.chars().find(|c| !fits(*c)) {
            format!(
                "`{}` cannot be a name: {} is not a letter, digit or one of . _ - +",
                escaped(text),
                quoted(bad)
            )
        } else if !text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            format!("`{text}` cannot be a name: the first character is a letter or digit")
        } else if text.len() > 128 {
            let message = format!("`{text}` is longer than 128 characters");
            return Err(Refusal::new(message, "write a shorter name"));
        } else {
            return Ok(Self(text.into()));
        };
        let help = match Self::near(text) {
            Some(near) => format!("write `{near}`"),
            None => "write a name of letters and digits".to_owned(),
        };
        Err(Refusal::new(message, help))
    }
}

impl ObjectName {
    /// Returns the name that is nearest to a text which is none.
    #[must_use]
    pub fn near(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        let near = text.chars().map(|c| if fits(c) { c } else { '-' });
        let near: String = near.collect();
        let near = near.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        (!near.is_empty() && near.len() <= 128).then(|| Self(near.into()))
    }
}

impl FromStr for DnsName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let Some((why, help)) = no_host_name(text) else {
            return Ok(Self(text.into()));
        };
        let near = near_host_name(text);
        let help = match near.filter(|near| no_host_name(near).is_none()) {
            Some(near) => format!("write `{near}`"),
            None => help.to_owned(),
        };
        let message = format!("`{}` is not a host name: {why}", escaped(text));
        Err(Refusal::new(message, help))
    }
}

/// Says why a text is no host name, and what to write when no other is near.
fn no_host_name(text: &str) -> Option<(String, &'static str)> {
    const FORM: &str = "write letters, digits and `-`, as in `web-1` or `web-1.x.test`";
    if text.len() > 253 {
        let why = "it is longer than 253 characters".to_owned();
        return Some((why, "write a shorter name"));
    }
    let fits = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    text.split('.').find_map(|label| {
        if label.is_empty() {
            Some(("a part between dots is empty".to_owned(), FORM))
        } else if let Some(bad) = label.chars().find(|c| !fits(c)) {
            let help = if bad.is_ascii() {
                FORM
            } else {
                "names in other alphabets are written as in DNS, where they begin with `xn--`"
            };
            Some((
                format!("{} is not a letter, digit or `-`", quoted(bad)),
                help,
            ))
        } else if label.len() > 63 {
            let help = "write a shorter one; a dot begins a new part";
            Some((format!("`{label}` is longer than 63 characters"), help))
        } else if label.starts_with('-') || label.ends_with('-') {
            Some((format!("`{label}` begins or ends with `-`"), FORM))
        } else {
            None
        }
    })
}

/// Returns a text with `-` for what no host name has, and none of that at the ends.
fn near_host_name(text: &str) -> Option<String> {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let labels = text.trim_matches('.').split('.').map(|label| {
        let label: String = label.chars().map(plain).collect();
        label.trim_matches('-').to_owned()
    });
    text.is_ascii()
        .then(|| labels.collect::<Vec<String>>().join("."))
}

impl FromStr for Line {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text
            .chars()
            .find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            Some('\n' | '\r') => Err(Refusal::new(
                format!(
                    "one line is due here, found a line break in `{}`",
                    escaped(text)
                ),
                "write it on one line; `>-` before a longer text joins its lines",
            )),
            Some(bad) => Err(Refusal::new(
                format!(
                    "the control character {} cannot stand in `{}`",
                    quoted(bad),
                    escaped(text)
                ),
                "remove it",
            )),
            None => Ok(Self(text.into())),
        }
    }
}

impl FromStr for Text {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r' | '\u{1b}'))
        {
            Some(bad) => Err(Refusal::new(
                format!(
                    "the control character {} cannot be carried in text",
                    quoted(bad)
                ),
                "remove it; what is no text can be a file of `setup_data`",
            )),
            None => Ok(Self(text.into())),
        }
    }
}

impl FromStr for DeviceName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let wrong = |why: &str, help: &str| {
            let message = format!("`{}` cannot be a network device: {why}", escaped(text));
            Err(Refusal::new(message, help))
        };
        if text.is_empty() || matches!(text, "." | "..") {
            return wrong("it has no name", "write a name, as in `virbr1` or `eth0`");
        }
        let fits = |c: char| c.is_ascii_graphic() && !"/:&<>\"'\\,%".contains(c);
        if let Some(bad) = text.chars().find(|c| !fits(*c)) {
            let why = format!("{} cannot stand in it", quoted(bad));
            return wrong(&why, "letters, digits, `-`, `_` and `.` can");
        }
        if text.len() > 15 {
            let why = "it is longer than 15 characters, the kernel's limit";
            return wrong(why, "write a name of 15 characters at most");
        }
        Ok(Self(text.into()))
    }
}

/// Returns text as messages show it.
pub(super) fn escaped(text: &str) -> String {
    text.escape_debug()
        .to_string()
        .replace("\\'", "'")
        .replace("\\\"", "\"")
}

/// Returns a character as messages show it.
pub(super) fn quoted(c: char) -> String {
    if c.is_control() {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

#[cfg(test)]
mod tests {
    use super::{DeviceName, DnsName, Line, ObjectName, Text};

    #[test]
    fn names_are_words_everywhere() {
        for good in ["sam", "rhel-6-cluster-1", "a.b_c+d", "1"] {
            assert!(good.parse::<ObjectName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a;rm -rf $HOME",
            "$(id)",
            "it's",
            "a&<b>",
            "a\nb",
            "..",
            "-n",
            "../x",
            "a/b",
            "ü",
        ] {
            assert!(bad.parse::<ObjectName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn host_names_are_dns() {
        assert!("rhel-6-cluster-1.m2.local".parse::<DnsName>().is_ok());
        for bad in ["", "a..b", "-a", "a-", "a_b", "a b", &"x".repeat(64)] {
            assert!(bad.parse::<DnsName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn lines_are_lines() {
        assert!("a;rm -rf $HOME `id` ü".parse::<Line>().is_ok());
        assert!("a\nb".parse::<Line>().is_err());
        assert!("a\nb".parse::<Text>().is_ok());
        assert!("a\0b".parse::<Text>().is_err());
        assert!("virbr-15-chars-".parse::<DeviceName>().is_ok());
        for bad in ["", "..", "virbr-16-chars--", "a b", "a/b", "a:b", "a&b"] {
            assert!(bad.parse::<DeviceName>().is_err(), "{bad}");
        }
    }
}
