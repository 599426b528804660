//! What a system of Debian's family cannot be told, whoever sets it up.

use super::unsupported;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::install::{Repo, Selinux};
use crate::model::words::is_debian_package;
use crate::source::Span;

/// How the URLs of keys begin that are fetched.
const KEY_SCHEMES: &[&str] = &["http://", "https://", "ftp://"];

/// The rules for one guest.
pub(super) struct Debian<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Debian<'_> {
    pub(super) fn check(&mut self) {
        self.keyboard();
        self.selinux();
        self.packages();
        let guest = self.guest;
        for repo in &guest.install.repos {
            self.repository(repo);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    /// The console has the keyboard of X.
    fn keyboard(&mut self) {
        let keyboard = self.guest.install.keyboard.as_ref();
        let vconsole = keyboard.and_then(|keyboard| keyboard.vconsole.as_ref());
        if let Some(vconsole) = vconsole {
            self.cannot(
                vconsole.span,
                "give the console a keymap of its own",
                "leave `vconsole` out: the console has `layout` and `variant`",
            );
        }
    }

    fn selinux(&mut self) {
        let selinux = self.guest.install.selinux.as_ref();
        if let Some(selinux) = selinux.filter(|selinux| selinux.value != Selinux::Disabled) {
            self.cannot(
                selinux.span,
                "set up SELinux",
                "leave `selinux` out, or set it up in a script",
            );
        }
    }

    fn packages(&mut self) {
        let guest = self.guest;
        for package in &guest.install.packages {
            let name = package.trim_start_matches('-');
            if !name.starts_with('@') && !is_debian_package(name) {
                let what = format!("find a package `{name}`");
                let help = "packages are called by lower-case letters, digits and + - .";
                self.cannot(package.span, &what, help);
            }
        }
    }

    fn repository(&mut self, repo: &Repo) {
        if let Some(list) = repo.mirrorlist.as_ref().or(repo.metalink.as_ref()) {
            let help = "write `baseurl` and `suite`";
            self.cannot(list.span, "read lists of mirrors", help);
        } else if repo.baseurl.is_none() {
            self.missing(repo, "address", "write `baseurl` and `suite`");
        } else if repo.suite.is_none() {
            let suite = self.guest.os.suite.as_deref().unwrap_or("stable");
            let help = format!(
                "write `suite: {suite}`, or `suite: ./` where the packages lie beside their index"
            );
            self.missing(repo, "suite", &help);
        }
        if repo.priority.is_some() || repo.cost.is_some() {
            self.cannot(
                repo.name.span,
                "prefer repositories by `priority` or `cost`",
                "put a file into /etc/apt/preferences.d with `setup_data`",
            );
        }
        let key = repo.gpgkey.as_ref().map(|key| key.as_str());
        let fetched = |key: &str| KEY_SCHEMES.iter().any(|scheme| key.starts_with(scheme));
        if key.is_some_and(|key| !fetched(key)) {
            self.cannot(
                repo.name.span,
                "read the key of a repository from its `gpgkey`",
                "offer the key by HTTP, and write its URL",
            );
        }
    }

    fn missing(&mut self, repo: &Repo, what: &str, help: &str) {
        let message = format!("repository `{}` has no {what}", repo.name.value);
        self.sink
            .push(Diagnostic::error(Code::MissingKey, repo.name.span, message).help(help));
    }
}
