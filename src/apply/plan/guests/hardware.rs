//! Memory, processors and interfaces: what a guest has when it is started the next time.

use crate::apply::live::{Domain, Interface, Processors};
use crate::apply::plan::{Action, Change};
use crate::link::{self, Guest};

/// The flags of virt-install that say anew what the model says, so that a guest is not what its values say.
const MEMORY: [&str; 3] = ["--memory", "--ram", "-r"];
const PROCESSORS: [&str; 1] = ["--vcpus"];
const INTERFACES: [&str; 4] = ["--network", "-w", "--mac", "--bridge"];

/// Compares a guest with what is stored and what runs of it. What runs differently from what is stored takes a restart.
pub(super) fn differences(guest: &Guest, stored: &Domain, running: Option<&Domain>) -> Vec<Change> {
    let mut changes = compare(guest, stored, Action::NextBoot);
    let description = guest.description.as_ref().map(|line| line.as_str());
    changes.extend(Change::of(
        Action::UpdateLive,
        "description",
        stored.description.as_deref(),
        description,
    ));
    let Some(running) = running else {
        return changes;
    };
    for change in compare(guest, running, Action::NeedsRestart) {
        if !changes.iter().any(|known| known.is_like(&change)) {
            changes.push(change);
        }
    }
    changes
}

/// Compares a guest with one of its definitions.
fn compare(guest: &Guest, found: &Domain, action: Action) -> Vec<Change> {
    let mut changes = Vec::new();
    let says = |flags: &[&str]| says(guest, flags);
    if let Some(ram) = guest.virtinst.ram.as_ref().filter(|_| !says(&MEMORY)) {
        let will = ram.value.mib();
        let mut was = found.memory >> 10;
        // A running guest's balloon is the host's affair.
        if action == Action::NextBoot && was == will {
            was = found.current_memory >> 10;
        }
        changes.extend(Change::of(action, "memory", mib(was), mib(will)));
    }
    if let Some(vcpus) = guest.virtinst.vcpus.as_ref().filter(|_| !says(&PROCESSORS)) {
        let count = u64::from(vcpus.value);
        let will = Processors {
            most: count,
            current: count,
        };
        changes.extend(Change::of(
            action,
            "vcpus",
            Some(found.processors),
            Some(will),
        ));
    }
    for nic in &guest.interfaces {
        let mac = nic.mac.to_string();
        let what = format!("interface {mac}");
        match found.interfaces.iter().find(|found| found.mac == mac) {
            Some(found) => changes.extend(Change::of(
                action,
                what,
                Some(words(&seen(found, nic))),
                Some(words(&wanted(nic))),
            )),
            None => changes.push(Change {
                will: Some(words(&wanted(nic))),
                ..Change::new(action, what)
            }),
        }
    }
    let is_known = |found: &&Interface| {
        let mut macs = guest.interfaces.iter().map(|nic| nic.mac.to_string());
        macs.any(|mac| mac == found.mac)
    };
    if !says(&INTERFACES) {
        let gone = found.interfaces.iter().filter(|found| !is_known(found));
        changes.extend(gone.map(|found| Change {
            was: Some(words(found)),
            ..Change::new(action, format!("interface {}", found.mac))
        }));
    }
    changes
}

fn mib(amount: u64) -> Option<String> {
    Some(format!("{amount} MiB"))
}

/// Returns whether the site says something in virt-install's own words.
pub(super) fn says(guest: &Guest, flags: &[&str]) -> bool {
    guest.virtinst.options.iter().any(|option| {
        let word = option.as_str();
        let flag = word.split_once('=').map_or(word, |(flag, _)| flag);
        flags.contains(&flag)
    })
}

/// Returns an interface of the lab as libvirt shows it.
fn wanted(nic: &link::Interface) -> Interface {
    let network = nic
        .network
        .as_ref()
        .map(|name| format!("network {}", name.value));
    let bridge = nic
        .bridge
        .as_ref()
        .map(|name| format!("bridge {}", name.as_str()));
    Interface {
        mac: nic.mac.to_string(),
        source: network.or(bridge).unwrap_or_default(),
        portgroup: nic
            .portgroup
            .as_ref()
            .map(|group| group.value.as_str().to_owned()),
        model: Some(nic.model.as_str().to_owned()),
        mtu: nic.mtu.map(u64::from),
    }
}

/// Returns a found interface less what the site leaves to others: libvirt, or its own suboptions of virt-install.
fn seen(found: &Interface, nic: &link::Interface) -> Interface {
    let want = wanted(nic);
    let mut seen = found.clone();
    if nic.mtu.is_none() {
        seen.mtu = None;
    }
    if nic.options.is_some() {
        seen = Interface {
            source: seen.source,
            ..want
        };
    }
    seen
}

fn words(nic: &Interface) -> String {
    let mut words = vec![nic.source.clone()];
    words.extend(
        nic.portgroup
            .as_ref()
            .map(|group| format!("portgroup {group}")),
    );
    words.extend(nic.model.as_ref().map(|model| format!("model {model}")));
    words.extend(nic.mtu.map(|mtu| format!("MTU {mtu}")));
    words.join(", ")
}
