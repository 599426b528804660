//! The system: its names, its language, who logs in, what it may be asked for over the network.

use super::Unattend;
use crate::diag::{Code, Diagnostic};
use crate::model::guest::BootProto;
use crate::model::install::{Bootloader, Selinux, Sudo, User};
use crate::model::windows;
use crate::source::Spanned;

/// The longest name that NetBIOS carries, and Setup takes ("ComputerName").
const LONGEST_NAME: usize = 15;

/// The longest name of an account ("LocalAccount", `Name`).
const LONGEST_ACCOUNT: usize = 20;

/// Accounts that Windows comes with.
const ACCOUNTS: &[&str] = &[
    "administrator",
    "guest",
    "defaultaccount",
    "wdagutilityaccount",
    "system",
];

/// The services that setup.ps1 knows the ports of.
const SERVICES: &[&str] = &[
    "dns", "ftp", "http", "https", "imap", "imaps", "ldap", "ldaps", "mssql", "ntp", "rdp",
    "samba", "smtp", "ssh", "telnet",
];

impl Unattend<'_> {
    pub(super) fn system(&mut self) {
        self.computer_name();
        self.locale();
        self.accounts();
        self.software();
        self.boot();
        self.network();
        self.firewall();
    }

    fn computer_name(&mut self) {
        let name = &self.guest.hostname;
        let number = name.bytes().all(|byte| byte.is_ascii_digit());
        if name.len() > LONGEST_NAME {
            let what = format!("call a computer `{}`", name.value);
            let help = format!("write a `hostname` of at most {LONGEST_NAME} characters");
            self.cannot(name.span, &what, &help);
        } else if number {
            let what = format!("call a computer by a number, `{}`", name.value);
            self.cannot(name.span, &what, "write a `hostname` with a letter in it");
        }
        let users = self.guest.install.users.iter();
        let same = |user: &&Spanned<User>| user.name.value.0.eq_ignore_ascii_case(&name.value);
        if let Some(user) = users.clone().find(same) {
            let what = "give an account the name of its computer";
            self.cannot(user.name.span, what, "rename one of them");
        }
    }

    fn locale(&mut self) {
        let install = &self.guest.install;
        if let Some(lang) = install.lang.as_ref()
            && windows::language(lang.as_str()).is_none()
        {
            let what = format!("speak the language of `{}`", lang.value);
            let help = match windows::near_locale(lang.as_str()) {
                Some(near) => format!("write `{near}`, whose language there is Windows in"),
                None => "write a language there is Windows in, as in `en_US.UTF-8`".to_owned(),
            };
            self.cannot(lang.span, &what, &help);
        }
        if let Some(keyboard) = &install.keyboard {
            let layout = &keyboard.layout;
            if let Some(vconsole) = &keyboard.vconsole {
                let help = "leave `vconsole` out: Windows has no consoles of its own";
                self.cannot(vconsole.span, "set a console keymap", help);
            }
            let name = match &keyboard.variant {
                Some(variant) => format!("{} {}", layout.value, variant.value),
                None => layout.value.to_string(),
            };
            if windows::keyboard(&name).is_none() {
                let span = keyboard.variant.as_ref().map_or(layout.span, |it| it.span);
                let what = format!("set the keyboard `{name}`");
                let help = "write a layout that Windows has by that name, as in `us`; others are set in a script";
                self.cannot(span, &what, help);
            }
        }
        if let Some(zone) = install.timezone.as_ref().map(|it| &it.timezone)
            && windows::time_zone(zone.as_str()).is_none()
        {
            let what = format!("set the time zone `{}`", zone.value);
            let help = "write one that Windows has a name for, as in `Europe/Berlin`: CLDR's `windowsZones` lists them";
            self.cannot(zone.span, &what, help);
        }
    }

    fn accounts(&mut self) {
        let guest = self.guest;
        let install = &guest.install;
        for user in &install.users {
            self.account(user);
        }
        for gid in install.groups.iter().filter_map(|group| group.gid.as_ref()) {
            let help = "leave `gid` out: Windows numbers accounts itself";
            self.cannot(gid.span, "number a group", help);
        }
        if let Some(key) = install.ssh_authorized_keys.first() {
            let help =
                "leave `ssh_authorized_keys` out; `rootpw` is the password of `Administrator`";
            self.cannot(key.span, "let anybody in by SSH keys", help);
        }
        // Windows 10 and 11 ask whoever starts them for an account; servers have one that is open.
        let client = matches!(guest.os.version.as_str(), "10" | "11");
        if client && install.users.is_empty() {
            let what = "be installed without an account: it would ask for one";
            let message = format!(
                "the installer of {} ({}) cannot {what}",
                guest.os.name,
                guest.installer()
            );
            self.sink.push(
                Diagnostic::error(Code::UnsupportedKey, guest.os_span, message)
                    .lacks(&["users"])
                    .help("add one, as in `users: [{name: ann, sudo: true, password: !env PASSWORD}]`"),
            );
        }
    }

    fn account(&mut self, user: &Spanned<User>) {
        let name = &user.name;
        let lower = name.value.0.to_ascii_lowercase();
        if name.value.0.len() > LONGEST_ACCOUNT || name.value.0.ends_with('.') {
            let what = format!("make an account `{}`", name.value.0);
            let help =
                format!("write at most {LONGEST_ACCOUNT} characters, the last of them no `.`");
            self.cannot(name.span, &what, &help);
        } else if ACCOUNTS.contains(&lower.as_str()) {
            let what = format!("make the account `{}`: it is there already", name.value.0);
            let help = "write another name; the password of `Administrator` is `rootpw`";
            self.cannot(name.span, &what, help);
        }
        for number in user.uid.iter().chain(&user.gid) {
            let help = "leave `uid` and `gid` out: Windows numbers accounts itself";
            self.cannot(number.span, "number an account", help);
        }
        if user.home.is_some() || user.shell.is_some() {
            let what = "choose the `home` or the `shell` of an account";
            self.cannot(name.span, what, "leave them out");
        }
        if let Some(key) = user.ssh_authorized_keys.first() {
            let help = "leave `ssh_authorized_keys` out, and give it a `password`";
            self.cannot(key.span, "let anybody in by SSH keys", help);
        }
        if matches!(user.sudo, Some(Sudo::Rule(_))) {
            let help = "write `sudo: true` for an administrator";
            self.cannot(name.span, "read a rule of sudoers", help);
        }
    }

    fn software(&mut self) {
        let install = &self.guest.install;
        if let Some(package) = install.packages.first() {
            let help = "install it in a script; `~` takes away what an earlier layer lists";
            self.cannot(package.span, "install packages", help);
        }
        if let Some(repo) = install.repos.first() {
            let help = "leave `repos` out: it has no packages";
            self.cannot(repo.name.span, "read repositories", help);
        }
        let selinux = install.selinux.as_ref();
        if let Some(selinux) = selinux.filter(|it| it.value != Selinux::Disabled) {
            self.cannot(selinux.span, "run SELinux", "leave `selinux` out");
        }
    }

    fn boot(&mut self) {
        let install = &self.guest.install;
        let said = |loader: &&Spanned<Bootloader>| {
            !loader.append.is_empty() || loader.timeout.is_some() || loader.password.is_some()
        };
        if let Some(loader) = install.bootloader.as_ref().filter(said) {
            let help = "leave `bootloader` out, and call `bcdedit` in a script";
            self.cannot(loader.span, "set up its boot loader", help);
        }
        let kdump = install.kdump.as_ref();
        if let Some(kdump) = kdump.filter(|kdump| kdump.enabled == Some(true)) {
            let help = "leave `kdump` out: Windows keeps dumps by itself";
            self.cannot(kdump.span, "keep crash dumps with kdump", help);
        }
    }

    fn network(&mut self) {
        let guest = self.guest;
        for nic in &guest.interfaces {
            if nic.bootproto == BootProto::Dhcp && nic.nodns && guest.install.nameservers.is_empty()
            {
                let what = "leave out name servers of DHCP (`nodns`)";
                self.cannot(
                    nic.span,
                    what,
                    "write `nameservers` for the guest, or `bootproto: static`",
                );
            }
        }
        let Some(proxy) = &guest.install.proxy else {
            return;
        };
        let host = proxy
            .url
            .split_once("://")
            .map_or(proxy.url.as_str(), |(_, rest)| rest);
        if host.contains('@') || !proxy.url.starts_with("http://") {
            let what = "use a proxy with a password, or one that is not reached by HTTP";
            self.cannot(proxy.url.span, what, "write `http://HOST:PORT`");
        } else if host.trim_end_matches('/').contains(['/', ' ', '"']) {
            let help = "write `http://HOST:PORT`";
            self.cannot(proxy.url.span, "use a proxy with a path", help);
        }
        if let Some(range) = proxy
            .no_proxy
            .iter()
            .find(|it| it.contains(['/', ' ', '"', ';']))
        {
            let what = format!("spare `{}` the proxy", range.as_str());
            let help = "write hosts and domains, as in `.x.test`; `*` stands for any part";
            self.cannot(proxy.url.span, &what, help);
        }
    }

    fn firewall(&mut self) {
        let guest = self.guest;
        let Some(firewall) = &guest.install.firewall else {
            return;
        };
        for service in &firewall.services {
            if !SERVICES.contains(&service.as_str()) {
                let what = format!("let in the firewall service `{}` by name", service.value);
                let help = format!(
                    "it knows {}; write the others as `ports`",
                    SERVICES.join(", ")
                );
                self.cannot(service.span, &what, &help);
            }
        }
        let mut ports = firewall.ports.iter();
        if let Some(port) = ports.find(|port| !matches!(port.protocol(), "tcp" | "udp")) {
            let what = format!("let in ports of `{}`", port.protocol());
            self.cannot(port.span, &what, "write ports of `tcp` and `udp` only");
        }
        for device in &firewall.trusted {
            if !guest
                .interfaces
                .iter()
                .any(|nic| nic.device == device.as_str())
            {
                let what = format!("trust an interface `{}`, which it has not", device.as_str());
                let help = "write the `device` of one of its `interfaces`";
                self.cannot(device.span, &what, help);
            }
        }
    }
}
