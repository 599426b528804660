//! How the installed system is set up: services, SELinux, firewall, boot loader, hosts, crash dumps.

use std::net::IpAddr;

use serde::Serialize;
use serde::ser::SerializeStruct as _;

use crate::diag::nearest;
use crate::model::one_of;
use crate::model::password::Password;
use crate::model::text::{DeviceName, DnsName, Line};
use crate::model::words::ServiceName;
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, one_or_many, section};

section! {
    /// Services.
    "services" struct Services {
        /// Services that start at boot.
        enabled: Vec<Spanned<ServiceName>>,
        /// Services that do not.
        disabled: Vec<Spanned<ServiceName>>,
    }
}

one_of! {
    /// The state of SELinux.
    Selinux {
        /// It refuses.
        Enforcing = "enforcing",
        /// It logs.
        Permissive = "permissive",
        /// It is off.
        Disabled = "disabled",
    }
}

section! {
    /// The packet filter.
    "firewall" struct Firewall {
        /// Whether it is on; it is when nothing is said.
        enabled: Option<bool>,
        /// Services let in.
        services: Vec<Spanned<ServiceName>>,
        /// Ports let in.
        ports: Vec<Spanned<Port>>,
        /// Interfaces from which everything is let in.
        trusted: Vec<Spanned<DeviceName>>,
    }
}

/// A port or range of ports and its protocol, written `8088/tcp` or `5000-5010/udp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    first: u16,
    last: u16,
    protocol: &'static str,
}

impl FromNode for Port {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        let parsed = Self::parse(&text);
        if parsed.is_none() {
            let message = format!("`{}` is not a port and its protocol", text.escape_debug());
            let help = match meant(&text) {
                Some(port) => format!("did you mean `{port}`?"),
                None => "write 1 to 65535 and `tcp` or `udp`, as in `8088/tcp`".to_owned(),
            };
            typer.invalid(node.span, message, help);
        }
        parsed
    }

    fn schema(_: Place) -> Schema {
        let port = "0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
        Schema::pattern(
            format!("{port}(?:-{port})?/(?:tcp|udp|sctp|dccp)"),
            "a port and its protocol, as in 8088/tcp",
        )
    }
}

/// The protocols a port can be of.
const PROTOCOLS: &[&str] = &["tcp", "udp", "sctp", "dccp"];

impl Port {
    /// Returns its protocol's name.
    #[must_use]
    pub fn protocol(&self) -> &str {
        self.protocol
    }

    fn parse(text: &str) -> Option<Self> {
        let (ports, protocol) = text.split_once('/')?;
        let protocol = *PROTOCOLS.iter().find(|known| **known == protocol)?;
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let number = |text: &str| {
            let port = text.parse::<u16>().ok();
            port.filter(|port| *port > 0 && !text.starts_with('+'))
        };
        let (first, last) = (number(first)?, number(last)?);
        (first <= last).then_some(Self {
            first,
            last,
            protocol,
        })
    }
}

/// Returns the port somebody meant who wrote `9999:tcpp`, `9999` or `5010-5000/udp`.
fn meant(text: &str) -> Option<String> {
    let number = |c: char| c.is_ascii_digit() || c == '-';
    let end = text.find(|c| !number(c)).unwrap_or(text.len());
    let (ports, rest) = text.split_at(end);
    let word = rest.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let protocol = match word {
        "" => "tcp",
        word => nearest(word, PROTOCOLS.iter().copied())?,
    };
    let ports = match ports.split_once('-') {
        Some((first, last)) if first.parse::<u16>().ok()? > last.parse::<u16>().ok()? => {
            format!("{last}-{first}")
        }
        _ => ports.to_owned(),
    };
    let port = format!("{ports}/{protocol}");
    Port::parse(&port).map(|_| port)
}

impl Serialize for Port {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut port = serializer.serialize_struct("Port", 2)?;
        let range = if self.first == self.last {
            self.first.to_string()
        } else {
            format!("{}-{}", self.first, self.last)
        };
        port.serialize_field("port", &range)?;
        port.serialize_field("protocol", self.protocol)?;
        port.end()
    }
}

section! {
    /// The boot loader.
    "bootloader" struct Bootloader {
        /// Kernel arguments of the installed system.
        append: Vec<Line>,
        /// How long its menu waits, in seconds.
        timeout: Option<u32>,
        /// The hash of its password.
        password: Option<Spanned<Password>>,
    }
}

one_of! {
    /// What the guest does when the installer is done.
    Finish {
        /// It is switched off, for the build script to find.
        Poweroff = "poweroff",
        /// It restarts.
        Reboot = "reboot",
        /// It stops without being switched off, so that `vmbuild.sh` waits for it in vain: for installs by hand.
        Halt = "halt",
    }
}

section! {
    /// A line of `/etc/hosts`.
    "hosts" struct HostsEntry {
        /// The address.
        ip: Spanned<IpAddr>,
        /// Its names, at least one.
        names: Spanned<HostNames>,
    }
}

/// The names of a line of `/etc/hosts`: hosts(5) wants one at least.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct HostNames(pub Vec<DnsName>);

impl FromNode for HostNames {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let names: Vec<DnsName> = one_or_many(node, typer);
        if names.is_empty() {
            typer.invalid(
                node.span,
                "an address in `hosts` needs a name",
                "write one, as in `names: [db]`, or remove the entry",
            );
            return None;
        }
        Some(Self(names))
    }

    fn schema(place: Place) -> Schema {
        place.one_or_many::<DnsName>().not_empty()
    }
}

section! {
    /// Kernel crash dumps.
    "kdump" struct Kdump {
        /// Whether they are kept; they are not when nothing is said.
        enabled: Option<bool>,
        /// The memory set aside, in the words of the kernel's `crashkernel=`.
        reserve: Option<Spanned<Line>>,
    }
}
