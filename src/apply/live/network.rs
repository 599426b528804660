//! Networks (formatnetwork.html).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use roxmltree::{Document, Error, Node};

use super::xml::{all, attribute, number, of_child, one};
use super::{Entry, Stamp, Vlan};

/// What a network is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Whose it is.
    pub stamp: Option<Stamp>,
    /// The bridge, which libvirt chooses where nothing is said.
    pub bridge: Option<String>,
    /// The bridge's MAC address, which libvirt chooses too.
    pub mac: Option<String>,
    /// What stays as it is until the network is started again, in words.
    pub settings: BTreeMap<&'static str, Vec<String>>,
    /// What changes while it runs.
    pub entries: BTreeSet<Entry>,
}

impl Network {
    /// Reads a network from libvirt's XML or the lab's.
    ///
    /// # Errors
    /// Returns where the text is no XML.
    pub fn read(xml: &str) -> Result<Self, Error> {
        let document = Document::parse(xml)?;
        let root = document.root_element();
        let mut network = Self {
            stamp: Stamp::read(root),
            bridge: of_child(root, "bridge", "name"),
            mac: of_child(root, "mac", "address").map(|mac| mac.to_ascii_lowercase()),
            ..Self::default()
        };
        for (name, values) in settings(root) {
            if !values.is_empty() {
                network.settings.insert(name, values);
            }
        }
        let entries = &mut network.entries;
        entries.extend(all(root, "ip").flat_map(Entry::of_dhcp));
        entries.extend(all(root, "dns").flat_map(Entry::of_dns));
        entries.extend(all(root, "portgroup").map(Entry::portgroup));
        Ok(network)
    }
}

fn settings(root: Node<'_, '_>) -> [(&'static str, Vec<String>); 11] {
    let listed = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
    let forward = one(root, "forward").map_or_else(|| "none".to_owned(), forward);
    let local_only = of_child(root, "domain", "localOnly").filter(|local| local == "yes");
    let isolated = of_child(root, "port", "isolated").filter(|isolated| isolated == "yes");
    let mut routes: Vec<String> = all(root, "route").map(route).collect();
    routes.sort();
    [
        ("forward", vec![forward]),
        ("address", all(root, "ip").map(address).collect()),
        ("domain", listed(of_child(root, "domain", "name"))),
        ("localonly", listed(local_only)),
        ("mtu", listed(of_child(root, "mtu", "size"))),
        ("forwarders", forwarders(root)),
        ("routes", routes),
        (
            "VLAN",
            listed(Vlan::read(root).map(|vlan| vlan.to_string())),
        ),
        ("isolated ports", listed(isolated)),
        ("switch", listed(of_child(root, "virtualport", "type"))),
        ("dnsmasq options", dnsmasq(root)),
    ]
}

/// Mode and device. `<nat>` with its ports is libvirt's own, unless it is about IPv6.
fn forward(forward: Node<'_, '_>) -> String {
    let mode = forward.attribute("mode").unwrap_or("nat");
    let device = attribute(forward, "dev").or_else(|| of_child(forward, "interface", "dev"));
    let mut words = vec![mode.to_owned()];
    words.extend(device.map(|device| format!("by {device}")));
    if of_child(forward, "nat", "ipv6").as_deref() == Some("yes") {
        words.push("with IPv6".to_owned());
    }
    words.join(" ")
}

fn route(route: Node<'_, '_>) -> String {
    let gateway = route.attribute("gateway").unwrap_or_default();
    let metric = route.attribute("metric");
    let metric = metric.map(|metric| format!(" metric {metric}"));
    format!(
        "{} by {gateway}{}",
        address(route),
        metric.unwrap_or_default()
    )
}

/// Returns an address with its prefix, whether that or a netmask is written. libvirt takes classes where neither is.
fn address(node: Node<'_, '_>) -> String {
    let address = node.attribute("address").unwrap_or_default();
    let of_mask = || match node.attribute("netmask")?.parse().ok()? {
        IpAddr::V4(mask) => Some(u64::from(mask.to_bits().count_ones())),
        IpAddr::V6(mask) => Some(u64::from(mask.to_bits().count_ones())),
    };
    match number(node.attribute("prefix")).or_else(of_mask) {
        Some(prefix) => format!("{address}/{prefix}"),
        None => address.to_owned(),
    }
}

fn forwarders(root: Node<'_, '_>) -> Vec<String> {
    let all = one(root, "dns")
        .into_iter()
        .flat_map(|dns| all(dns, "forwarder"));
    let words = all.map(|forwarder| {
        let given = ["domain", "addr"].map(|name| forwarder.attribute(name));
        given.into_iter().flatten().collect::<Vec<_>>().join(" at ")
    });
    words.collect()
}

fn dnsmasq(root: Node<'_, '_>) -> Vec<String> {
    let options = one(root, "options");
    let options = options.into_iter().flat_map(|node| all(node, "option"));
    options
        .filter_map(|option| attribute(option, "value"))
        .collect()
}
