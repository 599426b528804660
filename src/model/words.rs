//! Words with a grammar of their own: what virt-install, the installers and the systems' own tools take bare.
//!
//! None of them can be quoted where they land, so each type takes what can be carried and refuses the rest at its line.

use std::str::FromStr;

use super::path::DiskPath;
use super::refusal::Refusal;
use super::text::{DnsName, escaped, text_type};

macro_rules! grammar {
    ($(#[$meta:meta])* $name:ident $(~ $pattern:expr)?, $what:literal, $fits:expr, $help:expr) => {
        text_type! {
            $(#[$meta])*
            $name $(~ $pattern, $what)?
        }

        impl FromStr for $name {
            type Err = Refusal;

            fn from_str(text: &str) -> Result<Self, Refusal> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) {
                    Ok(Self(text.into()))
                } else {
                    let help: fn(&str) -> String = $help;
                    let message = format!("`{}` is not {}", escaped(text), $what);
                    Err(Refusal::new(message, help(text)))
                }
            }
        }
    };
}

/// Most of them, as a pattern.
const WORD: &str = "[A-Za-z0-9][A-Za-z0-9._+-]*";

/// Returns whether text begins with a letter or digit and goes on with those and the characters of `more`.
fn is_word(text: &str, more: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

grammar! {
    /// A word of virt-install's, such as a model, bus or mode; further suboptions go into `virtinst.options`.
    HardwareWord ~ WORD, "a word of letters, digits and . _ + -", |text| is_word(text, "._+-"), |_| "write one word; further suboptions of virt-install go into `options`".into()
}

grammar! {
    /// The value of an option of the kernel's bonding driver: a number, a word, or addresses with commas between them.
    BondWord ~ "[A-Za-z0-9][A-Za-z0-9._:,+-]*", "a value of the bonding driver", |text| is_word(text, "._:,+-"), |_| "write a number or word, as in `100` or `layer3+4`".into()
}

grammar! {
    /// A name in the OS table: of a system, a distribution, an installer, an osinfo id.
    SystemName ~ WORD, "a name of letters, digits and . _ + -", |text| is_word(text, "._+-"), |_| "write a name as in `rocky9`".into()
}

grammar! {
    /// A keyboard layout, variant or keymap (xkeyboard-config(7)).
    KeyboardName ~ WORD, "a keyboard layout", |text| is_word(text, "._+-"), |_| "write one layout, as in `us` or `de-latin1`".into()
}

grammar! {
    /// A locale (locale(7)).
    LocaleName ~ "[A-Za-z0-9][A-Za-z0-9._@-]*", "a locale, as in en_US.UTF-8", |text| is_word(text, "._@-"), |_| "write it as in `en_US.UTF-8`".into()
}

grammar! {
    /// A time zone of the tz database.
    ZoneName ~ "[A-Za-z0-9](?:[A-Za-z0-9_+/-]*[A-Za-z0-9_+-])?", "a time zone, as in Europe/Berlin", |text| is_word(text, "_+-/") && !text.ends_with('/'), |_| "write it as in `Europe/Berlin`".into()
}

grammar! {
    /// A service or unit (systemd.unit(5)).
    ServiceName ~ r"[A-Za-z0-9][A-Za-z0-9._:@\\-]*", "the name of a service", |text| is_word(text, "._:@\\-"), |_| "write one name, as in `sshd` or `getty@tty1.service`".into()
}

grammar! {
    /// The id of a repository (dnf.conf(5)).
    RepoName ~ "[A-Za-z0-9][A-Za-z0-9._:-]*", "the name of a repository", |text| is_word(text, "._:-"), |_| "write letters, digits and . _ : -, as in `epel`".into()
}

grammar! {
    /// The name of a volume group or volume (lvm(8)).
    PlainName ~ WORD, "a name of letters, digits and . _ + -", |text| is_word(text, "._+-"), |_| "write a name as in `vg_data`".into()
}

grammar! {
    /// Where a file system is mounted, or `swap`.
    MountPoint ~ r#"swap|/[^\s#%"'\\,]*"#, "a mount point, as in /srv or `swap`", is_mount_point, a_mount_point
}

/// Returns whether text is where a file system can be mounted: nothing can be quoted there.
fn is_mount_point(text: &str) -> bool {
    let plain = |c: char| !(c.is_whitespace() || c.is_control() || "#%\"'\\,".contains(c));
    text == "swap" || (is_plain_path(text) && text.chars().all(plain))
}

/// Says which mount point is the nearest to a text that is none.
fn a_mount_point(text: &str) -> String {
    if matches!(text, "biosboot" | "prepboot") {
        return "remove this part: installers make what the firmware boots from".to_owned();
    }
    let parts = text.split('/').filter(|part| !part.is_empty());
    let near = format!("/{}", parts.collect::<Vec<&str>>().join("/"));
    if is_mount_point(&near) && !text.is_empty() {
        return format!("write `{near}`");
    }
    "write where it is mounted, as in `/srv`, or `swap`".to_owned()
}

/// Returns whether text is an absolute path in its shortest form, so that one place has one name.
fn is_plain_path(text: &str) -> bool {
    let parts = text.strip_prefix('/');
    parts.is_some_and(|parts| {
        parts.is_empty()
            || parts
                .split('/')
                .all(|part| !matches!(part, "" | "." | ".."))
    })
}

grammar! {
    /// A software RAID device.
    RaidName ~ "md[0-9]{1,3}", "a RAID device, as in md0", |text| {
        text.strip_prefix("md").is_some_and(|number| number.len() <= 3 && number.parse::<u8>().is_ok())
    }, |_| "write `md0` to `md255`".into()
}

grammar! {
    /// A package, `@group` or `@^environment`, with `-` before one to leave out (kickstart's `%packages`).
    PackageName ~ r"-?(?:@\^?[A-Za-z0-9][A-Za-z0-9._+:*~/ -]*|[*]?[A-Za-z0-9][A-Za-z0-9._+:*~/-]*)", "a package or @group", is_package, a_package
}

/// Says how to name a package; several may stand where one is due.
fn a_package(text: &str) -> String {
    let words: Vec<&str> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > 1 && words.iter().all(|word| is_package(word)) {
        return format!("write an item for each: `[{}]`", words.join(", "));
    }
    "write the name of a package, `@GROUP` or `@^ENVIRONMENT`, with `-` before one to leave out"
        .to_owned()
}

/// Names of groups hold spaces; nothing in the grammar can be quoted.
fn is_package(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let name = text
        .strip_prefix('@')
        .map(|group| group.strip_prefix('^').unwrap_or(group));
    match name {
        Some(group) => is_word(group, "._+:*~-/ ") && !group.ends_with(' '),
        None => {
            is_word(text, "._+:*~-/") || (text.starts_with('*') && is_word(&text[1..], "._+:*~-/"))
        }
    }
}

/// Whether text is the name of a package of Debian's (Debian Policy, section 5.6.1), perhaps with `:ARCH` or `/SUITE` as
/// apt-get(8) takes them. A `-` or `+` at its end would mean something to apt-get, unless a package is called so.
pub(crate) fn is_debian_package(text: &str) -> bool {
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let end = text.find([':', '/']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.get(1..).unwrap_or("x");
    name.len() >= 2
        && name.starts_with(lower)
        && name.chars().all(|c| lower(c) || "+.-".contains(c))
        && (!name.ends_with(['-', '+']) || name.ends_with("++"))
        && !rest.is_empty()
        && rest.chars().all(|c| lower(c) || "-._".contains(c))
}

grammar! {
    /// A volume of a storage pool; the colons are iSCSI's, as in `unit:0:0:1`.
    VolumeName ~ "_?[A-Za-z0-9][A-Za-z0-9._+:-]{0,127}", "the name of a volume", |text| {
        text.len() <= 128 && is_word(text.strip_prefix('_').unwrap_or(text), "._+:-")
    }, |_| "write a name as in `data.qcow2`; `path` takes files and devices of the host".into()
}

grammar! {
    /// An iSCSI qualified name (RFC 3720, section 3.2.6.3.1), as libvirt's schema takes it.
    IscsiName ~ "iqn[.][0-9]{4}-(?:0[1-9]|1[0-2])[.][A-Za-z0-9][A-Za-z0-9.-]*(?::[A-Za-z0-9][A-Za-z0-9._+:-]*)?", "an iSCSI name, as in iqn.2026-11.org.example:lab", is_iscsi_name, |_| "write it as in `iqn.2026-11.org.example:lab`".into()
}

/// `iqn.`, year and month in which the naming authority had its domain, the domain reversed, and its own part.
fn is_iscsi_name(text: &str) -> bool {
    let Some((date, rest)) = text
        .strip_prefix("iqn.")
        .and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    let (authority, own) = rest
        .split_once(':')
        .map_or((rest, None), |(name, own)| (name, Some(own)));
    let dated = date.split_once('-').is_some_and(|(year, month)| {
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        digits(year, 4) && digits(month, 2) && matches!(month.parse(), Ok(1..=12_u8))
    });
    dated
        && text.len() <= 223
        && is_word(authority, ".-")
        && own.is_none_or(|own| is_word(own, "._+:-"))
}

text_type! {
    /// What a disk is an overlay of: a volume of its pool, or a file or device of the host by its path.
    Backing ~ "/.*|_?[A-Za-z0-9][A-Za-z0-9._+:-]*", "the name of a volume or an absolute path"
}

impl FromStr for Backing {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        // A URL may hold a password.
        if text.contains("://") {
            return Err(Refusal::new(
                "a disk starts from an image the host has, not from a URL",
                "put the file into the disk's pool, with `virsh vol-create-as` and `virsh vol-upload`, and name its volume",
            ));
        }
        if text.starts_with('/') {
            return Ok(Self(DiskPath::from_str(text)?.as_str().into()));
        }
        VolumeName::from_str(text)?;
        Ok(Self(text.into()))
    }
}

text_type! {
    /// A host by its name or address.
    HostAddress ~ "[A-Za-z0-9:][A-Za-z0-9.:-]*", "a host name or an IP address"
}

impl FromStr for HostAddress {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text.parse::<std::net::IpAddr>().is_err() {
            DnsName::from_str(text)?;
        }
        Ok(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Backing, HardwareWord, IscsiName, MountPoint, PackageName, RaidName, ServiceName,
        VolumeName, ZoneName,
    };

    #[test]
    fn words_are_what_can_be_carried() {
        for good in [
            "host-passthrough",
            "virtio",
            "x86_64",
            "pc-q35-9.0",
            "EPYC-v4",
        ] {
            assert!(good.parse::<HardwareWord>().is_ok(), "{good}");
        }
        for bad in ["", "a,b=c", "it's", "a b", "-x", "a;b", "ü"] {
            assert!(bad.parse::<HardwareWord>().is_err(), "{bad}");
        }
        for good in [
            "@core",
            "-nano",
            "@^minimal-environment",
            "@Development Tools",
            "java-1.8.0-openjdk",
            "gtk2*",
            "-@x",
        ] {
            assert!(good.parse::<PackageName>().is_ok(), "{good}");
        }
        for bad in ["", "-", "@", "%end", "a b", "a#b", "--x", "a\nb", "@x "] {
            assert!(bad.parse::<PackageName>().is_err(), "{bad}");
        }
        assert!(
            "getty@tty1.service".parse::<ServiceName>().is_ok()
                && "a,b".parse::<ServiceName>().is_err()
        );
        for good in ["web-1.qcow2", "unit:0:0:1", "_x"] {
            assert!(good.parse::<VolumeName>().is_ok(), "{good}");
        }
        for bad in ["", "..", "-x", "a/b", "a b", ":x"] {
            assert!(bad.parse::<VolumeName>().is_err(), "{bad}");
        }
        for good in [
            "iqn.2026-11.org.example",
            "iqn.2003-01.org.linux-iscsi.san:sn.1_a:b",
        ] {
            assert!(good.parse::<IscsiName>().is_ok(), "{good}");
        }
        for bad in [
            "iqn.26-11.org.example",
            "iqn.2026-13.org.example",
            "iqn.2026-11.",
            "iqn.2026-11.a:",
            "iqn.2026-11.a:b c",
            "lab",
        ] {
            assert!(bad.parse::<IscsiName>().is_err(), "{bad}");
        }
        for (text, fits) in [
            ("/srv/base.img", true),
            ("base.qcow2", true),
            ("a/base.img", false),
            ("https://x/base.qcow2", false),
        ] {
            assert_eq!(text.parse::<Backing>().is_ok(), fits, "{text}");
        }
        assert!("md127".parse::<RaidName>().is_ok() && "data".parse::<RaidName>().is_err());
        assert!("Etc/GMT+1".parse::<ZoneName>().is_ok() && "../x".parse::<ZoneName>().is_err());
        for good in ["/", "swap", "/var/lib/a.b", "/..x"] {
            assert!(good.parse::<MountPoint>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "var",
            "/var/",
            "/var//log",
            "/a/../b",
            "/./a",
            "/a b",
            "/a,b",
        ] {
            assert!(bad.parse::<MountPoint>().is_err(), "{bad}");
        }
    }
}
