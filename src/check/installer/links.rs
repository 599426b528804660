//! Bonds, bridges, VLANs and routes that the new system of an installer is not told of.

use super::unsupported;
use crate::diag::Sink;
use crate::link::{CLOUD_INIT, Guest};
use crate::source::Span;

/// Who writes the network of the new system down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// Scripts in a kickstart or a profile, with all the kernel has.
    Script,
    /// netplan, or cloud-init, which has its words.
    Netplan,
    /// ifupdown, which is told of routes.
    Ifupdown,
    /// Nobody.
    Nobody,
}

fn writer(guest: &Guest) -> Writer {
    let (installer, distro) = (guest.installer(), &*guest.os.distro);
    // Images of Debian have netplan from 12 on. Elsewhere cloud-init translates what it is told into words of its own, and
    // loses the MAC addresses of bridges, options of bonds and the metrics of routes on the way.
    let release = guest.os.generation.or(guest.os.major);
    let netplan = distro == "ubuntu" || distro == "debian" && release.is_some_and(|it| it > 11);
    match installer {
        "kickstart" | "autoyast" | "agama" => Writer::Script,
        "autoinstall" => Writer::Netplan,
        CLOUD_INIT if netplan => Writer::Netplan,
        "preseed" if distro == "ubuntu" => Writer::Netplan,
        "preseed" | "alpine" => Writer::Ifupdown,
        _ => Writer::Nobody,
    }
}

pub(super) fn check(guest: &Guest, sink: &mut Sink) {
    let writer = writer(guest);
    if guest.installer() == "kickstart"
        && guest.os.generation.is_some_and(|generation| generation < 7)
    {
        vlan_names(guest, sink);
    }
    if writer == Writer::Netplan {
        options(guest, sink);
    }
    let mut cannot = |span: Span, what: &str| {
        let help = "leave it out, or set it up in a script of the site";
        unsupported(guest, span, what, Some(help.to_owned()), sink);
    };
    if matches!(writer, Writer::Ifupdown | Writer::Nobody) {
        for bond in &guest.links.bonds {
            cannot(bond.device.span, "set up bonds");
        }
        for bridge in &guest.links.bridges {
            cannot(bridge.device.span, "set up bridges");
        }
        for vlan in &guest.links.vlans {
            cannot(vlan.id.span, "set up VLANs");
        }
    }
    if writer == Writer::Nobody {
        for route in guest.interfaces.iter().flat_map(|nic| &nic.routes) {
            cannot(route.span, "set up routes");
        }
    }
}

/// Reports options of bonds that netplan has no word for (netplan(5), `bonds`).
fn options(guest: &Guest, sink: &mut Sink) {
    for options in guest
        .links
        .bonds
        .iter()
        .filter_map(|bond| bond.options.as_ref())
    {
        let strange = [
            ("ad_actor_sys_prio", &options.ad_actor_sys_prio),
            ("ad_actor_system", &options.ad_actor_system),
            ("ad_user_port_key", &options.ad_user_port_key),
            ("arp_missed_max", &options.arp_missed_max),
            ("lacp_active", &options.lacp_active),
            ("num_unsol_na", &options.num_unsol_na),
            ("peer_notif_delay", &options.peer_notif_delay),
            ("tlb_dynamic_lb", &options.tlb_dynamic_lb),
        ];
        for (name, value) in strange {
            if let Some(value) = value {
                let what = format!("set `{name}` of a bond: netplan has no word for it");
                let help = "leave it out, or set it in a script of the site";
                unsupported(guest, value.span, &what, Some(help.to_owned()), sink);
            }
        }
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
