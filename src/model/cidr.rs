//! IPv4 and IPv6 subnets.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnetwork::IpNetwork;
use serde::{Serialize, Serializer};

use super::refusal::Refusal;
use super::text::escaped;

/// A subnet in CIDR notation, without host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr(IpNetwork);

impl Cidr {
    /// Makes a subnet from its address and netmask, as 0.3's `network` and `netmask` keys gave it.
    ///
    /// # Errors
    /// Returns what is wrong with the pair.
    pub fn from_netmask(network: Ipv4Addr, netmask: Ipv4Addr) -> Result<Self, Refusal> {
        let Netmask(mask) = netmask.to_string().parse()?;
        let prefix = mask.to_bits().leading_ones();
        format!("{network}/{prefix}").parse()
    }

    /// Returns the subnet of so many bits that `address` is in; `None` for 0, and for more bits than it has.
    #[must_use]
    pub fn around(address: IpAddr, prefix: u8) -> Option<Self> {
        let inside = IpNetwork::new(address, prefix).ok()?;
        let whole = IpNetwork::new(inside.network(), prefix).ok()?;
        (prefix > 0).then_some(Self(whole))
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
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let address: Option<Ipv4Addr> = text.parse().ok();
        let is_mask = |address: &Ipv4Addr| ipnetwork::ipv4_mask_to_prefix(*address).is_ok();
        if let Some(mask) = address.filter(is_mask) {
            return Ok(Self(mask));
        }
        let message = format!("`{}` is not a netmask", escaped(text));
        let inverse = address.map(|address| Ipv4Addr::from_bits(!address.to_bits()));
        let help = match (inverse.filter(is_mask), prefix(text)) {
            (Some(mask), _) | (None, Some(mask)) => format!("write `{mask}`"),
            (None, None) => "write ones and then zeros, as in `255.255.255.0`".to_owned(),
        };
        Err(Refusal::new(message, help))
    }
}

/// Returns the netmask of a prefix length, written `24` or `/24`.
fn prefix(text: &str) -> Option<Ipv4Addr> {
    let length: u32 = text.strip_prefix('/').unwrap_or(text).parse().ok()?;
    let bits = u32::MAX.checked_shl(32_u32.checked_sub(length)?);
    Some(Ipv4Addr::from_bits(bits.unwrap_or_default()))
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
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let shown = escaped(text);
        let wrong = |why: &str, help: String| {
            let message = format!("`{shown}` is not a subnet: {why}");
            Err(Refusal::new(message, help))
        };
        let example = || "write it as in `192.168.122.0/24`".to_owned();
        let (address, length) = text.split_once('/').unwrap_or((text, ""));
        let Ok(address) = address.parse::<IpAddr>() else {
            let why = format!("`{}` is not an address", escaped(address));
            let near = with_all_numbers(address, length);
            return wrong(
                &why,
                near.map_or_else(example, |near| format!("write `{near}`")),
            );
        };
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length = match length {
            "" => {
                let usual = if address.is_ipv4() { 24 } else { 64 };
                let help = IpNetwork::new(address, usual).map_or_else(
                    |_| example(),
                    |near| {
                        format!(
                            "write the bits of the network behind it, as in `{}/{usual}`",
                            near.network()
                        )
                    },
                );
                return wrong("the prefix length is missing", help);
            }
            length if digits => length.parse().ok(),
            mask => {
                let mask: Option<Netmask> = mask.parse().ok();
                if let Some(Netmask(mask)) = mask.filter(|_| address.is_ipv4()) {
                    let length = mask.to_bits().leading_ones();
                    let help = format!("write `{address}/{length}`");
                    return wrong("a netmask stands in place of the prefix length", help);
                }
                None
            }
        };
        let Some(parsed) = length.and_then(|length| IpNetwork::new(address, length).ok()) else {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let why = format!("the prefix length is a number from 0 to {most}");
            return wrong(&why, example());
        };
        if parsed.network() != address {
            let message = format!("`{shown}` has host bits set");
            let help = format!("write `{}/{}`", parsed.network(), parsed.prefix());
            return Err(Refusal::new(message, help));
        }
        Ok(Self(parsed))
    }
}

/// Returns the subnet that was meant by one whose last numbers are left out, as in `10.0.0/24`.
fn with_all_numbers(address: &str, length: &str) -> Option<Cidr> {
    let given = address.trim_end_matches('.');
    let missing = 4_usize.checked_sub(given.split('.').count())?;
    let zeros = ".0".repeat(missing);
    let whole = || format!("{given}{zeros}/{length}").parse().ok();
    (missing > 0).then(whole).flatten()
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
            "300.0.0.0/8",
            "10.0.0.0.0/8",
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
