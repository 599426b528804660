//! Interfaces that are ports of a bond or bridge.

use super::Interface;
use crate::model::guest::BootProto;
use crate::model::install::Links;

/// Takes DHCP away from the interfaces of bonds and bridges that are not the first ones: what such a link is reached
/// by is its first interface's, and the others never ask.
pub(super) fn release(interfaces: &mut [Interface], links: &Links) {
    let bonds = links.bonds.iter().map(|bond| &bond.interfaces);
    let bridges = links.bridges.iter().map(|bridge| &bridge.interfaces);
    for name in bonds.chain(bridges).flat_map(|ports| ports.iter().skip(1)) {
        let found = interfaces
            .iter_mut()
            .find(|nic| nic.device == name.as_str());
        if let Some(nic) = found.filter(|nic| nic.ip.is_none() && !nic.bootproto_said) {
            nic.bootproto = BootProto::None;
        }
    }
}
