//! MAC addresses for interfaces that name none.

use std::collections::HashSet;

use super::ids::mac_number;
use super::lock::{Choices, ReadLock};
use crate::model::mac::Mac;

/// Hands out MAC addresses that no other interface has.
pub(super) struct Macs<'a> {
    site: &'a str,
    lock: &'a ReadLock,
    used: HashSet<Mac>,
}

impl<'a> Macs<'a> {
    /// Starts with the addresses nobody needs to choose.
    pub(super) fn new(site: &'a str, lock: &'a ReadLock, written: HashSet<Mac>) -> Self {
        Self {
            site,
            lock,
            used: written,
        }
    }

    /// Chooses an address from site, guest, network and position: a changed IP address does not change the hardware.
    ///
    /// A collision takes the next free one and goes into the lock, because the order of guests decides who gives way.
    pub(super) fn choose(
        &mut self,
        guest: &str,
        network: &str,
        position: usize,
        chosen: &mut Choices<Mac>,
    ) -> Mac {
        let key = format!("{network}/{position}");
        if let Some(locked) = self.lock.macs.get(guest).and_then(|macs| macs.get(&key))
            && self.used.insert(locked.value)
        {
            chosen
                .entry(guest.to_owned())
                .or_default()
                .insert(key, locked.value);
            return locked.value;
        }
        let number = mac_number(&[self.site, guest, network, &position.to_string()]);
        let mut offset = 0;
        loop {
            let mac = Mac::qemu((number + offset) & 0xff_ffff);
            if self.used.insert(mac) {
                if offset > 0 {
                    chosen.entry(guest.to_owned()).or_default().insert(key, mac);
                }
                return mac;
            }
            offset += 1;
        }
    }
}
