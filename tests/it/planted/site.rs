//! A large lab without a fault, as lines of files, and who of it is spoken for.

use std::collections::{BTreeMap, BTreeSet};

use super::Fault;

/// How many guests the lab has.
pub(super) const GUESTS: usize = 72;

const NETWORKS: usize = 12;
const GROUPS: usize = 9;
const POOLS: usize = 4;

/// Numbers that look random and are the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    /// Returns a number below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// A guest, and what it needs.
#[derive(Clone)]
pub(super) struct Guest {
    pub(super) name: String,
    pub(super) network: usize,
    pub(super) group: usize,
    pub(super) pool: usize,
    /// Its last number in its network.
    pub(super) host: usize,
}

impl Guest {
    pub(super) fn file(&self) -> String {
        format!("conf.d/guests.d/{}.yml", self.name)
    }

    pub(super) fn ip(&self) -> String {
        format!("10.{}.0.{}", self.network, self.host)
    }
}

/// The lab.
pub(super) struct Lab {
    /// Its files, by path, as lines.
    pub(super) files: BTreeMap<String, Vec<String>>,
    /// The files that are written in Latin-1.
    pub(super) latin1: BTreeSet<String>,
    /// The files that are links to nowhere.
    pub(super) links: BTreeSet<String>,
    random: Random,
    guests: Vec<Guest>,
    /// The files that have their fault, or that a fault elsewhere needs whole.
    taken: BTreeSet<String>,
}

impl Lab {
    /// That guests are judged at all.
    pub(super) const ANY_GUEST: &str = "any guest";

    /// META, which says where all else lies.
    pub(super) const LAYOUT: &str = "conf.d/META/site.yml";

    pub(super) fn new(seed: u64) -> Self {
        let mut lab = Self {
            files: BTreeMap::new(),
            latin1: BTreeSet::new(),
            links: BTreeSet::new(),
            random: Random::new(seed + 1000),
            guests: Vec::new(),
            taken: BTreeSet::new(),
        };
        lab.add(Self::LAYOUT, "site: planted");
        lab.add(
            common(),
            "os: rocky9\nrootpw: locked\nvirtinst: {location: \"http://10.0.0.1/rocky9/\"}\n\
             timezone: Europe/Berlin",
        );
        lab.add("conf.d/host.d/host.yml", "memory: 2000000\nvcpus: 2000");
        for number in 0..NETWORKS {
            let text = format!(
                "# The network of floor {number}.\nmode: nat\nbridge: virbr-{number}\n\
                 domain: floor{number}.test\nsubnet: 10.{number}.0.0/24\ngateway: 10.{number}.0.1\n\
                 dhcp:\n  start: 10.{number}.0.200\n  end: 10.{number}.0.250\nmtu: 1500"
            );
            lab.add(&network(number), &text);
        }
        for number in 0..POOLS {
            let text = format!("type: dir\ntarget: /srv/pool-{number}\nautostart: true");
            lab.add(&pool(number), &text);
        }
        for number in 0..GROUPS {
            let text = format!(
                "packages: [\"@core\", vim, tool-{number}]\nservices: {{enabled: [sshd]}}\n\
                 firewall: {{ports: [\"80{number}0/tcp\"]}}\nvars:\n  kind: \"kind {number}\""
            );
            lab.add(&group(number), &text);
        }
        let first = lab.random.below(NETWORKS);
        for number in 0..GUESTS {
            lab.guest(number, first);
        }
        lab
    }

    /// Adds a guest; each network, group and pool gets as many as the next one.
    fn guest(&mut self, number: usize, first: usize) {
        let guest = Guest {
            name: format!("vm{number:02}"),
            network: (number * 5 + first) % NETWORKS,
            group: number / (GUESTS / GROUPS),
            // No pool has all guests of a group or network: then nothing of these could be judged without it.
            pool: number / 5 % POOLS,
            host: 10 + number,
        };
        let after = match number {
            0 => "[]".to_owned(),
            _ => format!("[vm{:02}]", self.random.below(number)),
        };
        let text = format!(
            "# A guest.\nsysgroups: [kind-{group}]\ndescription: number {number}\nip: {ip}\ninterfaces:\n  \
             - network: net-{network}\ndisks:\n  - {{pool: pool-{pool}, size: 20}}\n\
             virtinst:\n  ram: 4096\n  vcpus: 2\npackages: !append [tmux]\ndepends_on: {after}\n\
             users:\n  - {{name: admin, uid: 2000, groups: [wheel]}}\nvars:\n  \
             role: \"{{{{ name }}}} on {{{{ networks['net-{network}'].bridge }}}}\"\n  other: \"{{{{ vars.role }}}}!\"",
            group = guest.group,
            ip = guest.ip(),
            network = guest.network,
            pool = guest.pool,
        );
        self.add(&guest.file(), &text);
        self.guests.push(guest);
    }

    pub(super) fn add(&mut self, path: &str, text: &str) {
        let lines = text.lines().map(str::to_owned).collect();
        self.files.insert(path.to_owned(), lines);
    }

    /// Returns a guest that is whole, with all it needs, and speaks for it.
    pub(super) fn some_guest(&mut self) -> Option<Guest> {
        self.guest_where(|_| true)
    }

    /// Returns such a guest that is also fit for something.
    pub(super) fn guest_where(&mut self, fit: impl Fn(&Guest) -> bool) -> Option<Guest> {
        let start = self.random.below(GUESTS);
        let guest = (0..GUESTS)
            .map(|step| &self.guests[(start + step) % GUESTS])
            .find(|guest| fit(guest) && needs(guest).all(|path| !self.taken.contains(&path)))?
            .clone();
        self.taken.insert(guest.file());
        Some(guest)
    }

    /// Speaks for a file, or for what several faults need; returns it when nobody has spoken for it.
    pub(super) fn take(&mut self, what: &str) -> Option<String> {
        self.taken.insert(what.to_owned()).then(|| what.to_owned())
    }

    /// Speaks for all guests and what they share, common included, when nobody has spoken for any.
    pub(super) fn all_guests(&mut self) -> Option<()> {
        let guests = self.guests.iter().map(Guest::file);
        let groups = (0..GROUPS).map(group);
        let others = [common(), "auto", Self::ANY_GUEST].map(str::to_owned);
        let all: Vec<String> = guests.chain(groups).chain(others).collect();
        let free = !all.iter().any(|path| self.taken.contains(path));
        free.then(|| self.taken.extend(all))
    }

    /// Returns the guests of a group.
    pub(super) fn members(&self, group: usize) -> Vec<Guest> {
        let guests = self.guests.iter();
        guests
            .filter(|guest| guest.group == group)
            .cloned()
            .collect()
    }

    /// Returns the number of a network of which nothing is spoken for, and speaks for it.
    pub(super) fn some_network(&mut self) -> Option<usize> {
        self.some(NETWORKS, network, |guest| guest.network)
    }

    /// Returns the number of a pool of which nothing is spoken for, and speaks for it.
    pub(super) fn some_pool(&mut self) -> Option<usize> {
        self.some(POOLS, pool, |guest| guest.pool)
    }

    /// Returns the number of a group of which nothing is spoken for, and speaks for it.
    pub(super) fn some_group(&mut self) -> Option<usize> {
        self.some(GROUPS, group, |guest| guest.group)
    }

    fn some(
        &mut self,
        count: usize,
        path: fn(usize) -> String,
        of: fn(&Guest) -> usize,
    ) -> Option<usize> {
        let start = self.random.below(count);
        let number = (0..count)
            .map(|step| (start + step) % count)
            .find(|number| {
                let mut guests = self.guests.iter().filter(|guest| of(guest) == *number);
                !self.taken.contains(&path(*number))
                    && guests.all(|guest| !self.taken.contains(&guest.file()))
            })?;
        self.taken.insert(path(number));
        Some(number)
    }

    /// Replaces the line of a file that begins with `start`, indentation aside, and returns its number.
    #[track_caller]
    pub(super) fn replace(&mut self, path: &str, start: &str, line: &str) -> usize {
        let lines = self.files.get_mut(path).unwrap();
        let at = lines
            .iter()
            .position(|line| line.trim_start().starts_with(start));
        let at = at.unwrap_or_else(|| panic!("{path} has no {start:?}"));
        let indent = lines[at].len() - lines[at].trim_start().len();
        lines[at] = format!("{:indent$}{line}", "");
        at + 1
    }

    /// Puts a line at the end of a file, and returns its number.
    pub(super) fn append(&mut self, path: &str, line: &str) -> usize {
        let lines = self.files.get_mut(path).unwrap();
        lines.push(line.to_owned());
        lines.len()
    }

    /// Puts a line at a random place between the keys of a file, and returns its number.
    pub(super) fn insert(&mut self, path: &str, line: &str) -> usize {
        let lines = self.files.get_mut(path).unwrap();
        let places: Vec<usize> = (0..lines.len())
            .filter(|at| !lines[*at].starts_with([' ', '#']))
            .collect();
        let at = places[self.random.below(places.len())];
        self.files
            .get_mut(path)
            .unwrap()
            .insert(at, line.to_owned());
        at + 1
    }
}

pub(super) fn common() -> &'static str {
    "conf.d/common/all.yml"
}

pub(super) fn network(number: usize) -> String {
    format!("conf.d/networks.d/net-{number}.yml")
}

pub(super) fn pool(number: usize) -> String {
    format!("conf.d/storages.d/pool-{number}.yml")
}

pub(super) fn group(number: usize) -> String {
    format!("conf.d/sysgroups.d/kind-{number}.yml")
}

pub(super) fn fault(code: &str, file: String, line: usize) -> Option<Fault> {
    Some((code.to_owned(), file, line))
}

/// Returns the files that a guest is made of, common's aside.
fn needs(guest: &Guest) -> impl Iterator<Item = String> {
    [
        guest.file(),
        network(guest.network),
        group(guest.group),
        pool(guest.pool),
    ]
    .into_iter()
}
