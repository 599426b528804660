//! Where the values of interfaces come from, most of which the program chooses.

use super::Origin;
use super::guest::GuestValues;
use super::network::NetworkValues;
use crate::link::{AddressRule, Interface, MacRule};
use crate::model::guest::BootProto;
use crate::model::network::Network;
use crate::source::Span;
use crate::yaml::path::Step;

/// Returns the origin of a value of an interface; `None` when it is taken as it is written, or is none of an interface.
pub(super) fn origin(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let (position, key) = match path {
        [Step::Key(key)] if key == "ip" || key == "mac" => (0, key),
        [Step::Key(root), Step::Index(position), Step::Key(key), ..] if root == "interfaces" => {
            (*position, key)
        }
        _ => return None,
    };
    let nic = guest.guest.interfaces.get(position)?;
    let network = nic.network.as_ref();
    let network = network.and_then(|name| guest.site.lab.networks.get(&name.value));
    let part = Part {
        guest,
        nic,
        position,
        network,
    };
    part.origin(key)
}

/// Returns where else a value of the first interface is written, which the one at `written` is taken before: a guest
/// may say its own.
pub(super) fn beneath(guest: &GuestValues<'_>, written: Option<&[Step]>) -> Option<Vec<Step>> {
    let of_interface = |key: &str| {
        let interfaces = Step::Key("interfaces".to_owned());
        vec![interfaces, Step::Index(0), Step::Key(key.to_owned())]
    };
    let other = match written? {
        [Step::Key(key)] if key == "ip" || key == "mac" => of_interface(key),
        [Step::Key(root), Step::Index(0), Step::Key(key)]
            if root == "interfaces" && (key == "netmask" || key == "gateway") =>
        {
            vec![Step::Key(key.clone())]
        }
        _ => return None,
    };
    guest.node(&other).is_some().then_some(other)
}

/// An interface of a guest in its network.
struct Part<'g, 'a> {
    guest: &'g GuestValues<'a>,
    nic: &'g Interface,
    position: usize,
    network: Option<&'g Network>,
}

impl Part<'_, '_> {
    fn origin(&self, key: &str) -> Option<Origin> {
        let nic = self.nic;
        let rules = &self.guest.site.rules;
        match key {
            "ip" => {
                let rule = rules.ip(self.guest.guest, self.position);
                self.address("ip", nic.ip.as_ref()?.span, rule)
            }
            "ipv6" => {
                let rule = rules.ipv6(self.guest.guest, self.position);
                self.address("ipv6", nic.ipv6.as_ref()?.span, rule)
            }
            "mac" => self.mac(),
            "netmask" | "prefix" => self.inherited("netmask").or_else(|| {
                let subnet = self.network?.subnet.as_ref()?;
                Some(Origin::made(self.of_network("the subnet of")).at(subnet.span))
            }),
            "gateway" => self.inherited("gateway").or_else(|| {
                let gateway = self.network?.gateway.as_ref()?;
                Some(Origin::made(self.of_network("the gateway of")).at(gateway.span))
            }),
            "ipv6_prefix" => {
                let ipv6 = self.network?.ipv6.as_ref()?;
                Some(Origin::made(self.of_network("the IPv6 subnet of")).at(ipv6.subnet.span))
            }
            "ipv6_gateway" => {
                let gateway = self.network?.ipv6.as_ref()?.gateway.as_ref()?;
                Some(Origin::made(self.of_network("the IPv6 gateway of")).at(gateway.span))
            }
            "hostname" => Some(self.own("host").unwrap_or_else(|| {
                let origin = self.guest.origin(&[Step::Key("hostname".to_owned())]);
                origin.because("the guest's host name")
            })),
            "fqdn" => self.own("fqdn").or_else(|| self.fqdn()),
            "nameservers" => self.own("nameserver"),
            _ if self.own(key).is_some() => (key == "duid").then(|| self.duid()).flatten(),
            "network" => Some(Origin::made("the network every libvirt host starts with")),
            "device" => Some(Origin::made("its position among the interfaces")),
            "bootproto" => Some(Origin::made(match nic.bootproto {
                BootProto::Static => "the default where the network reserves no address",
                _ => "the default: its address comes by DHCP",
            })),
            "mtu" => {
                let network = NetworkValues::new(self.guest.site, &self.network?.name)?;
                let place = network.place(&[Step::Key("mtu".to_owned())]);
                Some(Origin::made(self.of_network("the MTU of")).at(place))
            }
            "nodns" if nic.nodns => Some(self.aside()),
            "nodefroute" if nic.nodefroute => Some(self.aside()),
            _ => None,
        }
    }

    fn address(&self, key: &str, span: Span, rule: AddressRule) -> Option<Origin> {
        let paths = [self.path(key), vec![Step::Key(key.to_owned())]];
        let written = self.guest.written_at(span, &paths)?;
        Some(match rule {
            AddressRule::Written => written,
            AddressRule::Locked(place) => written.at(place).because("kept by the lock"),
            AddressRule::Lowest => written.because(self.of_network("the lowest free address of")),
        })
    }

    fn mac(&self) -> Option<Origin> {
        match self.guest.site.rules.mac(self.guest.guest, self.position) {
            MacRule::Written(span) => {
                let paths = [self.path("mac"), vec![Step::Key("mac".to_owned())]];
                self.guest.written_at(span, &paths)
            }
            MacRule::Readable => {
                let network = NetworkValues::new(self.guest.site, &self.network?.name)?;
                let place = network.place(&[Step::Key("mac_prefix".to_owned())]);
                let why = self.of_network("the readable form of its address, by `mac_prefix` of");
                Some(Origin::made(why).at(place))
            }
            MacRule::Locked(place) => Some(Origin::made("kept by the lock").at(place)),
            MacRule::Drawn => Some(Origin::made(
                "drawn from the names of site, guest and network",
            )),
            MacRule::NextFree => Some(Origin::made(
                "the next free one after that drawn from the names of site, guest and network",
            )),
        }
    }

    fn fqdn(&self) -> Option<Origin> {
        if self.position == 0 && self.own("host").is_none() {
            let origin = self.guest.origin(&[Step::Key("fqdn".to_owned())]);
            return Some(origin.because("the guest's full name"));
        }
        let domain = self.network.and_then(|network| network.domain.as_ref());
        Some(match domain {
            Some(domain) => {
                Origin::made(self.of_network("its host name in the domain of")).at(domain.span)
            }
            None if self.guest.guest.domain.is_some() => {
                Origin::made("its host name in the guest's domain")
            }
            None => Origin::made("its host name: there is no domain"),
        })
    }

    fn duid(&self) -> Option<Origin> {
        let written = self.own("duid")?;
        let node = self.guest.node(&self.path("duid"))?;
        (node.as_text() != self.nic.duid.as_ref().map(|duid| duid.value.as_str()))
            .then(|| written.because("made of its MAC address"))
    }

    fn aside(&self) -> Origin {
        let network = self.network.map(|network| network.defined);
        Origin::made(self.of_network("the default for one interface of several in the isolated"))
            .at(network)
    }

    /// Returns what a key of the interface itself says.
    fn own(&self, key: &str) -> Option<Origin> {
        self.guest.written(&self.path(key))
    }

    /// Returns what a key says that the guest may say for its first interface.
    fn inherited(&self, key: &str) -> Option<Origin> {
        let of_guest = || self.guest.written(&[Step::Key(key.to_owned())]);
        self.own(key)
            .or_else(|| of_guest().filter(|_| self.position == 0))
    }

    fn path(&self, key: &str) -> Vec<Step> {
        vec![
            Step::Key("interfaces".to_owned()),
            Step::Index(self.position),
            Step::Key(key.to_owned()),
        ]
    }

    fn of_network(&self, what: &str) -> String {
        let name = self.network.map_or("", |network| &network.name);
        format!("{what} network `{name}`")
    }
}
