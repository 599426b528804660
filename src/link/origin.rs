//! Which rule gave an interface its addresses, for whoever explains them. It decides nothing: the rules are applied in
//! `addresses` and `macs`, and recognized here by what they gave.

use std::net::IpAddr;
use std::path::Path;

use super::addresses::Family;
use super::ids::mac_number;
use super::lock::ReadLock;
use super::{Guest, Interface, Lab};
use crate::diag::Sink;
use crate::files::Files;
use crate::model::mac::Mac;
use crate::source::Span;

/// How an interface came to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRule {
    /// It is written.
    Written,
    /// The lock has it, here.
    Locked(Span),
    /// It is the lowest free one.
    Lowest,
}

/// How an interface came to its MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacRule {
    /// It is written, here.
    Written(Span),
    /// It is the readable form of the address, by the network's `mac_prefix`.
    Readable,
    /// The lock has it, here.
    Locked(Span),
    /// It is drawn from the names of site, guest and network, and the interface's position.
    Drawn,
    /// It is the next free one after the one drawn, which another interface has.
    NextFree,
}

/// The rules of a lab, with its lock.
#[derive(Debug)]
pub struct Rules<'a> {
    lab: &'a Lab,
    lock: ReadLock,
}

impl<'a> Rules<'a> {
    /// Reads the lock at `path`, whose faults have been reported.
    pub fn new(lab: &'a Lab, path: &Path, files: &mut Files) -> Self {
        let lock = ReadLock::read(path, files, &mut Sink::default());
        Self { lab, lock }
    }

    /// Returns how the interface at `position` came to its IPv4 address.
    #[must_use]
    pub fn ip(&self, guest: &Guest, position: usize) -> AddressRule {
        let address = guest.interfaces[position].ip.as_ref();
        self.address(
            guest,
            position,
            Family::V4,
            address.map(|ip| ip.value.into()),
        )
    }

    /// Returns how the interface at `position` came to its IPv6 address.
    #[must_use]
    pub fn ipv6(&self, guest: &Guest, position: usize) -> AddressRule {
        let address = guest.interfaces[position].ipv6.as_ref();
        self.address(
            guest,
            position,
            Family::V6,
            address.map(|ip| ip.value.into()),
        )
    }

    fn address(
        &self,
        guest: &Guest,
        position: usize,
        family: Family,
        address: Option<IpAddr>,
    ) -> AddressRule {
        let nic = &guest.interfaces[position];
        let Some(network) = network(nic) else {
            return AddressRule::Written;
        };
        let same = |other: &&Interface| self::network(other) == Some(network);
        let before = guest.interfaces[..position].iter().filter(same).count();
        let key = match before {
            0 => guest.name.to_string(),
            _ => format!("{}/{}", guest.name, before + 1),
        };
        let (kept, read) = match family {
            Family::V4 => (&self.lab.lock.addresses, &self.lock.addresses),
            Family::V6 => (&self.lab.lock.addresses6, &self.lock.addresses6),
        };
        // What is written is not kept.
        let chosen = kept.get(network).and_then(|of| of.get(&key)).copied();
        if chosen.is_none() || chosen != address {
            return AddressRule::Written;
        }
        let locked = read.get(network).and_then(|of| of.get(&key));
        locked.map_or(AddressRule::Lowest, |locked| {
            AddressRule::Locked(locked.span)
        })
    }

    /// Returns how the interface at `position` came to its MAC address.
    #[must_use]
    pub fn mac(&self, guest: &Guest, position: usize) -> MacRule {
        let nic = &guest.interfaces[position];
        if let Some(span) = nic.mac_span {
            return MacRule::Written(span);
        }
        let network = network(nic);
        let readable = || {
            let network = self.lab.networks.get(network?)?;
            let ip = nic.ip.as_ref()?.value;
            let host = network.subnet.as_ref()?.host_number(ip.into())?;
            Mac::readable(
                network.mac_prefix.as_ref()?.value,
                u16::try_from(host).ok()?,
            )
        };
        if readable() == Some(nic.mac) {
            return MacRule::Readable;
        }
        let bridge = nic.bridge.as_ref().map(|bridge| bridge.as_str());
        let on = network.or(bridge).unwrap_or_default();
        let locked = self.lock.macs.get(&*guest.name);
        if let Some(locked) = locked.and_then(|macs| macs.get(&format!("{on}/{position}"))) {
            return MacRule::Locked(locked.span);
        }
        let words = [&self.lab.site, &*guest.name, on, &position.to_string()];
        if nic.mac == Mac::qemu(mac_number(&words)) {
            MacRule::Drawn
        } else {
            MacRule::NextFree
        }
    }
}

fn network(nic: &Interface) -> Option<&str> {
    nic.network.as_ref().map(|name| name.value.as_str())
}
