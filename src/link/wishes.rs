//! The addresses that interfaces ask for, and those they get.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::addresses::{Family, Granted, Taken, Wish};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::{Address, InterfaceSpec};
use crate::model::read::TypedGuest;
use crate::source::{Span, Spanned};

/// Gathers explicit addresses by network, and the wishes for one.
pub(super) fn wanted(
    guests: &[TypedGuest],
    attached: &[Vec<Option<Spanned<String>>>],
    sink: &mut Sink,
) -> (Taken, Vec<Wish>) {
    let mut taken = Taken::new();
    let mut wishes = Vec::new();
    for (guest_index, (guest, attached)) in guests.iter().zip(attached).enumerate() {
        sink.about(Some(&guest.draft.name));
        for (index, (spec, network)) in guest.spec.interfaces.iter().zip(attached).enumerate() {
            for (family, address, span) in asked(spec) {
                let Some(network) = network else {
                    // One with both has had its fault reported.
                    let bridge = spec.bridge.as_ref().filter(|_| spec.network.is_none());
                    if let (Some(bridge), None) = (bridge, address) {
                        no_network(family, span, bridge.span, sink);
                    }
                    continue;
                };
                if let Some(address) = address {
                    let of_network = taken.entry(network.value.clone()).or_default();
                    of_network.entry(address).or_insert(span);
                    continue;
                }
                let same = |other: &&Option<Spanned<String>>| {
                    other.as_ref().is_some_and(|o| o.value == network.value)
                };
                let before = attached[..index].iter().filter(same).count();
                let name = &guest.draft.name;
                let key = if before == 0 {
                    name.to_string()
                } else {
                    format!("{name}/{}", before + 1)
                };
                wishes.push(Wish {
                    guest: guest_index,
                    interface: index,
                    family,
                    key,
                    network: network.value.clone(),
                    span,
                });
            }
        }
    }
    sink.about(None);
    (taken, wishes)
}

/// The addresses an interface asks for; none stands for the wish for one.
fn asked(spec: &InterfaceSpec) -> impl Iterator<Item = (Family, Option<IpAddr>, Span)> {
    let ipv4 = spec.ip.as_ref().map(|ip| {
        let address = match ip.value {
            Address::Ip(address) => Some(IpAddr::V4(address)),
            Address::Auto => None,
        };
        (Family::V4, address, ip.span)
    });
    let ipv6 = spec.ipv6.as_ref().map(|ip| {
        let address = match ip.value {
            Address::Ip(address) => Some(IpAddr::V6(address)),
            Address::Auto => None,
        };
        (Family::V6, address, ip.span)
    });
    ipv4.into_iter().chain(ipv6)
}

fn no_network(family: Family, span: Span, bridge: Span, sink: &mut Sink) {
    let message = format!(
        "`{}: auto` needs a network: what addresses a bridge leads to is not known",
        family.key()
    );
    sink.push(
        Diagnostic::error(Code::AddressNotServed, span, message)
            .also(bridge, "the bridge")
            .help("write the address, or leave it to a DHCP server on that bridge"),
    );
}

/// The IPv4 address of each interface of a guest: as written, or as granted.
pub(super) fn ips(
    guest_index: usize,
    guest: &TypedGuest,
    granted: &Granted,
) -> Vec<Option<Spanned<Ipv4Addr>>> {
    let of = |(index, spec): (usize, &Spanned<InterfaceSpec>)| {
        let wish = spec.ip.as_ref()?;
        match wish.value {
            Address::Ip(address) => Some(Spanned::new(address, wish.span)),
            Address::Auto => match granted.get(&(guest_index, index, Family::V4))?.value {
                IpAddr::V4(address) => Some(Spanned::new(address, wish.span)),
                IpAddr::V6(_) => None,
            },
        }
    };
    guest.spec.interfaces.iter().enumerate().map(of).collect()
}

/// The IPv6 address of an interface: as written, or as granted.
pub(super) fn ipv6(
    wish: Option<&Spanned<Address<Ipv6Addr>>>,
    granted: Option<&Spanned<IpAddr>>,
) -> Option<Spanned<Ipv6Addr>> {
    let wish = wish?;
    match (wish.value, granted.map(|granted| granted.value)) {
        (Address::Ip(address), _) | (Address::Auto, Some(IpAddr::V6(address))) => {
            Some(Spanned::new(address, wish.span))
        }
        _ => None,
    }
}
