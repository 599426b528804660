//! The OS table: what differs between operating systems, as data.

mod extends;
mod table;

use std::sync::Arc;

use serde::Serialize;

pub use self::table::OsTable;
use super::install::AccountName;
use super::size::{Memory, Size};
use super::text::{Line, ObjectName};
use super::words::{HardwareWord, SystemName};
use crate::source::{Span, Spanned};
use crate::yaml::typed::section;
use crate::yaml::{Map, Node};

section! {
    /// An entry of the OS table; `rhel9` serves `rhel9.4` as well.
    "operating system" struct OsEntry {
        /// Another entry this one starts from.
        extends: Option<Spanned<String>>,
        /// The distribution's name, as osinfo-db spells it.
        distro: Spanned<SystemName>,
        /// Its packaging family: `redhat`, `debian`, ….
        family: Spanned<SystemName>,
        /// The program that reads the install file: `kickstart`, `preseed`, ….
        installer: Spanned<SystemName>,
        /// The installer's syntax version, in its validator's words (pykickstart's `RHEL9`).
        syntax: Option<SystemName>,
        /// The release of the family whose installer this one's is: a Fedora counts as the RHEL that came out of it.
        generation: Option<u32>,
        /// The last minor release known; a later one is built like it, with a warning.
        last_minor: Option<u32>,
        /// The guest's version, where the name does not tell it.
        version: Option<SystemName>,
        /// osinfo ids to fall back to, best first, for hosts whose osinfo-db does not know the name itself.
        osinfo: Vec<SystemName>,
        /// The install file's name.
        install_file: Spanned<ObjectName>,
        /// Kernel arguments that make the installer read it; `{file}`, `{device}`, `{mac}`, `{bootif}`, `{ifcfg}`, `{ip}`,
        /// `{ip_by_mac}`, `{source}`, `{repo}`, `{proxy}`, `{any_proxy}`, `{finish}` and `{serial}` are filled in.
        kernel_args: Vec<Line>,
        /// The installer's kernel below the tree or on the medium, where virt-install does not find it by itself; `{arch}` is
        /// the guest's.
        kernel: Option<Line>,
        /// Its initrd, likewise.
        initrd: Option<Line>,
        /// Kernel arguments of the installed system; `{serial}` is the console of the guest's architecture.
        console_args: Vec<Line>,
        /// The password hashes it reads, by their `crypt(5)` prefix.
        hashes: Vec<Line>,
        /// The file systems its installer makes, the preferred one first.
        filesystems: Vec<SystemName>,
        /// The architectures it is made for, by libvirt's names; any, when nothing is said.
        arches: Vec<HardwareWord>,
        /// The microarchitecture level of x86-64 its programs are compiled for (x86-64 psABI, section 3.1.1).
        cpu_level: Option<u32>,
        /// Where the install tree lies on public mirrors; `{version}` is filled in, `{arch}` is the guest's.
        tree: Option<Line>,
        /// The directory that has both on a medium, when they lie elsewhere there.
        medium_dir: Option<Line>,
        /// Where packages come from when the install tree does not tell.
        mirror: Option<Line>,
        /// What the release is called on mirrors: Debian's `bookworm`.
        suite: Option<SystemName>,
        /// The groups of packages its installer knows; any, when nothing is said.
        tasks: Vec<SystemName>,
        /// The account its cloud images come with.
        cloud_user: Option<AccountName>,
        /// The least memory its installer runs in.
        min_ram: Option<Memory>,
        /// The least memory it runs in when it fetches itself by HTTP or FTP, and then lies in memory.
        min_ram_network: Option<Memory>,
        /// The least disk a default install fits on.
        min_disk: Option<Size>,
        /// Values for the keys of guests.
        defaults: Option<Node>,
    }
}

/// A guest's operating system: an entry of the table and the version asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Os {
    /// The name as written in `os:`.
    pub name: String,
    /// The version asked for, such as `6.3`.
    pub version: String,
    /// Its first number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub major: Option<u32>,
    /// Its second number, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor: Option<u32>,
    /// The distribution's name.
    pub distro: String,
    /// Its packaging family.
    pub family: String,
    /// The program that reads the install file.
    pub installer: String,
    /// The installer's syntax version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syntax: Option<String>,
    /// The release of the family whose installer this one's is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// Where the install tree lies on public mirrors, with `{arch}` for the guest's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// The directory that has both on a medium.
    #[serde(skip)]
    pub medium_dir: Option<String>,
    /// Where packages come from when the install tree does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirror: Option<String>,
    /// What the release is called on mirrors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// The account its cloud images come with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_user: Option<String>,
    /// The last minor release known.
    #[serde(skip)]
    pub last_minor: Option<u32>,
    /// osinfo ids to try, best first.
    pub osinfo: Vec<String>,
    /// The install file's name.
    #[serde(skip)]
    pub install_file: String,
    /// Kernel arguments that make the installer read it, unfilled.
    #[serde(skip)]
    pub kernel_args: Vec<String>,
    /// The installer's kernel below the tree or on the medium.
    #[serde(skip)]
    pub kernel: Option<String>,
    /// Its initrd, likewise.
    #[serde(skip)]
    pub initrd: Option<String>,
    /// Kernel arguments of the installed system, unfilled.
    #[serde(skip)]
    pub console_args: Vec<String>,
    /// The password hashes it reads.
    #[serde(skip)]
    pub hashes: Vec<String>,
    /// The file systems its installer makes; without any, every name is taken.
    #[serde(skip)]
    pub filesystems: Vec<String>,
    /// The groups of packages its installer knows; without any, every name is taken.
    #[serde(skip)]
    pub tasks: Vec<String>,
    /// The architectures it is made for; without any, every one is taken.
    #[serde(skip)]
    pub arches: Vec<String>,
    /// The microarchitecture level of x86-64 it needs.
    #[serde(skip)]
    pub cpu_level: Option<u32>,
    /// The least memory its installer runs in.
    #[serde(skip)]
    pub min_ram: Option<Memory>,
    /// The least memory it runs in when it fetches itself by HTTP or FTP.
    #[serde(skip)]
    pub min_ram_network: Option<Memory>,
    /// The least disk a default install fits on.
    #[serde(skip)]
    pub min_disk: Option<Size>,
    /// The entries of the table it is made from: its own, the one that extends, and so on.
    #[serde(skip)]
    pub entries: Vec<Arc<str>>,
    /// The built-in values of its guests: the program's defaults under the entry's.
    #[serde(skip)]
    pub base: Arc<Map>,
}

impl Os {
    /// Returns whether passwords must be handed to it as they are: the installer of Windows takes no hashes, and its answer
    /// file hides them from a glance and no more.
    #[must_use]
    pub fn reads_no_hashes(&self) -> bool {
        self.installer == "unattend"
    }

    /// Returns where the built-in value of a guest's key is written: of a list, each of its items.
    #[must_use]
    pub fn spans(&self, key: &str) -> Vec<Span> {
        let value = self.base.get(key).map(|entry| &entry.value);
        let items = value.map(Node::one_or_many).unwrap_or_default();
        items.iter().map(|item| item.span).collect()
    }
}

/// Returns the system of the table that was probably meant. A release is what people know best: `centos9` is
/// `centos-stream9` rather than `centos5`.
#[must_use]
pub fn meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let whole = name.split('.').next().unwrap_or_default();
    let stem = whole.trim_end_matches(|c: char| c.is_ascii_digit());
    let release = &whole[stem.len()..];
    let of_release = || {
        let known = known.iter().copied();
        known.filter(|known| {
            let stem = known.trim_end_matches(|c: char| c.is_ascii_digit());
            !release.is_empty() && known[stem.len()..] == *release
        })
    };
    crate::diag::nearest(whole, of_release())
        .or_else(|| of_release().find(|known| stem.len() > 2 && known.starts_with(stem)))
        .or_else(|| crate::diag::nearest(name, known.iter().copied()))
}

/// Returns Debian's name of an architecture (`dpkg-architecture --list-known`); those not listed are called alike.
#[must_use]
pub fn debian_arch(arch: &str) -> &str {
    match arch {
        "x86_64" => "amd64",
        "i686" => "i386",
        "aarch64" => "arm64",
        "armv7l" => "armhf",
        "ppc64le" => "ppc64el",
        other => other,
    }
}
