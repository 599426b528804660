//! Install data: what goes into a guest, in words that no installer owns.

use std::net::IpAddr;

use serde::Serialize;
use serde::ser::SerializeStruct as _;

use super::one_of;
use super::owner::Owner;
use super::partitions::Partitions;
use super::password::Password;
use super::size::Size;
use super::text::{AbsolutePath, DeviceName, DnsName, Line, Text};
use super::words::{
    HostAddress, KeyboardName, LocaleName, PackageName, PlainName, ServiceName, SshKey, ZoneName,
};
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::typed::{FromNode, Typer, section};

section! {
    /// The install data of a guest.
    "guest" struct Install {
        /// The system's language, as a locale.
        lang: Option<Spanned<LocaleName>>,
        /// The keyboard.
        keyboard: Option<Keyboard>,
        /// The time zone.
        timezone: Option<Timezone>,
        /// Root's password.
        rootpw: Option<Spanned<Password>>,
        /// Accounts.
        users: Vec<Spanned<User>>,
        /// Groups of accounts.
        groups: Vec<Group>,
        /// Keys that log in as root, or as a cloud image's default user.
        ssh_authorized_keys: Vec<SshKey>,
        /// Packages, and with a `-` before them packages to leave out.
        packages: Vec<Spanned<PackageName>>,
        /// Package repositories.
        repos: Vec<Repo>,
        /// Services.
        services: Option<Services>,
        /// SELinux.
        selinux: Option<Selinux>,
        /// The packet filter.
        firewall: Option<Firewall>,
        /// The layout of the disks.
        partitions: Option<Spanned<Partitions>>,
        /// The swap space of `partitions: auto`.
        swap: Option<Size>,
        /// The file system of `partitions: auto`, and of volumes that name none.
        filesystem: Option<Line>,
        /// The boot loader.
        bootloader: Option<Bootloader>,
        /// What the guest does when the installer is done.
        finish: Option<Finish>,
        /// Scripts.
        scripts: Vec<Spanned<Script>>,
        /// Files.
        setup_data: Vec<Spanned<SetupData>>,
        /// Time servers.
        ntp: Vec<HostAddress>,
        /// Name servers.
        nameservers: Vec<IpAddr>,
        /// The proxy packages are fetched through.
        proxy: Option<Proxy>,
        /// Lines of `/etc/hosts`.
        hosts: Vec<HostsEntry>,
        /// Kernel crash dumps.
        kdump: Option<Kdump>,
    }
}

/// A keyboard: a layout, or a layout and its variant.
#[derive(Clone, Debug, Serialize)]
pub struct Keyboard {
    /// The X layout, such as `us`.
    pub layout: KeyboardName,
    /// The X variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<KeyboardName>,
    /// The console's keymap, where it has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vconsole: Option<KeyboardName>,
}

section! {
    /// A keyboard written as a map.
    "keyboard" struct KeyboardMap {
        /// The X layout.
        layout: Spanned<KeyboardName>,
        /// The X variant.
        variant: Option<KeyboardName>,
        /// The console's keymap.
        vconsole: Option<KeyboardName>,
    }
}

impl FromNode for Keyboard {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            return Some(Self {
                layout: KeyboardName::from_node(node, typer)?,
                variant: None,
                vconsole: None,
            });
        }
        let map = KeyboardMap::from_node(node, typer)?;
        Some(Self {
            layout: map.layout.value,
            variant: map.variant,
            vconsole: map.vconsole,
        })
    }
}

/// A time zone, and whether the hardware clock runs in UTC.
#[derive(Clone, Debug, Serialize)]
pub struct Timezone {
    /// A name of the tz database.
    pub timezone: ZoneName,
    /// Whether the hardware clock runs in UTC.
    pub utc: bool,
    /// Time servers.
    pub ntp: Vec<HostAddress>,
}

section! {
    /// A time zone written as a map.
    "timezone" struct TimezoneMap {
        /// A name of the tz database; `UTC` when nothing is said.
        timezone: Option<ZoneName>,
        /// Whether the hardware clock runs in UTC; it does when nothing is said.
        utc: Option<bool>,
        /// Time servers.
        ntp: Vec<HostAddress>,
    }
}

impl FromNode for Timezone {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            return Some(Self {
                timezone: ZoneName::from_node(node, typer)?,
                utc: true,
                ntp: Vec::new(),
            });
        }
        let map = TimezoneMap::from_node(node, typer)?;
        let timezone = map.timezone.or_else(|| "UTC".parse().ok())?;
        Some(Self {
            timezone,
            utc: map.utc.unwrap_or(true),
            ntp: map.ntp,
        })
    }
}

section! {
    /// An account.
    "user" struct User {
        /// Its name.
        name: Spanned<AccountName>,
        /// Its number.
        uid: Option<u32>,
        /// The number of its own group.
        gid: Option<u32>,
        /// Its full name and the like.
        gecos: Option<Line>,
        /// Its home directory.
        home: Option<AbsolutePath>,
        /// Its shell.
        shell: Option<AbsolutePath>,
        /// Further groups it is in.
        groups: Vec<AccountName>,
        /// What it may do as root.
        sudo: Option<Sudo>,
        /// Its password.
        password: Option<Spanned<Password>>,
        /// Whether its password is locked.
        lock: Option<bool>,
        /// Keys that log in as it.
        ssh_authorized_keys: Vec<SshKey>,
    }
}

/// The name of an account or group: what useradd(8) of every distribution takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccountName(pub String);

impl FromNode for AccountName {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts && text.len() <= 32 && text.chars().all(fits) {
            return Some(Self(text));
        }
        let shown = text.escape_debug();
        typer.invalid(
            node.span,
            format!("`{shown}` cannot be an account: up to 32 letters, digits, `_`, `-` or `.`"),
        );
        None
    }
}

/// Sudo rights: all of them, or a rule of sudoers(5).
#[derive(Clone, Debug)]
pub enum Sudo {
    /// None.
    No,
    /// Every command.
    Yes,
    /// What the rule says.
    Rule(Line),
}

impl FromNode for Sudo {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_text().is_some_and(|text| text.contains('=')) {
            return Line::from_node(node, typer).map(Self::Rule);
        }
        bool::from_node(node, typer).map(|sudo| if sudo { Self::Yes } else { Self::No })
    }
}

impl Serialize for Sudo {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Yes => serializer.serialize_bool(true),
            Self::Rule(rule) => rule.serialize(serializer),
        }
    }
}

section! {
    /// A group of accounts.
    "group" struct Group {
        /// Its name.
        name: Spanned<AccountName>,
        /// Its number.
        gid: Option<u32>,
    }
}

section! {
    /// A package repository.
    "repository" struct Repo {
        /// Its id.
        name: Spanned<PlainName>,
        /// Where its packages lie.
        baseurl: Option<Line>,
        /// Where a list of its mirrors lies.
        mirrorlist: Option<Line>,
        /// Where its metalink lies.
        metalink: Option<Line>,
        /// The key its packages are signed with.
        gpgkey: Option<Line>,
        /// Whether signatures are checked; they are when nothing is said.
        gpgcheck: Option<bool>,
        /// Its priority; lower is preferred.
        priority: Option<u32>,
        /// Its cost; lower is preferred.
        cost: Option<u32>,
        /// Whether the installed system uses it; it does when nothing is said.
        enabled: Option<bool>,
        /// Whether only the installer uses it.
        install_only: Option<bool>,
        /// Debian's suite.
        suite: Option<Line>,
        /// Debian's components.
        components: Vec<Line>,
    }
}

section! {
    /// Services.
    "services" struct Services {
        /// Services that start at boot.
        enabled: Vec<ServiceName>,
        /// Services that do not.
        disabled: Vec<ServiceName>,
    }
}

one_of! {
    /// The state of SELinux.
    Selinux {
        /// It refuses.
        Enforcing = "enforcing",
        /// It logs.
        Permissive = "permissive",
        /// It is off.
        Disabled = "disabled",
    }
}

section! {
    /// The packet filter.
    "firewall" struct Firewall {
        /// Whether it is on; it is when nothing is said.
        enabled: Option<bool>,
        /// Services let in.
        services: Vec<ServiceName>,
        /// Ports let in.
        ports: Vec<Port>,
        /// Interfaces from which everything is let in.
        trusted: Vec<DeviceName>,
    }
}

/// A port or range of ports and its protocol, written `8088/tcp` or `5000-5010/udp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    first: u16,
    last: u16,
    protocol: &'static str,
}

impl FromNode for Port {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        let parsed = (|| {
            let (ports, protocol) = text.split_once('/')?;
            let protocol = *["tcp", "udp", "sctp", "dccp"]
                .iter()
                .find(|known| **known == protocol)?;
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let number = |text: &str| {
                text.parse::<u16>()
                    .ok()
                    .filter(|port| *port > 0 && !text.starts_with('+'))
            };
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Self {
                first,
                last,
                protocol,
            })
        })();
        if parsed.is_none() {
            let message = format!(
                "`{}` is not a port: 1 to 65535 and tcp or udp, as in 8088/tcp",
                text.escape_debug()
            );
            typer.invalid(node.span, message);
        }
        parsed
    }
}

impl Serialize for Port {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut port = serializer.serialize_struct("Port", 2)?;
        let range = if self.first == self.last {
            self.first.to_string()
        } else {
            format!("{}-{}", self.first, self.last)
        };
        port.serialize_field("port", &range)?;
        port.serialize_field("protocol", self.protocol)?;
        port.end()
    }
}

section! {
    /// The boot loader.
    "bootloader" struct Bootloader {
        /// Kernel arguments of the installed system.
        append: Vec<Line>,
        /// How long its menu waits, in seconds.
        timeout: Option<u32>,
        /// The hash of its password.
        password: Option<Spanned<Password>>,
    }
}

one_of! {
    /// What the guest does when the installer is done.
    Finish {
        /// It is switched off, for the build script to find.
        Poweroff = "poweroff",
        /// It restarts.
        Reboot = "reboot",
        /// It stops without being switched off, so that `vmbuild.sh` waits for it in vain: for installs by hand.
        Halt = "halt",
    }
}

one_of! {
    /// When a script runs.
    When {
        /// Before the disks are touched, in the installer.
        Pre = "pre",
        /// After the packages, in the installed system.
        Post = "post",
        /// After the packages, in the installer.
        PostNochroot = "post-nochroot",
        /// At the installed system's first start.
        Firstboot = "firstboot",
    }
}

one_of! {
    /// What a script's failure means.
    OnError {
        /// The installation stops.
        Fail = "fail",
        /// It goes on.
        Continue = "continue",
    }
}

one_of! {
    /// Whom a script is for.
    Scope {
        /// Every guest that starts from the same image.
        Common = "common",
        /// This guest.
        Node = "node",
    }
}

section! {
    /// A script.
    "script" struct Script {
        /// Its name, for people.
        name: Option<Line>,
        /// When it runs.
        when: Spanned<When>,
        /// Its text.
        run: Spanned<Text>,
        /// The program that reads it; `/bin/sh` when nothing is said.
        interpreter: Option<AbsolutePath>,
        /// What its failure means; the installation goes on when nothing is said.
        on_error: Option<OnError>,
        /// Whom it is for.
        scope: Option<Scope>,
        /// Whether `{{ }}` in its text is an expression.
        template: Option<bool>,
    }
}

section! {
    /// A file for the guest.
    "setup_data" struct SetupData {
        /// The file, directory or pattern of files to take, relative to the site.
        src: Option<Spanned<Line>>,
        /// The text to take, instead of a file.
        content: Option<Spanned<Text>>,
        /// Where it goes: a file, or with a `/` at its end a directory; `/root/setup/` when nothing is said.
        dst: Option<Spanned<AbsolutePath>>,
        /// Its mode in octal, as text; when nothing is said, `"0644"`, `"0755"` for an executable file, and without
        /// the rights of others for a secret.
        mode: Option<Mode>,
        /// Its owner; root when nothing is said.
        owner: Option<Owner>,
        /// Its group; root when nothing is said.
        group: Option<Owner>,
        /// Whether it is a template, which sees what the guest's other templates see.
        template: Option<bool>,
    }
}

/// A file mode: four octal digits.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Mode(pub String);

impl FromNode for Mode {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        // A bare 0644 is the number 644 to YAML 1.2; its text is what was meant.
        let text = String::from_node(node, typer)?;
        let octal = text.trim_start_matches("0o");
        let fits = (3..=4).contains(&octal.len())
            && octal.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        if !fits {
            let message = format!(
                "`{}` is not a file mode: octal digits, as in \"0644\"",
                text.escape_debug()
            );
            typer.invalid(node.span, message);
            return None;
        }
        Some(Self(format!("{octal:0>4}")))
    }
}

section! {
    /// A proxy.
    "proxy" struct Proxy {
        /// Its URL.
        url: Spanned<Line>,
        /// Hosts reached without it.
        no_proxy: Vec<Line>,
    }
}

section! {
    /// A line of `/etc/hosts`.
    "hosts" struct HostsEntry {
        /// The address.
        ip: Spanned<IpAddr>,
        /// Its names, at least one.
        names: Spanned<HostNames>,
    }
}

/// The names of a line of `/etc/hosts`: hosts(5) wants one at least.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct HostNames(pub Vec<DnsName>);

impl FromNode for HostNames {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let names: Vec<DnsName> = node
            .one_or_many()
            .iter()
            .filter_map(|name| DnsName::from_node(name, typer))
            .collect();
        if names.is_empty() {
            typer.invalid(node.span, "an address in `hosts` needs a name");
            return None;
        }
        Some(Self(names))
    }
}

section! {
    /// Kernel crash dumps.
    "kdump" struct Kdump {
        /// Whether they are kept; they are not when nothing is said.
        enabled: Option<bool>,
        /// The memory set aside, in the words of the kernel's `crashkernel=`.
        reserve: Option<Line>,
    }
}
