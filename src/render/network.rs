//! What the network template reads: the network, and the names and reservations of the guests in it.

use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::context::Digest;
use super::sections::text;
use crate::link::{Guest, Interface, Lab, uuid};
use crate::model::cidr::to_bits;
use crate::model::mac::Mac;
use crate::model::network::Network;

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
    context["reservations"] = reservations(&attached);
    let mut digest = Digest::default();
    digest.add(&text("network", &context));
    context["uuid"] = json!(uuid(&lab.site, "network", &network.name));
    context["bridge_mac"] = json!(bridge_mac(&lab.site, &network.name));
    context["stamp"] = digest.stamp(lab);
    context
}

/// The interfaces in the network that hold an address, by address as a number.
fn attached<'a>(network: &Network, lab: &'a Lab) -> Vec<(&'a Guest, &'a Interface, IpAddr)> {
    if !network.reserves() {
        return Vec::new();
    }
    let nics = lab
        .guests
        .iter()
        .flat_map(|guest| guest.interfaces.iter().map(move |nic| (guest, nic)));
    let mut attached: Vec<_> = nics
        .filter(|(_, nic)| {
            nic.network
                .as_ref()
                .is_some_and(|name| name.value == network.name)
        })
        .filter_map(|(guest, nic)| Some((guest, nic, IpAddr::V4(nic.ip.as_ref()?.value))))
        .collect();
    attached.sort_by_key(|(_, _, address)| to_bits(*address));
    attached
}

/// One entry per address with all its names: libvirt accepts two, and then refuses to update either.
fn names(network: &Network, attached: &[(&Guest, &Interface, IpAddr)]) -> Value {
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

/// dnsmasq enters the names of reservations into its DNS, so an interface that stays out of it has none.
fn reservations(attached: &[(&Guest, &Interface, IpAddr)]) -> Value {
    let entry = |(_, nic, address): &(&Guest, &Interface, IpAddr)| {
        let mut entry = json!({ "mac": nic.mac, "ip": address });
        if nic.dns_record {
            entry["name"] = json!(nic.fqdn);
        }
        entry
    };
    attached.iter().map(entry).collect()
}

fn bridge_mac(site: &str, network: &str) -> Mac {
    let digest = Sha256::digest(format!("{site}\0bridge\0{network}"));
    Mac::qemu(u32::from_be_bytes([0, digest[0], digest[1], digest[2]]))
}
