//! Bonds, bridges, VLANs and routes that the new system of an installer is not told of.

use super::unsupported;
use crate::diag::Sink;
use crate::link::Guest;
use crate::source::Span;

/// The installers whose systems are told of all of them.
const TOLD: &[&str] = &["kickstart", "agama"];

pub(super) fn check(guest: &Guest, sink: &mut Sink) {
    if TOLD.contains(&guest.installer()) {
        if guest.os.generation.is_some_and(|generation| generation < 7) {
            vlan_names(guest, sink);
        }
        return;
    }
    let mut cannot = |span: Span, what: &str, help: &str| {
        unsupported(guest, span, what, Some(help.to_owned()), sink);
    };
    let help = "leave it out, or set it up in a script of the site";
    for bond in &guest.links.bonds {
        cannot(bond.device.span, "set up bonds", help);
    }
    for bridge in &guest.links.bridges {
        cannot(bridge.device.span, "set up bridges", help);
    }
    for vlan in &guest.links.vlans {
        cannot(vlan.id.span, "set up VLANs", help);
    }
    for route in guest.interfaces.iter().flat_map(|nic| &nic.routes) {
        cannot(route.span, "set up routes", help);
    }
}

/// initscripts knows VLANs by names of two forms (`ifup`, with `PHYSDEV` for the second).
fn vlan_names(guest: &Guest, sink: &mut Sink) {
    for vlan in &guest.links.vlans {
        let (name, id) = (vlan.name(), vlan.id.value);
        let usual = format!("{}.{id}", vlan.interface.value);
        if name != usual && name != format!("vlan{id}") {
            let span = vlan.device.as_ref().map_or(vlan.span, |device| device.span);
            let what = format!("call VLAN {id} `{name}`");
            let help = format!("write `{usual}` or `vlan{id}`");
            unsupported(guest, span, &what, Some(help), sink);
        }
    }
}
