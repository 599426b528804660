//! DHCPv6's names for clients (RFC 8415, section 11).

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::mac::Mac;
use super::refusal::Refusal;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

/// What a client tells a DHCPv6 server of itself.
///
/// MAC addresses mean nothing to DHCPv6. Clients draw their DUID from the time of their first boot or from the
/// machine's id, unless they are told to take the link-layer address: `ipv6.dhcp-duid=ll` in NetworkManager,
/// `DUIDType=link-layer` in systemd-networkd, `-D LL` for dhclient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duid {
    /// The link-layer address alone, `ll`.
    LinkLayer,
    /// Exactly this, in hexadecimal; of a type that libvirt's schema knows.
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
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text == "ll" {
            return Ok(Self::LinkLayer);
        }
        let parts: Vec<&str> = text.split(':').collect();
        let byte =
            |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let known = parts.iter().all(byte)
            && match (parts.len(), parts[0], parts.get(1)) {
                (14..=16, "00", Some(&"01")) | (10..=12, "00", Some(&"03")) => parts[2] == "00",
                (7..=130, "00", Some(&"02")) | (18, "00", Some(&"04")) => true,
                _ => false,
            };
        if known {
            return Ok(Self::Written(text.to_ascii_lowercase()));
        }
        Err(Refusal::new(
            format!("`{}` is not a DUID of type 1 to 4", text.escape_debug()),
            "write `ll`, or the bytes in hexadecimal, as in `00:03:00:01:52:54:00:12:34:56`",
        ))
    }
}

impl FromNode for Duid {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        text.parse()
            .map_err(|refusal| typer.refuse(node.span, refusal))
            .ok()
    }

    fn schema(_: Place) -> Schema {
        Schema::pattern(
            "ll|00:0[1-4](?::[0-9A-Fa-f]{2}){5,128}",
            "`ll` or a DUID in hexadecimal",
        )
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
        let of_time = "00:01:00:01:2A:bc:de:f0:52:54:00:00:00:05";
        assert_eq!(
            of_time.parse::<Duid>().unwrap().of(mac),
            of_time.to_lowercase()
        );
        for bad in [
            "",
            "LL",
            "00:03",
            "0:3:1",
            "00:03:zz",
            "00:04:ab:cd",
            "00-03-01",
            "00:03:01:",
            "a;b:cc:dd",
        ] {
            assert!(bad.parse::<Duid>().is_err(), "{bad}");
        }
    }
}
