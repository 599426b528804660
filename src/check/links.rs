//! What guests make of their interfaces: bonds, bridges and VLANs that exist, fit together, and have names of their own.
//!
//! The rules are the kernel's (Documentation/networking/bonding.rst and bridge.rst; `bond_enslave`, `br_add_if`). What
//! links are reached by is in [`reach`], what lies beneath what in [`stack`].

mod options;
mod packets;
mod reach;
mod stack;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::model::install::{Bond, Bridge, Vlan};
use crate::model::text::DeviceName;
use crate::source::{Span, Spanned};

/// Names that the kernel keeps for itself: the loopback device, and entries of /proc/sys/net and /sys/class/net.
const RESERVED: &[&str] = &["lo", "all", "default", "bonding_masters"];

/// The longest name of a link (`IFNAMSIZ` in linux/if.h, less the zero at its end).
const LONGEST: usize = 15;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut addresses = reach::Addresses::default();
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        if guest.links.is_empty() {
            reach::routes(guest, lab, sink);
            continue;
        }
        let links = Links::of(guest);
        let before = sink.found();
        links.names(sink);
        links.parts(sink);
        options::check(&links, sink);
        // What lies beneath what is known once every name stands for one link.
        if sink.found() == before && links.acyclic(sink) {
            links.ports_alone(sink);
            packets::check(&links, sink);
            reach::vlans(&links, lab, &mut addresses, sink);
            reach::routes(guest, lab, sink);
        }
    }
    sink.about(None);
}

/// The links of a guest.
struct Links<'a> {
    guest: &'a Guest,
    all: Vec<Link<'a>>,
}

/// A link and the name others use for it.
struct Link<'a> {
    name: String,
    /// Where the name is written; else where the link is.
    span: Span,
    what: What<'a>,
}

/// What a link is.
#[derive(Clone, Copy)]
enum What<'a> {
    Interface(&'a Interface),
    Bond(&'a Bond),
    Bridge(&'a Bridge),
    Vlan(&'a Vlan),
}

impl<'a> What<'a> {
    fn word(self) -> &'static str {
        match self {
            Self::Interface(_) => "interface",
            Self::Bond(_) => "bond",
            Self::Bridge(_) => "bridge",
            Self::Vlan(_) => "VLAN",
        }
    }

    /// Returns the names of what it is made of.
    fn beneath(self) -> &'a [Spanned<DeviceName>] {
        match self {
            Self::Interface(_) => &[],
            Self::Bond(bond) => &bond.interfaces,
            Self::Bridge(bridge) => &bridge.interfaces,
            Self::Vlan(vlan) => std::slice::from_ref(&vlan.interface),
        }
    }

    /// Returns whether what it is made of is its own alone.
    fn has_ports(self) -> bool {
        matches!(self, Self::Bond(_) | Self::Bridge(_))
    }
}

impl<'a> Links<'a> {
    fn of(guest: &'a Guest) -> Self {
        let links = &*guest.links;
        let link = |device: &Spanned<DeviceName>, what| Link {
            name: device.as_str().to_owned(),
            span: device.span,
            what,
        };
        let interfaces = guest.interfaces.iter().map(|nic| Link {
            name: nic.device.clone(),
            span: nic.device_span,
            what: What::Interface(nic),
        });
        let bonds = links.bonds.iter();
        let bonds = bonds.map(|bond| link(&bond.device, What::Bond(bond)));
        let bridges = links.bridges.iter();
        let bridges = bridges.map(|bridge| link(&bridge.device, What::Bridge(bridge)));
        let vlans = links.vlans.iter().map(|vlan| Link {
            name: vlan.name(),
            span: vlan.device.as_ref().unwrap_or(&vlan.interface).span,
            what: What::Vlan(vlan),
        });
        let all = interfaces.chain(bonds).chain(bridges).chain(vlans);
        Self {
            guest,
            all: all.collect(),
        }
    }

    fn find(&self, name: &str) -> Option<&Link<'a>> {
        self.all.iter().find(|link| link.name == name)
    }

    /// Returns what is made, less the interfaces it is made of.
    fn made(&self) -> impl Iterator<Item = &Link<'a>> {
        let made = |link: &&Link<'_>| !matches!(link.what, What::Interface(_));
        self.all.iter().filter(made)
    }

    /// Reports names the kernel refuses, and those of two links.
    fn names(&self, sink: &mut Sink) {
        for (index, link) in self.all.iter().enumerate() {
            if let What::Interface(_) = link.what {
                continue;
            }
            let (name, span) = (&link.name, link.span);
            if name.len() > LONGEST {
                let message =
                    format!("`{name}` is longer than 15 characters, the kernel's limit for names");
                sink.push(
                    Diagnostic::error(Code::BadName, span, message)
                        .help("give the VLAN a shorter name with `device`"),
                );
            }
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if let Some(bad) = name.chars().find(|c| !plain(*c)) {
                let message = format!(
                    "`{name}` cannot be a link: `{bad}` means something else to the files of a guest"
                );
                sink.push(
                    Diagnostic::error(Code::BadName, span, message)
                        .help("letters, digits, `-`, `_` and `.` can stand in a name"),
                );
            }
            if RESERVED.contains(&name.as_str()) {
                let message = format!("the kernel keeps the name `{name}` for itself");
                sink.push(
                    Diagnostic::error(Code::BadName, span, message).help(format!(
                        "write another name, as in `{}`",
                        example(link.what)
                    )),
                );
            }
            if let Some(other) = self.all[..index].iter().find(|other| other.name == *name) {
                let message = format!("guest `{}` has two links called `{name}`", self.guest.name);
                sink.push(
                    Diagnostic::error(Code::DuplicateName, span, message)
                        .also(other.span, format!("the {}", other.what.word()))
                        .help("give one of them another `device`"),
                );
            }
        }
    }

    /// Reports links made of nothing, of what does not exist, and of what cannot be a part of them.
    fn parts(&self, sink: &mut Sink) {
        let mut ports: Vec<(&Spanned<DeviceName>, &Link<'_>)> = Vec::new();
        let mut tags: Vec<&Vlan> = Vec::new();
        for link in self.made() {
            let word = link.what.word();
            if link.what.beneath().is_empty() {
                let message = format!("{word} `{}` has no interface", link.name);
                let help = "write `interfaces: [eth0]`, with the names of its interfaces";
                sink.push(Diagnostic::error(Code::MissingKey, link.span, message).help(help));
            }
            for name in link.what.beneath() {
                let Some(part) = self.find(name) else {
                    sink.push(self.unknown(name, link));
                    continue;
                };
                if let Some((message, help)) = misfit(link, part) {
                    sink.push(
                        Diagnostic::error(Code::BadLink, name.span, message)
                            .also(part.span, format!("the {}", part.what.word()))
                            .help(help),
                    );
                }
                if !link.what.has_ports() {
                    continue;
                }
                let taken = ports.iter().find(|(port, _)| port.value == name.value);
                if let Some((other, owner)) = taken {
                    let message = format!(
                        "`{}` belongs to {} `{}` already",
                        name.value,
                        owner.what.word(),
                        owner.name
                    );
                    sink.push(
                        Diagnostic::error(Code::BadLink, name.span, message)
                            .also(other.span, "there")
                            .help("name it in one of the two places"),
                    );
                }
                ports.push((name, link));
            }
            if let What::Vlan(vlan) = link.what {
                let twice = tags.iter().find(|other| {
                    (&other.interface.value, other.id.value)
                        == (&vlan.interface.value, vlan.id.value)
                });
                if let Some(other) = twice {
                    let message = format!(
                        "`{}` has a VLAN {} already",
                        vlan.interface.value, vlan.id.value
                    );
                    sink.push(
                        Diagnostic::error(Code::BadLink, vlan.id.span, message)
                            .also(other.id.span, "the other one")
                            .help("say all of it in one of the two"),
                    );
                }
                tags.push(vlan);
            }
        }
        self.vlans_of_bonds(&ports, sink);
    }

    /// A bond takes all frames of its interfaces, those of VLANs as well.
    fn vlans_of_bonds(&self, ports: &[(&Spanned<DeviceName>, &Link<'_>)], sink: &mut Sink) {
        for vlan in &self.guest.links.vlans {
            let owner = ports.iter().find(|(port, owner)| {
                port.value == vlan.interface.value && matches!(owner.what, What::Bond(_))
            });
            if let Some((port, bond)) = owner {
                let message = format!(
                    "`{}` belongs to bond `{}`, so no frame of a VLAN of its own reaches it",
                    vlan.interface.value, bond.name
                );
                sink.push(
                    Diagnostic::error(Code::BadLink, vlan.interface.span, message)
                        .also(port.span, "there")
                        .help(format!("write `interface: {}`", bond.name)),
                );
            }
        }
    }

    fn unknown(&self, name: &Spanned<DeviceName>, owner: &Link<'_>) -> Diagnostic {
        let message = format!(
            "guest `{}` has no `{}` for {} `{}`",
            self.guest.name,
            name.value,
            owner.what.word(),
            owner.name
        );
        let others = self.all.iter().map(|link| link.name.as_str());
        let others = others.filter(|other| *other != owner.name);
        Diagnostic::error(Code::UnknownInterface, name.span, message).suggest(name.as_str(), others)
    }
}

/// Says why a link cannot be a part of another, and what to write.
fn misfit(link: &Link<'_>, part: &Link<'_>) -> Option<(String, String)> {
    if link.name == part.name {
        let message = format!("{} `{}` names itself", link.what.word(), link.name);
        return Some((message, "name what it is made of".to_owned()));
    }
    match (link.what, part.what) {
        (What::Bond(_), What::Bond(_) | What::Bridge(_) | What::Vlan(_)) => Some((
            format!("`{}` cannot be in a bond: it is no interface", part.name),
            "name interfaces of the guest; bridges and VLANs are made of bonds, not bonds of them"
                .to_owned(),
        )),
        (What::Bridge(_), What::Bridge(_)) => Some((
            format!("`{}` cannot be in a bridge: it is one itself", part.name),
            "name the interfaces of both in one bridge".to_owned(),
        )),
        _ => None,
    }
}

/// Returns a usual name for such a link.
fn example(what: What<'_>) -> &'static str {
    match what {
        What::Interface(_) => "eth0",
        What::Bond(_) => "bond0",
        What::Bridge(_) => "br0",
        What::Vlan(_) => "vlan30",
    }
}
