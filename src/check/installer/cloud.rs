//! What cloud-init cannot do: the system of a cloud image is there already, and so are its partitions.
//!
//! The sources are cloud-init's reference of modules and its network configuration, version 2, as the oldest release in
//! the images of a system has them: 19.4 in those of RHEL 7, 20.2 in those of Debian 10.

use super::debian::Debian;
use super::kickstart::Kickstart;
use super::unsupported;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::guest::BootProto;
use crate::model::install::When;
use crate::model::partitions::Partitions;
use crate::model::words::Backing;
use crate::source::{Span, Spanned};

/// The files cloud-init looks for have these names.
const USER_DATA: &str = "user-data";

/// The first release of each family whose images have a cloud-init that reads a network configuration.
const FIRST: &[(&str, u32)] = &[("debian", 10), ("redhat", 7)];

/// The last release of Debian whose images have ifupdown, for which cloud-init cannot say what of DHCP's to take.
const LAST_IFUPDOWN: u32 = 11;

/// The rules for one guest.
pub(super) struct Cloud<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Cloud<'_> {
    /// Reports what the image cannot be told; of an image nothing is known of, only that.
    pub(super) fn check(&mut self, image: &Spanned<Backing>) {
        if !self.is_known(image) {
            return;
        }
        self.name();
        self.arguments(image);
        self.disks();
        self.scripts();
        self.groups();
        let (guest, sink) = (self.guest, &mut *self.sink);
        if guest.os.family == "debian" {
            Debian { guest, sink }.check();
            self.interfaces();
        } else if let Some(generation) = guest.os.generation {
            Kickstart {
                guest,
                generation,
                sink,
            }
            .repositories();
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    fn is_known(&mut self, image: &Spanned<Backing>) -> bool {
        let os = &self.guest.os;
        let first = FIRST.iter().find(|(family, _)| *family == os.family);
        let serves = first.is_some_and(|(_, first)| os.generation.is_none_or(|it| it >= *first));
        if serves && os.cloud_user.is_some() {
            return true;
        }
        let (kind, help) = match self.guest.base {
            Some(_) if os.family == "redhat" => (
                "base image",
                "name no base, and install the guest by itself: its system has no cloud-init, which would set it up",
            ),
            Some(_) => (
                "base image",
                "name no base, and install the guest by itself: this version has user data for the families of Debian, from 10 on, and Red Hat, from 7 on",
            ),
            None => (
                "cloud image",
                "install it, from a `location` or a `cdrom`: this version has user data for the families of Debian, from 10 on, and Red Hat, from 7 on",
            ),
        };
        let message = format!("no {kind} of {} can be set up by this version", os.name);
        self.sink
            .push(Diagnostic::error(Code::UnsupportedInstaller, image.span, message).help(help));
        false
    }

    fn name(&mut self) {
        let own = self.guest.templates.get("autoinst");
        let dst = own.and_then(|own| own.dst.as_ref());
        if let Some(dst) = dst.filter(|dst| dst.as_str() != USER_DATA) {
            let what = format!("find its user data in `{}`", dst.value);
            let help = format!("leave `dst` out: the file is called `{USER_DATA}`");
            self.cannot(dst.span, &what, &help);
        }
    }

    fn arguments(&mut self, image: &Spanned<Backing>) {
        let args = self.guest.virtinst.extra_args.as_ref();
        if args.is_some_and(|args| !args.trim().is_empty()) {
            let help = "write kernel arguments in `bootloader: {append: […]}`, and leave `virtinst.extra_args` out";
            self.cannot(image.span, "take `extra_args`: it boots no installer", help);
        }
    }

    /// The image brings its partitions; the one of the root file system grows.
    fn disks(&mut self) {
        let install = &self.guest.install;
        let table = self.guest.os.spans("filesystem");
        let fs = install.filesystem.as_ref();
        if let Some(fs) = fs.filter(|fs| !table.contains(&fs.span)) {
            let help = "leave `filesystem` out: the image has one";
            self.cannot(fs.span, "choose its file system", help);
        }
        let partitions = install.partitions.as_ref();
        let auto = |partitions: &&Spanned<Partitions>| matches!(partitions.value, Partitions::Auto);
        if let Some(partitions) = partitions.filter(|partitions| !auto(partitions)) {
            let help = "leave `partitions` out: the image has some, and its root file system grows with the disk; other disks are laid out in a script";
            self.cannot(partitions.span, "lay out its disks", help);
        }
    }

    fn scripts(&mut self) {
        let guest = self.guest;
        let scripts = guest.install.scripts.iter();
        for script in
            scripts.filter(|script| matches!(script.when.value, When::Pre | When::PostNochroot))
        {
            let what = format!(
                "run a script at `{}`: no installer runs",
                script.when.value.as_str()
            );
            self.cannot(
                script.when.span,
                &what,
                "write `when: post`, or `firstboot`",
            );
        }
    }

    /// Groups of packages are dnf's and yum's; those of kickstart and tasksel are their installers'.
    fn groups(&mut self) {
        let guest = self.guest;
        let table = guest.os.spans("packages");
        let debian = guest.os.family == "debian";
        let packages = guest.install.packages.iter();
        for package in packages.filter(|package| !table.contains(&package.span)) {
            let name = package.trim_start_matches('-');
            let environment = name.starts_with("@^");
            if environment || debian && name.starts_with('@') {
                let what = format!("take the group `{name}`");
                let help = match debian {
                    true => {
                        "name packages; Debian has some that stand for tasks, as `task-xfce-desktop`"
                    }
                    false => "name groups, as in `@core`",
                };
                self.cannot(package.span, &what, help);
            }
        }
    }

    fn interfaces(&mut self) {
        let guest = self.guest;
        let old = guest.os.distro == "debian";
        let old = old && guest.os.generation.is_some_and(|it| it <= LAST_IFUPDOWN);
        let nics = guest.interfaces.iter();
        let picky = nics
            .filter(|nic| old && nic.bootproto == BootProto::Dhcp && (nic.nodns || nic.nodefroute));
        for nic in picky {
            let what = "leave out name servers or routes of DHCP (`nodns`, `nodefroute`)";
            self.cannot(nic.span, what, "write `bootproto: static`");
        }
    }
}
