//! Lines a site adds to the dnsmasq configuration that libvirt writes.

use std::str::FromStr;

use crate::diag::{Code, Diagnostic};
use crate::model::refusal::Refusal;
use crate::model::text::{Line, text_type};
use crate::source::Spanned;
use crate::yaml::typed::Typer;

text_type! {
    /// An option of dnsmasq's configuration file, `NAME` or `NAME=VALUE` (dnsmasq(8), without the hyphens).
    DnsmasqOption ~ "[a-z][a-z0-9-]*(?:=.*)?", "an option of dnsmasq, without hyphens"
}

impl FromStr for DnsmasqOption {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Line::from_str(text)?;
        if let Some(bare) = text.strip_prefix("--") {
            return Err(Refusal::new(
                "options stand without hyphens in dnsmasq's configuration",
                format!("write `{}`", bare.escape_debug()),
            ));
        }
        let name = text.split('=').next().unwrap_or_default();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(fits) {
            return Err(Refusal::new(
                format!("`{}` is not an option of dnsmasq", text.escape_debug()),
                "write one as in its configuration file: `cname=www.x.test,web.x.test`",
            ));
        }
        Ok(Self(text.into()))
    }
}

impl DnsmasqOption {
    /// Returns the option's name.
    fn name(&self) -> &str {
        self.split('=').next().unwrap_or_default()
    }
}

/// Reports options with which dnsmasq does not start under libvirt, or which would take no effect.
pub(super) fn check(options: &[Spanned<DnsmasqOption>], has_range: bool, typer: &mut Typer<'_>) {
    for option in options {
        let name = option.name();
        let why = match name {
            "dhcp-lease-max" if has_range => {
                "libvirt sets it to the size of the dynamic range, and dnsmasq does not start with two"
            }
            "pid-file" => "libvirt sets it, and dnsmasq does not start with two",
            "bind-interfaces" => "libvirt sets `bind-dynamic`, which excludes it",
            "keep-in-foreground" | "no-daemon" => {
                "libvirt would wait for the end of dnsmasq forever"
            }
            "dhcp-script" | "dhcp-leasefile" | "leasefile-ro" => "libvirt keeps the leases itself",
            _ => continue,
        };
        let message = format!("dnsmasq's `{name}` cannot be set here: {why}");
        typer
            .sink
            .push(Diagnostic::error(Code::ConflictingKeys, option.span, message).help("remove it"));
    }
}
