//! Interfaces: which network, which names, and how the address gets to the guest.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use indexmap::IndexMap;

use super::Interface;
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::{Address, BootProto, InterfaceSpec};
use crate::model::mac::Mac;
use crate::model::network::{DEFAULT_NETWORK, Mode, Network, qualify};
use crate::model::read::TypedGuest;
use crate::source::{Span, Spanned};

/// The prefix of an IPv6 address in a network nothing is known of: that of every LAN (RFC 4291, section 2.5.4).
const IPV6_PREFIX: u8 = 64;

/// What an interface has from its guest.
pub(super) struct Owner<'a> {
    pub(super) hostname: &'a str,
    pub(super) fqdn: &'a str,
    pub(super) domain: Option<&'a str>,
    /// How many interfaces the guest has.
    pub(super) interfaces: usize,
    /// Whether the guest is one of 0.3's.
    pub(super) legacy: bool,
}

/// What was decided for an interface before its defaults are filled in.
pub(super) struct Attachment<'a> {
    pub(super) network: Option<(&'a Spanned<String>, &'a Network)>,
    pub(super) ip: Option<Spanned<Ipv4Addr>>,
    pub(super) ipv6: Option<Spanned<Ipv6Addr>>,
    pub(super) mac: Mac,
}

/// Moves the guest's own `ip` and `mac` into its first interface.
///
/// 0.3's guests repeat the address in the interface: saying the same twice is fine.
pub(super) fn with_own_address(guest: &mut TypedGuest, sink: &mut Sink) {
    let (ip, mac) = (guest.spec.ip.take(), guest.spec.mac.take());
    let Some(first) = guest.spec.interfaces.first_mut() else {
        for span in [ip.map(|ip| ip.span), mac.map(|mac| mac.span)]
            .into_iter()
            .flatten()
        {
            sink.push(
                Diagnostic::error(
                    Code::MissingKey,
                    span,
                    "this guest has no interface to give this to",
                )
                .help("add `interfaces: [{network: …}]` to the guest, its sysgroup or common"),
            );
        }
        return;
    };
    first.value.netmask = first.value.netmask.take().or(guest.spec.netmask.take());
    first.value.gateway = first.value.gateway.take().or(guest.spec.gateway.take());
    let twice = |own: Span, theirs: Span, sink: &mut Sink| {
        let message = "the guest and its first interface say different things";
        sink.push(
            Diagnostic::error(Code::ConflictingKeys, own, message)
                .also(theirs, "the interface says this")
                .help("say it in one place only"),
        );
    };
    match (&first.value.ip, ip) {
        (Some(theirs), Some(own)) if theirs.value != own.value && theirs.value != Address::Auto => {
            twice(own.span, theirs.span, sink);
        }
        (_, Some(own)) => first.value.ip = Some(own),
        (_, None) => {}
    }
    match (&first.value.mac, mac) {
        (Some(theirs), Some(own)) if theirs.value != own.value => {
            twice(own.span, theirs.span, sink)
        }
        (None, Some(own)) => first.value.mac = Some(own),
        _ => {}
    }
}

/// Finds the network an interface names; networks of 0.3's sites, and `default`, need no definition.
pub(super) fn network(
    spec: &Spanned<InterfaceSpec>,
    legacy: bool,
    networks: &mut IndexMap<String, Network>,
    sink: &mut Sink,
) -> Option<Spanned<String>> {
    let name = match (&spec.network, &spec.bridge) {
        (Some(network), None) => Spanned::new(network.as_str().to_owned(), network.span),
        (None, Some(_)) => return None,
        (Some(network), Some(bridge)) => {
            sink.push(
                Diagnostic::error(
                    Code::ConflictingKeys,
                    bridge.span,
                    "`bridge` and `network` exclude each other",
                )
                .also(network.span, "the network")
                .help("keep one of the two"),
            );
            return None;
        }
        (None, None) if legacy => Spanned::new(DEFAULT_NETWORK.to_owned(), spec.span),
        (None, None) => {
            let message = "an interface needs a `network` or a `bridge`";
            let help = "`network: default` is the network every libvirt host starts with";
            sink.push(Diagnostic::error(Code::MissingKey, spec.span, message).help(help));
            return None;
        }
    };
    if networks.contains_key(&name.value) {
        return Some(name);
    }
    if name.value != DEFAULT_NETWORK {
        let message = format!("network `{}` is not defined", name.value);
        let diagnostic = if legacy {
            Diagnostic::warning(Code::UnknownNetwork, name.span, message)
                .help("it must exist on the host; say so with `external: true` in networks.d")
        } else {
            Diagnostic::error(Code::UnknownNetwork, name.span, message)
                .suggest(&name.value, networks.keys().map(String::as_str))
        };
        sink.push(diagnostic);
        if !legacy {
            return None;
        }
    }
    networks.insert(
        name.value.clone(),
        Network::external(&name.value, name.span),
    );
    Some(name)
}

/// Fills in an interface's defaults, once its address and MAC are known.
pub(super) fn resolve(
    position: usize,
    spec: Spanned<InterfaceSpec>,
    attachment: Attachment<'_>,
    owner: &Owner<'_>,
    sink: &mut Sink,
) -> Interface {
    let Spanned { value: spec, span } = spec;
    let Attachment {
        network,
        ip,
        ipv6,
        mac,
    } = attachment;
    let bootproto = spec.bootproto.as_ref().map(|bootproto| bootproto.value);
    // An interface in no network at all has had its fault reported.
    let fixed = ip.is_some()
        && (spec.bridge.is_some() || network.is_some_and(|(_, network)| !network.reserves()));
    let bootproto = bootproto.unwrap_or(if fixed {
        BootProto::Static
    } else {
        BootProto::Dhcp
    });
    let subnet = network.and_then(|(_, network)| network.subnet.as_ref());
    let known = subnet.and_then(|subnet| match subnet.netmask() {
        IpAddr::V4(netmask) => Some(netmask),
        IpAddr::V6(_) => None,
    });
    let netmask = spec.netmask.as_ref();
    let netmask = netmask.map(|netmask| netmask.value.address()).or(known);
    let netmask = match (&ip, netmask, bootproto) {
        (Some(ip), None, BootProto::Static) => assumed_netmask(ip, owner.legacy, sink),
        (_, netmask, _) => netmask,
    };
    if bootproto == BootProto::Static && ip.is_none() {
        let place = spec
            .bootproto
            .as_ref()
            .map_or(span, |bootproto| bootproto.span);
        let help = if network.is_some_and(|(_, network)| network.subnet.is_some()) {
            "write `ip: auto`, or an address of the network"
        } else {
            "write `ip: ADDRESS` and `netmask: NETMASK`"
        };
        let message = "a static interface needs an `ip`";
        let diagnostic = Diagnostic::error(Code::MissingKey, place, message).help(help);
        sink.push(match network {
            Some((_, network)) => diagnostic.also(network.defined, "the network"),
            None => diagnostic,
        });
    }
    // An isolated network leads nowhere: its gateway is no route, and its dnsmasq, though it offers itself as
    // resolver, forwards nothing. A guest with another interface takes both from there.
    let leads_out = network.is_some_and(|(_, network)| network.mode != Mode::Isolated);
    let aside = network.is_some() && !leads_out && owner.interfaces > 1;
    let gateway = spec
        .gateway
        .as_ref()
        .map(|gateway| gateway.value)
        .or_else(
            || match network.filter(|_| leads_out)?.1.gateway.as_ref()?.value {
                IpAddr::V4(gateway) => Some(gateway),
                IpAddr::V6(_) => None,
            },
        );
    // A router is not its own way out.
    let own = ip.as_ref().map(|ip| ip.value);
    let gateway = gateway.filter(|gateway| own != Some(*gateway));
    let ipv6_side = network.and_then(|(_, network)| network.ipv6.as_ref());
    let ipv6_gateway =
        ipv6_side
            .filter(|_| leads_out)
            .and_then(|side| match side.gateway.as_ref()?.value {
                IpAddr::V6(gateway) => Some(gateway),
                IpAddr::V4(_) => None,
            });
    let hostname = spec
        .host
        .as_ref()
        .map_or(owner.hostname, |host| host.as_str())
        .to_owned();
    let domain = network
        .and_then(|(_, network)| network.domain.as_ref())
        .map(|domain| domain.as_str())
        .or(owner.domain);
    let fqdn = match (&spec.fqdn, &spec.host) {
        (Some(fqdn), _) => fqdn.as_str().to_owned(),
        (None, None) if position == 0 => owner.fqdn.to_owned(),
        _ => qualify(&hostname, domain),
    };
    let name_span = match (&spec.fqdn, &spec.host) {
        (Some(name), _) | (None, Some(name)) => name.span,
        (None, None) => span,
    };
    Interface {
        span,
        device_span: spec.device.as_ref().map_or(span, |device| device.span),
        device: spec.device.map_or_else(
            || format!("eth{position}"),
            |device| device.as_str().to_owned(),
        ),
        network: network.map(|(name, _)| name.clone()),
        bridge: spec.bridge.map(|bridge| bridge.value),
        mac,
        mac_span: spec.mac.as_ref().map(|mac| mac.span),
        ip,
        netmask,
        netmask_span: spec.netmask.as_ref().map(|netmask| netmask.span),
        gateway,
        gateway_span: spec.gateway.as_ref().map(|gateway| gateway.span),
        ipv6,
        ipv6_prefix: ipv6_side.map_or(IPV6_PREFIX, |side| side.subnet.prefix()),
        ipv6_gateway,
        duid: spec.duid.map(|duid| Spanned::new(duid.of(mac), duid.span)),
        portgroup: spec.portgroup,
        nameservers: spec.nameserver.map(|servers| servers.0).unwrap_or_default(),
        bootproto,
        bootproto_said: spec.bootproto.is_some(),
        hostname,
        fqdn,
        name_span,
        dns_record: spec.dns_record.unwrap_or(true),
        nodns: spec.nodns.unwrap_or(aside),
        nodefroute: spec.nodefroute.unwrap_or(aside),
        model_span: spec.model.as_ref().map(|model| model.span),
        model: spec.model.map_or_else(
            || "virtio".parse().expect("a word of our own"),
            |model| model.value,
        ),
        mtu_span: spec.mtu.as_ref().map(|mtu| mtu.span),
        mtu: spec
            .mtu
            .map(|mtu| mtu.value)
            .or_else(|| network.and_then(|(_, network)| network.mtu)),
        options: spec.options,
        routes: spec.routes,
    }
}

/// A static address in a network of unknown size: 0.3 took 255.255.255.0, today it must be said.
fn assumed_netmask(ip: &Spanned<Ipv4Addr>, legacy: bool, sink: &mut Sink) -> Option<Ipv4Addr> {
    let message = "a static address here needs a `netmask`: the network's subnet is not known";
    if legacy {
        let warning = Diagnostic::warning(Code::MissingKey, ip.span, message);
        sink.push(
            warning.help("255.255.255.0 is taken, as 0.3 did; write `netmask: 255.255.255.0`"),
        );
        return Some(Ipv4Addr::new(255, 255, 255, 0));
    }
    sink.push(
        Diagnostic::error(Code::MissingKey, ip.span, message)
            .help("write `netmask: 255.255.255.0` beside `ip`"),
    );
    None
}
