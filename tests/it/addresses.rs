//! Addresses that stay: random edits of a site, and a lock that contradicts it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use miniascape::diag::{Severity, Sink};
use miniascape::files::Files;
use miniascape::link::{Guest, Lab};
use miniascape::{Request, load};
use proptest::prelude::*;

use crate::support::{Run, Site};

/// The guests there may be; those of [`COUNTED`] may have a count.
const NAMES: &[&str] = &["web", "db", "a", "node", "mail-2", "mail-10", "z9"];
const COUNTED: &[&str] = &["web", "node"];
const NETWORKS: &[&str] = &["lan", "san", "dmz"];

/// How an interface gets its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ip {
    Auto,
    /// The network's address with this last number.
    Host(u8),
    None,
}

/// A guest file as written: a count, and interfaces by network.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Definition {
    count: Option<u8>,
    nics: Vec<(usize, Ip)>,
}

/// A site as its owner thinks of it.
#[derive(Clone, Debug)]
struct Plan {
    networks: BTreeSet<usize>,
    /// Where the dynamic range starts, by network.
    ranges: BTreeMap<usize, u8>,
    guests: BTreeMap<&'static str, Definition>,
    /// How the files are named; it means nothing.
    layout: u8,
}

/// One edit; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Edit {
    Write(usize, Definition),
    Remove(usize),
    Rename(usize, usize),
    Address(usize, usize, Ip),
    Count(usize, Option<u8>),
    AddNetwork(usize),
    RemoveNetwork(usize),
    Range(usize, Option<u8>),
    Layout(u8),
}

impl Plan {
    fn new() -> Self {
        Self {
            networks: BTreeSet::from([0]),
            ranges: BTreeMap::new(),
            guests: BTreeMap::new(),
            layout: 0,
        }
    }

    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Write(name, definition) => {
                let mut definition = definition.clone();
                definition
                    .nics
                    .retain(|(network, _)| self.networks.contains(network));
                self.put(NAMES[*name], definition);
            }
            Edit::Remove(name) => {
                self.guests.remove(NAMES[*name]);
            }
            Edit::Rename(from, to) => {
                if let Some(definition) = self.guests.remove(NAMES[*from]) {
                    self.put(NAMES[*to], definition);
                }
            }
            Edit::Address(name, nic, ip) => {
                let guest = self.guests.get_mut(NAMES[*name]);
                if let Some((_, own)) = guest.and_then(|guest| guest.nics.get_mut(*nic)) {
                    *own = *ip;
                }
            }
            Edit::Count(name, count) => {
                if let Some(mut definition) = self.guests.remove(COUNTED[*name]) {
                    definition.count = *count;
                    self.put(COUNTED[*name], definition);
                }
            }
            Edit::AddNetwork(network) => {
                self.networks.insert(*network);
            }
            Edit::RemoveNetwork(network) => {
                self.networks.remove(network);
                for guest in self.guests.values_mut() {
                    guest.nics.retain(|(on, _)| on != network);
                }
            }
            Edit::Range(network, Some(start)) => {
                self.ranges.insert(*network, *start);
            }
            Edit::Range(network, None) => {
                self.ranges.remove(network);
            }
            Edit::Layout(layout) => self.layout = *layout,
        }
    }

    fn put(&mut self, name: &'static str, mut definition: Definition) {
        definition.count = definition.count.filter(|_| COUNTED.contains(&name));
        self.guests.insert(name, definition);
    }

    /// The guests there are, counted ones one by one, with their interfaces.
    fn expected(&self) -> BTreeMap<String, &[(usize, Ip)]> {
        let mut guests = BTreeMap::new();
        for (name, definition) in &self.guests {
            match definition.count {
                Some(count) => {
                    guests.extend(
                        (1..=count)
                            .map(|number| (format!("{name}-{number}"), &definition.nics[..])),
                    );
                }
                None => {
                    guests.insert((*name).to_owned(), &definition.nics[..]);
                }
            }
        }
        guests
    }

    /// Writes the site's files, under names that differ by layout.
    fn write(&self, site: &Site) {
        let _ = fs::remove_dir_all(site.path().join("conf.d"));
        let file = |folder: &str, name: &str, text: &str| {
            let digest = name.bytes().fold(self.layout, |sum, byte| {
                sum.wrapping_mul(31).wrapping_add(byte)
            });
            let path = match digest % 3 {
                0 => format!("conf.d/{folder}/{name}.yml"),
                1 => format!("conf.d/{folder}/{name}/00.yml"),
                _ => format!("conf.d/{folder}/{name}/{digest}.yml"),
            };
            site.write(&path, text);
        };
        site.write("conf.d/META/site.yml", "site: x\n");
        let common = "os: rhel9\nrootpw: locked\nvirtinst: {location: http://x/}\n";
        site.write(&format!("conf.d/common/{}.yml", self.layout), common);
        for network in &self.networks {
            let mut text = format!("subnet: 10.0.{network}.0/27\n");
            if let Some(start) = self.ranges.get(network) {
                writeln!(
                    text,
                    "dhcp: {{start: 10.0.{network}.{start}, end: 10.0.{network}.30}}"
                )
                .unwrap();
            }
            // One of the networks has MAC addresses that can be read.
            if *network == 1 {
                text += "mac_prefix: \"52:54:00:07\"\n";
            }
            file("networks.d", NETWORKS[*network], &text);
        }
        for (name, definition) in &self.guests {
            let mut text = String::new();
            if let Some(count) = definition.count {
                writeln!(text, "count: {count}").unwrap();
            }
            text += "interfaces:\n";
            for (network, ip) in &definition.nics {
                let name = NETWORKS[*network];
                match ip {
                    Ip::Auto => writeln!(text, "- {{network: {name}, ip: auto}}"),
                    Ip::Host(host) => {
                        writeln!(text, "- {{network: {name}, ip: 10.0.{network}.{host}}}")
                    }
                    Ip::None => writeln!(text, "- {{network: {name}}}"),
                }
                .unwrap();
            }
            if definition.nics.is_empty() {
                text = text.replace("interfaces:\n", "interfaces: []\n");
            }
            file("guests.d", name, &text);
        }
    }
}

/// Loads the site and keeps its lock, as `generate` does; gives the codes of its errors when there are any.
fn linked(site: &Site) -> Result<Lab, Vec<String>> {
    let (mut files, mut sink) = (Files::default(), Sink::default());
    let request = Request {
        confdirs: vec![site.path().join("conf.d")],
        tmpldirs: Vec::new(),
        connect: None,
        notes: false,
    };
    let Some(loaded) = load(&request, &mut files, &mut sink) else {
        let faults = sink.finish().diagnostics;
        return Err(faults
            .iter()
            .filter(|fault| fault.severity == Severity::Error)
            .map(|fault| format!("{}: {}", fault.code.as_str(), fault.message))
            .collect());
    };
    fs::write(&loaded.lock, loaded.lab.lock.to_text()).unwrap();
    Ok(loaded.lab)
}

/// What must not change under a guest that nobody edits: its UUID and each interface's MAC and address.
fn identity(guest: &Guest) -> (String, Vec<(String, Option<String>)>) {
    let nics = guest.interfaces.iter();
    let nics = nics.map(|nic| {
        (
            nic.mac.to_string(),
            nic.ip.as_ref().map(|ip| ip.value.to_string()),
        )
    });
    (guest.uuid.clone(), nics.collect())
}

/// No two interfaces have one address or one MAC address, and the lock holds what was wished for and no more.
fn sound(lab: &Lab, plan: &Plan) {
    let mut seen = BTreeSet::new();
    for nic in lab.guests.iter().flat_map(|guest| &guest.interfaces) {
        assert!(
            seen.insert(nic.mac.to_string()),
            "{} is there twice",
            nic.mac
        );
        if let (Some(ip), Some(network)) = (&nic.ip, &nic.network) {
            assert!(
                seen.insert(format!("{} {}", network.value, ip.value)),
                "{} is there twice",
                ip.value
            );
        }
    }
    let expected = plan.expected();
    assert_eq!(lab.guests.len(), expected.len());
    let wishes = expected
        .values()
        .flat_map(|nics| nics.iter())
        .filter(|(_, ip)| *ip == Ip::Auto)
        .count();
    assert_eq!(
        lab.lock
            .addresses
            .values()
            .map(BTreeMap::len)
            .sum::<usize>(),
        wishes,
        "{:?}",
        lab.lock
    );
    assert!(lab.lock.macs.is_empty(), "{:?}", lab.lock);
}

fn ip() -> impl Strategy<Value = Ip> {
    prop_oneof![
        4 => Just(Ip::Auto),
        2 => (2..30_u8).prop_map(Ip::Host),
        1 => Just(Ip::None),
    ]
}

fn definition() -> impl Strategy<Value = Definition> {
    let nics = prop::collection::vec((0..NETWORKS.len(), ip()), 1..4);
    let count = prop::option::of(1..4_u8);
    (count, nics).prop_map(|(count, nics)| Definition { count, nics })
}

fn edit() -> impl Strategy<Value = Edit> {
    let name = || 0..NAMES.len();
    let network = || 0..NETWORKS.len();
    prop_oneof![
        6 => (name(), definition()).prop_map(|(name, definition)| Edit::Write(name, definition)),
        2 => name().prop_map(Edit::Remove),
        2 => (name(), name()).prop_map(|(from, to)| Edit::Rename(from, to)),
        3 => (name(), 0..3_usize, ip()).prop_map(|(name, nic, ip)| Edit::Address(name, nic, ip)),
        2 => (0..COUNTED.len(), prop::option::of(1..5_u8)).prop_map(|(name, count)| Edit::Count(name, count)),
        2 => network().prop_map(Edit::AddNetwork),
        1 => network().prop_map(Edit::RemoveNetwork),
        1 => (network(), prop::option::of(16..24_u8)).prop_map(|(network, start)| Edit::Range(network, start)),
        2 => any::<u8>().prop_map(Edit::Layout),
    ]
}

/// How many sequences are tried; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_renumbers_nobody_else(edits in prop::collection::vec(edit(), 1..16)) {
        let site = Site::new(&[]);
        let mut plan = Plan::new();
        let mut before: Option<(Plan, Lab)> = None;
        for edit in &edits {
            let mut next = plan.clone();
            next.apply(edit);
            next.write(&site);
            let lab = match linked(&site) {
                Ok(lab) => lab,
                Err(faults) => {
                    // Edits that cannot be are refused for a reason, and undone.
                    let reasons = ["duplicate-address", "lock-conflict", "duplicate-mac",
                        "range-too-small", "subnet-full", "unreadable-file", "site-layout"];
                    prop_assert!(
                        faults.iter().all(|fault| reasons.iter().any(|reason| fault.starts_with(reason))),
                        "{edit:?}: {faults:#?}"
                    );
                    continue;
                }
            };
            sound(&lab, &next);
            let again = linked(&site).unwrap();
            prop_assert_eq!(&again.lock, &lab.lock, "a second run changes nothing");
            if let Some((plan, old)) = &before {
                let (was, is) = (plan.expected(), next.expected());
                for guest in &lab.guests {
                    let Some(earlier) = old.guests.iter().find(|other| other.name == guest.name) else { continue };
                    if was[&*guest.name] == is[&*guest.name] {
                        prop_assert_eq!(identity(earlier), identity(guest), "{} after {:?}", guest.name, edit);
                    }
                }
            }
            plan = next.clone();
            before = Some((next, lab));
        }
    }
}

/// A lab with two guests and what its lock says.
const LAB: &str = "\
site: x
networks:
  lan: {subnet: 10.0.0.0/24}
common: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}, interfaces: [{network: lan, ip: auto}]}
guests:
  a: {}
  b: {}
";
const LOCK: &str = "\
format: 1
addresses:
  lan:
    a: \"10.0.0.2\"
    b: \"10.0.0.3\"
";

fn run(lab: &str, lock: &str) -> (Site, Run) {
    let site = Site::new(&[("lab.yml", lab), ("lab.lock", lock)]);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    (site, run)
}

/// Expects one error at `at` in the lock, whose message is `message`, and that nothing is written.
#[track_caller]
fn contradicts(lab: &str, lock: &str, code: &str, at: &str, message: &str) -> Run {
    let (site, run) = run(lab, lock);
    let head = format!("error[{code}]: {message}\n --> ./{at}\n");
    assert!(
        run.status == 1 && run.stderr.starts_with(&head),
        "{}",
        run.stderr
    );
    assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    assert_eq!(site.read("lab.lock"), lock);
    assert!(!site.path().join("workdir").exists());
    run
}

fn lab(from: &str, to: &str) -> String {
    assert!(LAB.contains(from), "{from}");
    LAB.replace(from, to)
}

#[test]
fn hardware_addresses_of_the_lock_stay() {
    let macs = "format: 1\nmacs:\n  a:\n    lan/0: \"52:54:00:00:00:01\"\n  b:\n    lan/0: \"52:54:00:00:00:02\"\n";
    let (site, run) = run(LAB, macs);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        site.read("lab.lock")
            .ends_with(&macs["format: 1\n".len()..])
    );
}

#[test]
fn a_lock_that_cannot_be_read_is_located() {
    contradicts(
        LAB,
        &LOCK.replace("format: 1", "format: 2\nlater: {}"),
        "lock-conflict",
        "lab.lock:1:9",
        "this lock was written by a newer miniascape: only format 1 is understood",
    );
    contradicts(
        LAB,
        &LOCK.replace("10.0.0.3", "fd00::3"),
        "lock-conflict",
        "lab.lock:5:8",
        "the lock gives fd00::3 to this guest, but it is outside network `lan`",
    );
    contradicts(
        LAB,
        &LOCK.replace("10.0.0.3", "none"),
        "invalid-value",
        "lab.lock:5:8",
        "`none` is not an IP address",
    );
    contradicts(
        LAB,
        &LOCK.replace("addresses", "adresses"),
        "unknown-key",
        "lab.lock:2:1",
        "unknown key `adresses` in the lock",
    );
    contradicts(
        LAB,
        "format: 1\naddresses: [10.0.0.2]\n",
        "invalid-value",
        "lab.lock:2:12",
        "a map of addresses keys is due here, found a list",
    );
    contradicts(
        LAB,
        &LOCK.replace("format: 1\n", ""),
        "missing-key",
        "lab.lock:1:1",
        "the lock does not say its format",
    );
    let (_, conflict) = run(LAB, &LOCK.replace("    b", "<<<<<<< mine\n    b"));
    assert!(
        conflict.status == 1 && conflict.stderr.contains("--> ./lab.lock:"),
        "{}",
        conflict.stderr
    );
}

#[test]
fn a_lock_forgets_what_is_gone_and_keeps_the_rest() {
    let more = format!(
        "{LOCK}    gone: 10.0.0.9\n  other:\n    a: 10.9.9.9\nmacs:\n  gone:\n    lan/0: 52:54:00:00:00:01\n"
    );
    let (site, run) = run(LAB, &more);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let kept = site.read("lab.lock");
    assert!(kept.ends_with(LOCK), "{kept}");
}

#[test]
fn a_range_moved_over_a_locked_address_takes_nothing_away() {
    let dhcp = "10.0.0.0/24, dhcp: {start: 10.0.0.2, end: 10.0.0.99}";
    let (site, run) = run(&lab("10.0.0.0/24", dhcp), LOCK);
    assert_eq!(
        (run.status, run.codes()),
        (0, vec!["address-in-range"]),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("1 more guest"), "{}", run.stderr);
    assert!(site.read("lab.lock").ends_with(LOCK));
}
