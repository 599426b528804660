//! What the network template reads: the network, and the names and reservations of the guests in it.

use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::sections::text;
use crate::link::{Guest, Interface, Lab, uuid};
use crate::model::cidr::to_bits;
use crate::model::duid::Duid;
use crate::model::mac::Mac;
use crate::model::network::{Network, RouteSpec};

/// Returns the context of a network: its resolved values, `uuid`, `bridge_mac`, `stamp`, and the `hosts` of its DNS
/// and DHCP.
///
/// # Panics
/// Never: networks serialize.
#[must_use]
pub fn network_context(network: &Network, lab: &Lab) -> Value {
    let mut context = serde_json::to_value(network).expect("networks serialize");
    if let Some(subnet) = &network.subnet {
        context["family"] = json!(if subnet.network().is_ipv4() {
            "ipv4"
        } else {
            "ipv6"
        });
        context["prefix"] = json!(subnet.prefix());
        context["netmask"] = json!(subnet.netmask());
    }
    let attached = attached(network, lab);
    context["dns"] = names(network, &attached);
    let mut names_given = HashSet::new();
    context["reservations"] = attached
        .iter()
        .filter(|(_, _, address)| address.is_ipv4())
        .map(|attached| reservation(attached, &mut names_given))
        .collect();
    if let Some(ipv6) = &network.ipv6 {
        context["ipv6"]["prefix"] = json!(ipv6.subnet.prefix());
        context["ipv6"]["reservations"] = attached
            .iter()
            .filter(|(_, _, address)| address.is_ipv6())
            .map(reservation6)
            .collect();
    }
    if !network.routes.is_empty() {
        context["routes"] = network.routes.iter().map(|entry| route(entry)).collect();
    }
    let mut digest = Digest::default();
    digest.add(&text("network", &context));
    context["uuid"] = json!(uuid(&lab.site, "network", &network.name));
    context["bridge_mac"] = json!(bridge_mac(&lab.site, &network.name));
    context["stamp"] = digest.stamp(lab);
    context
}

/// A guest's interface and one of its addresses.
type Attached<'a> = (&'a Guest, &'a Interface, IpAddr);

/// The interfaces in the network that hold an address, by address as a number, IPv4 first.
fn attached<'a>(network: &Network, lab: &'a Lab) -> Vec<Attached<'a>> {
    let in_network = |nic: &&Interface| {
        nic.network
            .as_ref()
            .is_some_and(|name| name.value == network.name)
    };
    let mut attached: Vec<Attached<'a>> = Vec::new();
    for guest in &lab.guests {
        for nic in guest.interfaces.iter().filter(in_network) {
            let ipv4 = nic.ip.as_ref().filter(|_| network.reserves());
            let ipv6 = nic.ipv6.as_ref().filter(|_| network.reserves_ipv6());
            attached.extend(ipv4.map(|ip| (guest, nic, IpAddr::V4(ip.value))));
            attached.extend(ipv6.map(|ip| (guest, nic, IpAddr::V6(ip.value))));
        }
    }
    attached.sort_by_key(|(_, _, address)| (address.is_ipv6(), to_bits(*address)));
    attached
}

/// One entry per address with all its names: libvirt accepts two, and then refuses to update either.
fn names(network: &Network, attached: &[Attached<'_>]) -> Value {
    let mut hosts: Vec<(IpAddr, Vec<&str>)> = Vec::new();
    let mut places: HashMap<IpAddr, usize> = HashMap::new();
    let own = network.dns.iter().flat_map(|host| {
        host.names
            .iter()
            .map(move |name| (host.ip.value, name.as_str()))
    });
    let guests = attached
        .iter()
        .filter(|(_, nic, _)| nic.dns_record)
        .map(|(_, nic, address)| (*address, nic.fqdn.as_str()));
    for (address, name) in own.chain(guests) {
        let place = *places.entry(address).or_insert_with(|| {
            hosts.push((address, Vec::new()));
            hosts.len() - 1
        });
        if !hosts[place].1.contains(&name) {
            hosts[place].1.push(name);
        }
    }
    hosts
        .into_iter()
        .map(|(ip, hostnames)| json!({ "ip": ip, "hostnames": hostnames }))
        .collect()
}

/// dnsmasq enters the names of reservations into its DNS, so an interface that stays out of it has none. A name is given
/// once: libvirt adds no second reservation of a name to a running network.
fn reservation<'a>((_, nic, address): &Attached<'a>, given: &mut HashSet<&'a str>) -> Value {
    let mut entry = json!({ "mac": nic.mac, "ip": address });
    if nic.dns_record && given.insert(&nic.fqdn) {
        entry["name"] = json!(nic.fqdn);
    }
    entry
}

/// DHCPv6 knows a client by its DUID or by the name it sends; MAC addresses mean nothing to it.
fn reservation6((_, nic, address): &Attached<'_>) -> Value {
    let mut entry = json!({ "ip": address });
    if let Some(id) = &nic.duid {
        entry["id"] = json!(id.value);
    }
    if nic.dns_record {
        entry["name"] = json!(nic.fqdn);
    } else if nic.duid.is_none() {
        entry["id"] = json!(Duid::LinkLayer.of(nic.mac));
    }
    entry
}

fn route(route: &RouteSpec) -> Value {
    let subnet = route.subnet.value;
    let mut entry = json!({
        "family": if subnet.network().is_ipv4() { "ipv4" } else { "ipv6" },
        "address": subnet.network(),
        "prefix": subnet.prefix(),
        "gateway": route.gateway.value,
    });
    if let Some(metric) = &route.metric {
        entry["metric"] = json!(metric.value);
    }
    entry
}

fn bridge_mac(site: &str, network: &str) -> Mac {
    let digest = Sha256::digest(format!("{site}\0bridge\0{network}"));
    Mac::qemu(u32::from_be_bytes([0, digest[0], digest[1], digest[2]]))
}
