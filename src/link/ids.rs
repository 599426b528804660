//! Names → the numbers libvirt knows objects by, the same in every run.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The namespace of this program's UUIDs: version 5 of the URL namespace and `urn:miniascape:lab`.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0e_6d53_0f8b_5a3c_9f04_1d0e_7c1b_a6e2);

/// Returns the UUID of an object: version 5 (RFC 9562, section 5.5) of site, kind and name.
#[must_use]
pub fn uuid(site: &str, kind: &str, name: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{site}/{kind}/{name}").as_bytes())
        .hyphenated()
        .to_string()
}

/// Returns 24 bits drawn from words: the part of a MAC address the program may choose.
pub(super) fn mac_number(words: &[&str]) -> u32 {
    let digest = Sha256::digest(words.join("\0"));
    u32::from_be_bytes([0, digest[0], digest[1], digest[2]])
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn uuids_are_of_version_5_and_differ_by_every_part() {
        let id = uuid("m2", "network", "service");
        assert_eq!(id.as_bytes()[14], b'5');
        assert_eq!(id, uuid("m2", "network", "service"));
        assert_ne!(id, uuid("m3", "network", "service"));
        assert_ne!(id, uuid("m2", "guest", "service"));
    }
}
