//! What is attached to what: guests without a network, networks without a guest, interfaces nobody gives an address.

use super::members::{Members, interfaces};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::model::guest::BootProto;
use crate::model::network::Network;

pub(super) fn check(lab: &Lab, members: &Members<'_>, sink: &mut Sink) {
    for guest in lab
        .guests
        .iter()
        .filter(|guest| guest.interfaces.is_empty())
    {
        sink.about(Some(&guest.name));
        alone(guest, sink);
    }
    for (guest, nic) in interfaces(lab) {
        sink.about(Some(&guest.name));
        let network = nic.network.as_ref();
        if let Some(network) = network.and_then(|name| lab.networks.get(&name.value)) {
            without_address(guest, nic, network, sink);
        }
    }
    sink.about(None);
    // A site may hold networks alone, for the guests of another.
    if lab.guests.is_empty() {
        return;
    }
    let is_bridge = |network: &Network, nic: &Interface| {
        let bridge = network.bridge.as_ref();
        nic.bridge.is_some() && nic.bridge.as_ref() == bridge.map(|bridge| &bridge.value)
    };
    for network in lab.networks.values().filter(|network| !network.external) {
        let on_bridge = || interfaces(lab).any(|(_, nic)| is_bridge(network, nic));
        if members.of(network).is_empty() && (network.bridge.is_none() || !on_bridge()) {
            let message = format!("network `{}` has no guest", network.name);
            sink.push(
                Diagnostic::note(Code::UnusedNetwork, network.defined, message)
                    .help("give a guest an interface in it, or remove it"),
            );
        }
    }
}

/// Tells of a guest without an interface. It can be meant, unless its installer needs the network.
fn alone(guest: &Guest, sink: &mut Sink) {
    let virtinst = &guest.virtinst;
    let remote = virtinst
        .location
        .as_ref()
        .filter(|location| location.contains("://"));
    let pxe = virtinst.pxe.as_ref().filter(|pxe| pxe.value);
    const INTERFACES: &[&str] = &["interfaces"];
    let help = "write `interfaces: [{network: NAME}]` in the guest, its sysgroup or common";
    let source = remote
        .map(|location| location.span)
        .or(pxe.map(|pxe| pxe.span));
    sink.push(match source {
        Some(source) => {
            let message = format!(
                "guest `{}` installs over a network, but has no interface",
                guest.name
            );
            Diagnostic::warning(Code::NoNetwork, guest.defined, message)
                .lacks(INTERFACES)
                .also(source, "installed from here")
                .help(help)
        }
        None => {
            let message = format!(
                "guest `{}` has no interface: only its console reaches it",
                guest.name
            );
            Diagnostic::note(Code::NoNetwork, guest.defined, message)
                .lacks(INTERFACES)
                .help(help)
        }
    });
}

/// Warns of an interface that asks for an address where dnsmasq knows none for it: the installer waits in vain.
fn without_address(guest: &Guest, nic: &Interface, network: &Network, sink: &mut Sink) {
    // Who says `dhcp` has a server of his own there.
    let asks = nic.bootproto == BootProto::Dhcp && !nic.bootproto_said && nic.ip.is_none();
    let ours = !network.external && network.mode.serves_addresses();
    // Of IPv6 the guest makes an address by itself.
    if !asks || !ours || network.dhcp.is_some() || network.ipv6.is_some() {
        return;
    }
    let name = &network.name;
    let (message, help) = if network.subnet.is_some() {
        (
            format!(
                "nobody gives this interface an address: network `{name}` has no dynamic range"
            ),
            "write `ip: auto`, or give the network a `dhcp` range; or say `bootproto: dhcp`, if a guest is the server there",
        )
    } else {
        (
            format!("nobody gives this interface an address: network `{name}` has no subnet"),
            "write `bootproto: none`, or an `ip` with its `netmask`; or say `bootproto: dhcp`, if a guest is the server there",
        )
    };
    let diagnostic = Diagnostic::warning(Code::AddressNotServed, nic.span, message);
    sink.push(
        diagnostic
            .label(format!("guest `{}`", guest.name))
            .also(network.defined, "the network")
            .help(help),
    );
}
