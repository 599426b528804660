//! Which interfaces are in which network, found once for all rules.

use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt as _};

use crate::link::{Guest, Interface, Lab};
use crate::model::network::Network;
use crate::source::Spanned;

/// An interface and the guest it belongs to.
pub(super) type Member<'a> = (&'a Guest, &'a Interface);

/// The interfaces in each network, in the order of the lab.
#[derive(Debug)]
pub(super) struct Members<'a> {
    by_network: HashMap<&'a str, Vec<Member<'a>>>,
}

impl<'a> Members<'a> {
    pub(super) fn new(lab: &'a Lab) -> Self {
        let mut by_network: HashMap<&str, Vec<Member<'_>>> = HashMap::new();
        for (guest, nic) in interfaces(lab) {
            if let Some(network) = &nic.network {
                by_network
                    .entry(network.value.as_str())
                    .or_default()
                    .push((guest, nic));
            }
        }
        Self { by_network }
    }

    /// Returns the interfaces in `network`.
    pub(super) fn of(&self, network: &Network) -> &[Member<'a>] {
        self.by_network
            .get(network.name.as_str())
            .map_or(&[], Vec::as_slice)
    }
}

/// Returns every interface of the lab with its guest.
pub(super) fn interfaces(lab: &Lab) -> impl Iterator<Item = Member<'_>> {
    lab.guests
        .iter()
        .flat_map(|guest| guest.interfaces.iter().map(move |nic| (guest, nic)))
}

/// Returns the addresses of an interface, of both families.
pub(super) fn addresses(nic: &Interface) -> impl Iterator<Item = Spanned<IpAddr>> {
    let ipv4 = nic
        .ip
        .as_ref()
        .map(|ip| Spanned::new(IpAddr::V4(ip.value), ip.span));
    let ipv6 = nic
        .ipv6
        .as_ref()
        .map(|ip| Spanned::new(IpAddr::V6(ip.value), ip.span));
    ipv4.into_iter().chain(ipv6)
}
