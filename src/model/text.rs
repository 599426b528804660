//! Names and texts that keep what they promise, so that later stages need not ask again.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::str::FromStr;

use super::cidr::{Cidr, Netmask};
use super::mac::{Mac, MacPrefix};
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

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
                text.parse().map_err(|reason: String| typer.invalid(node.span, reason)).ok()
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
    /// An absolute path in the guest or on the host, without `..`.
    AbsolutePath ~ "/.*", "an absolute path"
}

text_type! {
    /// The path of a disk or of a folder of disks on the host, written the shortest way.
    ///
    /// libvirt writes them that way, and two that are one can be seen to be. virt-install escapes what it writes into attributes twice, so a path with XML's own characters would name
    /// another file.
    DiskPath ~ r#"/[^&<>"'\\]*"#, "an absolute path"
}

text_type! {
    /// The name of a network device: what Linux takes (`dev_valid_name` in net/core/dev.c) and XML attributes carry.
    DeviceName ~ r#"[^\s/:&<>"'\\,%]{1,15}"#, "the name of a network device, up to 15 characters"
}

impl FromStr for ObjectName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        if text.is_empty() {
            return Err("a name cannot be empty".to_owned());
        }
        if let Some(bad) = text.chars().find(|c| !fits(*c)) {
            return Err(format!(
                "`{}` cannot be a name: {} is not a letter, digit or one of . _ - +",
                escaped(text),
                quoted(bad)
            ));
        }
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!(
                "`{text}` cannot be a name: the first character is a letter or digit"
            ));
        }
        if text.len() > 128 {
            return Err(format!("`{text}` is longer than 128 characters"));
        }
        Ok(Self(text.into()))
    }
}

impl FromStr for DnsName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: String| Err(format!("`{}` is not a host name: {why}", escaped(text)));
        if text.len() > 253 {
            return wrong("it is longer than 253 characters".to_owned());
        }
        for label in text.split('.') {
            if label.is_empty() {
                return wrong("a part between dots is empty".to_owned());
            }
            if label.len() > 63 {
                return wrong(format!("`{label}` is longer than 63 characters"));
            }
            if let Some(bad) = label
                .chars()
                .find(|c| !c.is_ascii_alphanumeric() && *c != '-')
            {
                return wrong(format!("{} is not a letter, digit or `-`", quoted(bad)));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return wrong(format!("`{label}` begins or ends with `-`"));
            }
        }
        Ok(Self(text.into()))
    }
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text
            .chars()
            .find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            Some('\n' | '\r') => Err(format!(
                "one line is due here, found a line break in `{}`",
                escaped(text)
            )),
            Some(bad) => Err(format!(
                "the control character {} cannot stand in `{}`",
                quoted(bad),
                escaped(text)
            )),
            None => Ok(Self(text.into())),
        }
    }
}

impl FromStr for Text {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r' | '\u{1b}'))
        {
            Some(bad) => Err(format!(
                "the control character {} cannot be carried in text",
                quoted(bad)
            )),
            None => Ok(Self(text.into())),
        }
    }
}

impl FromStr for AbsolutePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Line::from_str(text)?;
        if !Path::new(text).is_absolute() {
            return Err(format!("`{text}` is not an absolute path"));
        }
        if Path::new(text)
            .components()
            .any(|part| part == std::path::Component::ParentDir)
        {
            return Err(format!("`{text}` leads back with `..`"));
        }
        Ok(Self(text.into()))
    }
}

impl FromStr for DiskPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        AbsolutePath::from_str(text)?;
        match text.chars().find(|c| "&<>\"'\\".contains(*c)) {
            Some(bad) => Err(format!(
                "`{}` cannot be the path of a disk: virt-install does not carry {}",
                escaped(text),
                quoted(bad)
            )),
            None => Ok(Self(shortest(text).into())),
        }
    }
}

/// Returns a path without what is in it for nothing: doubled and trailing slashes, and `.`.
pub(super) fn shortest(path: &str) -> String {
    let parts: std::path::PathBuf = Path::new(path).components().collect();
    parts.display().to_string()
}

impl FromStr for DeviceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            Err(format!(
                "`{}` cannot be a network device: {why}",
                escaped(text)
            ))
        };
        if text.is_empty() || matches!(text, "." | "..") {
            return wrong("it has no name");
        }
        if text.len() > 15 {
            return wrong("it is longer than 15 characters, the kernel's limit");
        }
        match text
            .chars()
            .find(|c| !c.is_ascii_graphic() || "/:&<>\"'\\,%".contains(*c))
        {
            Some(bad) => wrong(&format!("{} cannot stand in it", quoted(bad))),
            None => Ok(Self(text.into())),
        }
    }
}

fn escaped(text: &str) -> String {
    text.escape_debug()
        .to_string()
        .replace("\\'", "'")
        .replace("\\\"", "\"")
}

fn quoted(c: char) -> String {
    if c.is_control() {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

/// A part of an IPv4 address, as a pattern.
const OCTET: &str = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

/// Returns an IPv4 address, as a pattern.
fn ipv4() -> String {
    format!("(?:{OCTET}[.]){{3}}{OCTET}")
}

/// An IPv6 address, roughly, as a pattern.
const IPV6: &str = "(?=[^/]*:[^/]*:)[0-9A-Fa-f:.]{2,45}";

/// Reads types that parse from text, and says to editors what they look like.
macro_rules! from_text {
    ($($name:ty => $wrong:expr, $pattern:expr, $expected:literal;)*) => {
        $(impl FromNode for $name {
            fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
                let text = String::from_node(node, typer)?;
                let wrong: fn(&str, String) -> String = $wrong;
                let parsed: Result<Self, _> = text.parse();
                parsed.map_err(|reason| typer.invalid(node.span, wrong(&text, reason.to_string()))).ok()
            }

            fn schema(_: Place) -> Schema {
                Schema::pattern($pattern, $expected)
            }
        })*
    };
}

from_text! {
    Cidr => |_, reason| reason,
        format!("{}/(?:[12]?[0-9]|3[0-2])|{IPV6}/(?:[1-9]?[0-9]|1[01][0-9]|12[0-8])", ipv4()),
        "a subnet, as in 192.168.122.0/24";
    Mac => |_, reason| reason,
        "[0-9A-Fa-f][02468ACEace](?:[:-]?[0-9A-Fa-f]{2}[.]?){5}",
        "a MAC address, as in 52:54:00:12:34:56";
    MacPrefix => |_, reason| reason,
        "[0-9A-Fa-f][02468ACEace](?::[0-9A-Fa-f]{2}){3}",
        "a MAC prefix, as in \"52:54:00:05\"";
    IpAddr => |text, _| format!("`{}` is not an IP address", escaped(text)),
        format!("{}|{IPV6}", ipv4()), "an IP address";
    Ipv4Addr => |text, _| format!("`{}` is not an IPv4 address", escaped(text)),
        ipv4(), "an IPv4 address";
    Netmask => |_, reason| reason,
        ipv4(), "a netmask, as in 255.255.255.0";
    std::net::Ipv6Addr => |text, _| format!("`{}` is not an IPv6 address", escaped(text)),
        IPV6, "an IPv6 address";
}

#[cfg(test)]
mod tests {
    use super::{AbsolutePath, DeviceName, DiskPath, DnsName, Line, ObjectName, Text};

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
        assert!("x/y".parse::<AbsolutePath>().is_err());
        assert!("/x/../y".parse::<AbsolutePath>().is_err());
        assert!("/x y/ü.img".parse::<DiskPath>().is_ok());
        assert!("/x/it's.img".parse::<DiskPath>().is_err());
        assert_eq!("/x//y/./z/".parse::<DiskPath>().unwrap().as_str(), "/x/y/z");
        assert_eq!("/".parse::<DiskPath>().unwrap().as_str(), "/");
        assert!("virbr-15-chars-".parse::<DeviceName>().is_ok());
        for bad in ["", "..", "virbr-16-chars--", "a b", "a/b", "a:b", "a&b"] {
            assert!(bad.parse::<DeviceName>().is_err(), "{bad}");
        }
    }
}
