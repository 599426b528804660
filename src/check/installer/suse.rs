//! What no system of SUSE's can be told of packages, whoever sets it up: zypper's libraries install them.

use super::{suites, unsupported};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::install::Repo;
use crate::source::Span;

/// The rules for one guest.
pub(super) struct Suse<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Suse<'_> {
    pub(super) fn check(&mut self) {
        self.packages();
        let guest = self.guest;
        for repo in &guest.install.repos {
            self.repository(repo);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    /// A package is one by its name, a group is a pattern.
    fn packages(&mut self) {
        let guest = self.guest;
        for package in &guest.install.packages {
            let name = package.trim_start_matches('-').trim_start_matches('@');
            if name.starts_with('^') {
                let what = format!("install the environment `{}`", package.value);
                self.cannot(package.span, &what, "name patterns, as in `@base`");
            } else if name.contains([' ', '*', '/', '~']) {
                let what = format!("find a package or pattern `{name}`");
                let help = "write the name as `zypper search` shows it";
                self.cannot(package.span, &what, help);
            }
        }
    }

    fn repository(&mut self, repo: &Repo) {
        suites(self.guest, repo, self.sink);
        if let Some(list) = repo.mirrorlist.as_ref().or(repo.metalink.as_ref()) {
            self.cannot(list.span, "read lists of mirrors", "write `baseurl`");
        } else if repo.baseurl.is_none() {
            let message = format!("repository `{}` has no address", repo.name.value);
            let fault = Diagnostic::error(Code::MissingKey, repo.name.span, message);
            self.sink.push(fault.help("write `baseurl`"));
        }
        if repo.cost.is_some() {
            let what = "prefer repositories by `cost`";
            self.cannot(repo.name.span, what, "write `priority`");
        }
    }
}
