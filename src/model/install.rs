//! Install data: what goes into a guest, in words that no installer owns.

pub mod accounts;
pub mod links;
pub mod locale;
pub mod software;
pub mod system;

pub use accounts::{AccountName, Group, Sudo, User};
pub use links::{Bond, BondMode, BondOptions, Bridge, Destination, Inside, Links, Route, Vlan};
pub use locale::{Keyboard, Timezone};
pub use software::{Proxy, Repo, is_direct};
pub use system::{
    Bootloader, Finish, Firewall, HostNames, HostsEntry, Kdump, Port, Selinux, Services,
};

use std::net::IpAddr;

use serde::Serialize;

use super::one_of;
use super::owner::Owner;
use super::partitions::Partitions;
use super::password::Password;
use super::path::{AbsolutePath, Program};
use super::size::Size;
use super::ssh_key::SshKey;
use super::text::{Line, Text};
use super::words::{HardwareWord, HostAddress, LocaleName, PackageName};
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
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
        ssh_authorized_keys: Vec<Spanned<SshKey>>,
        /// Packages, and with a `-` before them packages to leave out.
        packages: Vec<Spanned<PackageName>>,
        /// Package repositories.
        repos: Vec<Repo>,
        /// Services.
        services: Option<Services>,
        /// SELinux.
        selinux: Option<Spanned<Selinux>>,
        /// The packet filter.
        firewall: Option<Firewall>,
        /// The layout of the disks.
        partitions: Option<Spanned<Partitions>>,
        /// The swap space of `partitions: auto`.
        swap: Option<Spanned<Size>>,
        /// The file system of `partitions: auto`, and of volumes that name none.
        filesystem: Option<Spanned<HardwareWord>>,
        /// The boot loader.
        bootloader: Option<Spanned<Bootloader>>,
        /// What the guest does when the installer is done.
        finish: Option<Spanned<Finish>>,
        /// Scripts.
        scripts: Vec<Spanned<Script>>,
        /// Time servers.
        ntp: Vec<HostAddress>,
        /// Name servers.
        nameservers: Vec<IpAddr>,
        /// The proxy packages are fetched through.
        proxy: Option<Proxy>,
        /// Lines of `/etc/hosts`.
        hosts: Vec<HostsEntry>,
        /// Kernel crash dumps.
        kdump: Option<Spanned<Kdump>>,
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
    /// Whom a script is for, where guests start from a base image.
    Scope {
        /// All that start from the same image: it runs when that is made, and is not repeated in them.
        Common = "common",
        /// Each guest: it runs in them, and never when an image is made.
        Node = "node",
    }
}

section! {
    /// The files a guest gets, apart from its other install data: they are what guests differ in.
    "guest" struct Files {
        /// Files.
        setup_data: Vec<Spanned<SetupData>>,
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
        interpreter: Option<Program>,
        /// What its failure means; the installation goes on when nothing is said.
        on_error: Option<OnError>,
        /// Whom it is for, where guests start from a base image; `common` when nothing is said.
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
            let message = format!("`{}` is not a file mode", text.escape_debug());
            typer.invalid(node.span, message, "write octal digits, as in `\"0644\"`");
            return None;
        }
        Some(Self(format!("{octal:0>4}")))
    }

    fn schema(_: Place) -> Schema {
        Schema::pattern("(?:0o)?[0-7]{3,4}", "a file mode, as in \"0644\"").or_number()
    }
}
