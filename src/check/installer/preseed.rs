//! What debian-installer cannot express, by its own questions or by the scripts it is given.
//!
//! The sources are the example preseed of the installation guide (appendix B.4), partman-auto-recipe.txt and
//! partman-auto-raid-recipe.txt. Layouts are in [`layout`], what no Debian can be told in [`super::debian`].

mod layout;

use super::debian::Debian;
use super::unsupported;
use crate::diag::{Sink, nearest};
use crate::link::Guest;
use crate::model::install::{Repo, When};
use crate::source::Span;

/// The name the installer looks for in its initrd (initrd-preseed).
const ANSWERS: &str = "preseed.cfg";

/// How many repositories apt-setup adds: local0 to local9.
const MOST_REPOS: usize = 10;

/// The rules for one guest.
pub(super) struct Preseed<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Preseed<'_> {
    pub(super) fn check(&mut self) {
        self.answers();
        let (guest, sink) = (self.guest, &mut *self.sink);
        Debian { guest, sink }.check();
        self.packages();
        self.repositories();
        self.scripts();
        if let Some(layout) = super::layout(self.guest) {
            self.layout(layout);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    /// The installer reads its answers at once from its initrd, and only from a file of this name.
    fn answers(&mut self) {
        let own = self.guest.templates.get("autoinst");
        let dst = own.and_then(|own| own.dst.as_ref());
        if let Some(dst) = dst.filter(|dst| dst.as_str() != ANSWERS) {
            let what = format!("find its answers in `{}`", dst.value);
            let help = format!("leave `dst` out: the file is called `{ANSWERS}`");
            self.cannot(dst.span, &what, &help);
        }
    }

    /// A package is one by its name, a group is a task of tasksel, which ignores those it does not know.
    fn packages(&mut self) {
        let guest = self.guest;
        for package in &guest.install.packages {
            let (removed, name) = match package.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, package.as_str()),
            };
            match name.strip_prefix('@') {
                Some(task) if removed => {
                    let what = format!("leave out the task `{task}`");
                    self.cannot(package.span, &what, "name packages, as in `-nano`");
                }
                Some(task) => self.task(package.span, task),
                None => {}
            }
        }
    }

    fn task(&mut self, span: Span, task: &str) {
        let known = &self.guest.os.tasks;
        if known.is_empty() || known.iter().any(|known| known == task) {
            return;
        }
        // Many tasks are called by more than what they are known by, as `openssh-server`.
        let names = || known.iter().map(String::as_str);
        let mut longer = names().filter(|known| known.contains(task));
        let longer = longer.next().filter(|_| longer.next().is_none());
        let help = match longer.or_else(|| nearest(task, names())) {
            Some(near) => format!("did you mean `@{near}`?"),
            None => format!("its groups are the tasks {}", known.join(", ")),
        };
        self.cannot(span, &format!("install the group `@{task}`"), &help);
    }

    fn repositories(&mut self) {
        let guest = self.guest;
        let used = |repo: &&Repo| repo.enabled != Some(false);
        if let Some(repo) = guest.install.repos.iter().filter(used).nth(MOST_REPOS) {
            let what = format!("add more than {MOST_REPOS} repositories");
            self.cannot(repo.name.span, &what, "put the others in place in a script");
        }
    }

    /// The installer is a busybox.
    fn scripts(&mut self) {
        let guest = self.guest;
        for script in &guest.install.scripts {
            let outside = matches!(script.when.value, When::Pre | When::PostNochroot);
            let interpreter = script.interpreter.as_ref().map(|path| path.as_str());
            let other = interpreter.filter(|path| outside && *path != "/bin/sh");
            if let Some(other) = other {
                self.cannot(
                    script.when.span,
                    &format!("run `{other}`"),
                    "write the script for /bin/sh, or let it run in the new system with `when: post`",
                );
            }
        }
    }
}
