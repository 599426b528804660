//! IPv4 and IPv6 subnets.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnetwork::IpNetwork;
use serde::{Serialize, Serializer};

/// A subnet in CIDR notation, without host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr(IpNetwork);

impl Cidr {
    /// Makes a subnet from its address and netmask, as 0.3's `network` and `netmask` keys gave it.
    ///
    /// # Errors
    /// Returns what is wrong with the pair.
    pub fn from_netmask(network: Ipv4Addr, netmask: Ipv4Addr) -> Result<Self, String> {
        let prefix = ipnetwork::ipv4_mask_to_prefix(netmask)
            .map_err(|_| format!("{netmask} is not a netmask"))?;
        format!("{network}/{prefix}").parse()
    }

    /// Returns the number of bits of the network part.
    #[must_use]
    pub fn prefix(self) -> u8 {
        self.0.prefix()
    }

    /// Returns the network address.
    #[must_use]
    pub fn network(self) -> IpAddr {
        self.0.network()
    }

    /// Returns the netmask of an IPv4 subnet; libvirt's `<ip>` takes it as `netmask`, IPv6 takes `prefix`.
    #[must_use]
    pub fn netmask(self) -> IpAddr {
        self.0.mask()
    }

    /// Returns the highest address: the broadcast address where there is one.
    #[must_use]
    pub fn last(self) -> IpAddr {
        self.0.broadcast()
    }

    /// Returns whether `address` lies in the subnet; addresses of the other family never do.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(address)
    }

    /// Returns whether the two subnets share an address.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.network()) || other.contains(self.network())
    }

    /// Returns the lowest address a host can have: libvirt's customary gateway.
    #[must_use]
    pub fn first_host(self) -> IpAddr {
        if self.0.prefix() >= self.bits() - 1 {
            self.network()
        } else {
            self.nth(1)
        }
    }

    /// Returns the highest address a host can have.
    #[must_use]
    pub fn last_host(self) -> IpAddr {
        match self.last() {
            IpAddr::V4(last) if self.0.prefix() < 31 => {
                IpAddr::V4(Ipv4Addr::from_bits(last.to_bits() - 1))
            }
            last => last,
        }
    }

    /// Returns whether `address` is the network's own or its broadcast address.
    #[must_use]
    pub fn is_reserved(self, address: IpAddr) -> bool {
        self.0.prefix() < self.bits() - 1
            && (address == self.network() || (self.0.is_ipv4() && address == self.last()))
    }

    /// Returns the number of `address` within the subnet, counted from its network address.
    #[must_use]
    pub fn host_number(self, address: IpAddr) -> Option<u128> {
        self.contains(address)
            .then(|| to_bits(address) - to_bits(self.network()))
    }

    fn nth(self, number: u128) -> IpAddr {
        from_bits(to_bits(self.network()) + number, self.0.is_ipv4())
    }

    fn bits(self) -> u8 {
        if self.0.is_ipv4() { 32 } else { 128 }
    }
}

/// Returns an address as a number, so that addresses sort and step as numbers.
#[must_use]
pub fn to_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Returns the address of a number; `v4` says of which family.
#[must_use]
pub fn from_bits(bits: u128, v4: bool) -> IpAddr {
    match u32::try_from(bits) {
        Ok(bits) if v4 => IpAddr::V4(Ipv4Addr::from_bits(bits)),
        _ => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

/// The netmask of an IPv4 address: bits of the network, then bits of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Netmask(Ipv4Addr);

impl Netmask {
    /// Returns it in the form of an address.
    #[must_use]
    pub fn address(self) -> Ipv4Addr {
        self.0
    }
}

impl FromStr for Netmask {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address: Option<Ipv4Addr> = text.parse().ok();
        address
            .filter(|address| ipnetwork::ipv4_mask_to_prefix(*address).is_ok())
            .map(Self)
            .ok_or_else(|| {
                format!(
                    "`{}` is not a netmask, as in 255.255.255.0",
                    text.escape_debug()
                )
            })
    }
}

impl fmt::Display for Netmask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Netmask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((address, prefix)) = text.split_once('/') else {
            return Err(format!(
                "`{text}` is not a subnet: the prefix length is missing, as in 192.168.122.0/24"
            ));
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| format!("`{text}` is not a subnet: `{address}` is not an address"))?;
        let length: Option<u8> = (prefix.bytes().all(|byte| byte.is_ascii_digit())
            && !prefix.is_empty())
        .then(|| prefix.parse().ok())
        .flatten();
        let parsed = length.and_then(|length| IpNetwork::new(address, length).ok());
        let Some(parsed) = parsed else {
            let most = if address.is_ipv4() { 32 } else { 128 };
            return Err(format!(
                "`{text}` is not a subnet: the prefix length is a number from 0 to {most}"
            ));
        };
        if parsed.network() != address {
            let meant = format!("{}/{prefix}", parsed.network());
            return Err(format!("`{text}` has host bits set: the subnet is {meant}"));
        }
        Ok(Self(parsed))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network(), self.prefix())
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn takes_subnets_and_nothing_else() {
        let subnet: Cidr = "192.168.155.0/24".parse().unwrap();
        assert_eq!(subnet.to_string(), "192.168.155.0/24");
        assert_eq!(subnet.netmask().to_string(), "255.255.255.0");
        assert_eq!(subnet.first_host().to_string(), "192.168.155.1");
        assert_eq!(subnet.last_host().to_string(), "192.168.155.254");
        assert_eq!(
            subnet.host_number("192.168.155.111".parse().unwrap()),
            Some(111)
        );
        assert!(subnet.is_reserved("192.168.155.255".parse().unwrap()));
        assert!(!subnet.contains("192.158.155.151".parse().unwrap()));
        for bad in [
            "192.168.155.7/24",
            "192.168.155.0",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "10.0.0.0/+8",
            "x/8",
        ] {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
        let v6: Cidr = "fd00::/64".parse().unwrap();
        assert_eq!(v6.first_host().to_string(), "fd00::1");
        assert!(!v6.is_reserved("fd00::ffff:ffff:ffff:ffff".parse().unwrap()));
    }
}
