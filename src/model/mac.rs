//! MAC addresses, printed the way libvirt prints them.

use std::fmt;
use std::str::FromStr;

use macaddr::MacAddr6;
use serde::{Serialize, Serializer};

use super::refusal::Refusal;
use super::text::escaped;

/// QEMU's own range, which libvirt draws random addresses from.
const QEMU_PREFIX: [u8; 3] = [0x52, 0x54, 0x00];

/// A unicast MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(MacAddr6);

impl Mac {
    /// Makes an address of QEMU's range from its last three bytes, given as a number.
    #[must_use]
    pub fn qemu(number: u32) -> Self {
        let [_, a, b, c] = number.to_be_bytes();
        let [x, y, z] = QEMU_PREFIX;
        Self(MacAddr6::new(x, y, z, a, b, c))
    }

    /// Makes the readable form: `prefix` and a host number of up to four decimal digits.
    #[must_use]
    pub fn readable(prefix: MacPrefix, host: u16) -> Option<Self> {
        let byte = |number: u16| u8::from_str_radix(&number.to_string(), 16).ok();
        let (high, low) = (byte(host / 100)?, byte(host % 100)?);
        let [a, b, c, d] = prefix.0;
        (host < 10_000).then(|| Self(MacAddr6::new(a, b, c, d, high, low)))
    }

    /// Returns whether a manufacturer gives out such addresses (IEEE 802, clause 8: the second lowest bit is clear).
    #[must_use]
    pub fn is_universal(self) -> bool {
        self.0.is_universal()
    }

    /// Returns whether libvirt keeps such addresses for the host's ends of guests' interfaces.
    ///
    /// It refuses to start a guest with one on a bridge (`virNetDevTapCreateInBridgePort` in src/util/virnetdevtap.c).
    #[must_use]
    pub fn is_tap(self) -> bool {
        self.0.into_array()[0] == 0xfe
    }
}

impl FromStr for Mac {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let shown = escaped(text);
        let own = "leave `mac` out, and the interface gets one of its own";
        let Ok(parsed) = text.parse::<MacAddr6>() else {
            let message = format!("`{shown}` is not a MAC address: six bytes in hexadecimal");
            let help = match padded::<6>(text) {
                Some(near) => format!("write `{near}`"),
                None => format!("write it as in `52:54:00:12:34:56`, or {own}"),
            };
            return Err(Refusal::new(message, help));
        };
        if parsed.is_nil() {
            return Err(Refusal::new(
                format!("`{shown}` is the empty MAC address"),
                own,
            ));
        }
        if parsed.is_multicast() {
            let [first, rest @ ..] = parsed.into_array();
            let (message, near) = multicast(&shown, first, &rest);
            return Err(Refusal::new(message, near));
        }
        Ok(Self(parsed))
    }
}

/// Says what is wrong with bytes that begin a multicast address, and which end like them and begin as guests' do: one bit
/// less may be a manufacturer's, or libvirt's.
fn multicast(shown: &str, first: u8, rest: &[u8]) -> (String, String) {
    let message =
        format!("`{shown}` is multicast: the lowest bit of its first byte, {first:02x}, is set");
    let [a, b, c] = QEMU_PREFIX;
    let end = rest.iter().skip(QEMU_PREFIX.len() - 1);
    let end: String = end.map(|byte| format!(":{byte:02x}")).collect();
    (message, format!("write `{a:02x}:{b:02x}:{c:02x}{end}`"))
}

/// Returns bytes with two digits each, where some were written with one.
fn padded<const BYTES: usize>(text: &str) -> Option<String> {
    let bytes: Option<Vec<String>> = text
        .split([':', '-'])
        .map(|byte| Some(format!("{:02x}", u8::from_str_radix(byte, 16).ok()?)))
        .collect();
    let bytes = bytes.filter(|bytes| bytes.len() == BYTES)?;
    Some(bytes.join(":"))
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0.into_array();
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The first four bytes of a network's readable MAC addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacPrefix([u8; 4]);

impl MacPrefix {
    /// Returns the lowest address with this prefix.
    #[must_use]
    pub fn lowest(self) -> Mac {
        let [a, b, c, d] = self.0;
        Mac(MacAddr6::new(a, b, c, d, 0, 0))
    }
}

impl FromStr for MacPrefix {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let shown = escaped(text);
        let Ok(whole) = format!("{text}:00:01").parse::<MacAddr6>() else {
            let message = format!("`{shown}` is not a MAC prefix: four bytes in hexadecimal");
            let near = padded::<4>(text).unwrap_or_else(|| "52:54:00:05".to_owned());
            return Err(Refusal::new(
                message,
                format!("write it as in `\"{near}\"`"),
            ));
        };
        let [a, b, c, d, ..] = whole.into_array();
        if whole.is_multicast() {
            let (message, near) = multicast(&shown, a, &[b, c, d]);
            return Err(Refusal::new(message, near));
        }
        Ok(Self([a, b, c, d]))
    }
}

impl fmt::Display for MacPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}")
    }
}

impl Serialize for MacPrefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Mac, MacPrefix};

    #[test]
    fn prints_lower_case_and_refuses_groups() {
        assert_eq!(
            "52-54-00-AB-CD-EF".parse::<Mac>().unwrap().to_string(),
            "52:54:00:ab:cd:ef"
        );
        assert!("53:54:00:00:00:01".parse::<Mac>().is_err());
        assert!("52:54:0:0:0:1".parse::<Mac>().is_err());
        assert!("RANDOM".parse::<Mac>().is_err());
    }

    #[test]
    fn readable_form_spells_the_host_number_in_decimal() {
        let prefix: MacPrefix = "52:54:00:05".parse().unwrap();
        let mac = |host| Mac::readable(prefix, host).unwrap().to_string();
        assert_eq!(mac(101), "52:54:00:05:01:01");
        assert_eq!(mac(15), "52:54:00:05:00:15");
        assert_eq!(mac(9999), "52:54:00:05:99:99");
        assert!(Mac::readable(prefix, 10_000).is_none());
        assert!("52:54:00".parse::<MacPrefix>().is_err());
        assert!("52:54:00:05:01".parse::<MacPrefix>().is_err());
    }
}
