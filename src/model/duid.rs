//! DHCPv6's names for clients (RFC 8415, section 11).

use std::fmt::Write as _;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::mac::Mac;
use crate::yaml::Node;
use crate::yaml::typed::{FromNode, Typer};

/// The most bytes of a DUID: two of type and 128 (RFC 8415, section 11.1).
const LONGEST: usize = 130;

/// What a client tells a DHCPv6 server of itself.
///
/// MAC addresses mean nothing to DHCPv6. Clients draw their DUID from the time of their first boot or from the
/// machine's id, unless they are told to take the link-layer address: `ipv6.dhcp-duid=ll` in NetworkManager,
/// `DUIDType=link-layer` in systemd-networkd, `-D LL` for dhclient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duid {
    /// The link-layer address alone, `ll`.
    LinkLayer,
    /// Exactly this, in hexadecimal.
    Written(String),
}

impl Duid {
    /// Returns the bytes in hexadecimal, as libvirt writes them, for the interface of this MAC address.
    #[must_use]
    pub fn of(&self, mac: Mac) -> String {
        match self {
            // DUID-LL is type 3, Ethernet is hardware type 1 (RFC 8415, section 11.4).
            Self::LinkLayer => format!("00:03:00:01:{mac}"),
            Self::Written(bytes) => bytes.clone(),
        }
    }
}

impl FromStr for Duid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "ll" {
            return Ok(Self::LinkLayer);
        }
        let mut bytes = String::new();
        let parts: Vec<&str> = text.split(':').collect();
        for part in &parts {
            let byte = (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .then(|| part.to_ascii_lowercase())
                .filter(|_| (3..=LONGEST).contains(&parts.len()));
            let Some(byte) = byte else {
                return Err(format!(
                    "`{}` is not a DUID: `ll`, or bytes in hexadecimal, as in 00:03:00:01:52:54:00:12:34:56",
                    text.escape_debug()
                ));
            };
            write!(bytes, "{}{byte}", if bytes.is_empty() { "" } else { ":" })
                .map_err(|error| error.to_string())?;
        }
        Ok(Self::Written(bytes))
    }
}

impl FromNode for Duid {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        text.parse()
            .map_err(|reason: String| typer.invalid(node.span, reason))
            .ok()
    }
}

impl Serialize for Duid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LinkLayer => serializer.serialize_str("ll"),
            Self::Written(bytes) => serializer.serialize_str(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Duid;

    #[test]
    fn takes_bytes_and_the_link_layer_address() {
        let mac = "52:54:00:00:00:05".parse().unwrap();
        assert_eq!(
            "ll".parse::<Duid>().unwrap().of(mac),
            "00:03:00:01:52:54:00:00:00:05"
        );
        assert_eq!(
            "00:04:AB:cd".parse::<Duid>().unwrap().of(mac),
            "00:04:ab:cd"
        );
        for bad in [
            "",
            "LL",
            "00:03",
            "0:3:1",
            "00:03:zz",
            "00-03-01",
            "00:03:01:",
            "a;b:cc:dd",
        ] {
            assert!(bad.parse::<Duid>().is_err(), "{bad}");
        }
    }
}
