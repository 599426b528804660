//! What a guest's installer cannot express.
//!
//! The sources are pykickstart's commands of each version, and the installation guides. Whatever can be said in a
//! script of the install file instead is said there, and is no fault. What is one installer's alone is in
//! [`kickstart`], [`preseed`], [`autoyast`], [`agama`], [`autoinstall`], [`alpine`], [`unattend`] and [`cloud`].

mod agama;
mod alpine;
mod autoinstall;
mod autoyast;
mod cloud;
mod debian;
mod kickstart;
mod links;
mod location;
mod preseed;
mod rests;
mod suse;
mod unattend;

use self::agama::Agama;
use self::alpine::Alpine;
use self::autoinstall::Autoinstall;
use self::autoyast::AutoYast;
use self::cloud::Cloud;
use self::kickstart::Kickstart;
use self::location::unreachable;
use self::preseed::Preseed;
use self::unattend::Unattend;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::install::Repo;
use crate::model::partitions::{Layout, Partitions};
use crate::model::words::HardwareWord;
use crate::source::{Span, Spanned};

/// What a partition may be that no installer formats with a file system of its list.
const ROLES: &[&str] = &["swap", "efi"];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        links::check(guest, sink);
        if let Some(image) = &guest.virtinst.image {
            Cloud { guest, sink }.check(image);
            continue;
        }
        filesystems(guest, sink);
        if guest.os.installer != "unattend"
            && let Some(location) = &guest.virtinst.location
            && let Some((message, help)) = unreachable(&location.value)
        {
            sink.push(Diagnostic::error(Code::MissingSource, location.span, message).help(help));
        }
        let generation = guest
            .os
            .generation
            .filter(|_| guest.os.installer == "kickstart");
        if let Some(generation) = generation {
            Kickstart {
                guest,
                generation,
                sink,
            }
            .check();
        }
        if guest.os.installer == "preseed" {
            Preseed { guest, sink }.check();
        }
        if guest.os.installer == "autoyast" {
            AutoYast { guest, sink }.check();
        }
        if guest.os.installer == "agama" {
            Agama { guest, sink }.check();
        }
        if guest.os.installer == "autoinstall" {
            Autoinstall { guest, sink }.check();
        }
        if guest.os.installer == "alpine" {
            Alpine { guest, sink }.check();
        }
        if guest.os.installer == "unattend" {
            Unattend { guest, sink }.check();
        } else {
            unattend::misplaced(guest, sink);
        }
    }
    sink.about(None);
}

/// Reports file systems the installer does not make.
fn filesystems(guest: &Guest, sink: &mut Sink) {
    if guest.os.filesystems.is_empty() {
        return;
    }
    let mut named: Vec<&Spanned<HardwareWord>> = guest.install.filesystem.iter().collect();
    if let Some(layout) = layout(guest) {
        let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
        named.extend(layout.plain.iter().filter_map(|part| part.fs.as_ref()));
        named.extend(layout.raids.iter().filter_map(|raid| raid.fs.as_ref()));
        named.extend(volumes.filter_map(|volume| volume.fs.as_ref()));
    }
    for fs in named {
        let known = guest
            .os
            .filesystems
            .iter()
            .any(|known| known == fs.as_str());
        if !known && !ROLES.contains(&fs.as_str()) {
            unsupported(
                guest,
                fs.span,
                &format!("make the file system `{}`", fs.value),
                Some(format!("it makes {}", guest.os.filesystems.join(", "))),
                sink,
            );
        }
    }
    let pools = layout(guest).into_iter().flat_map(|layout| &layout.btrfs);
    for pool in pools.filter(|_| !guest.os.filesystems.iter().any(|known| known == "btrfs")) {
        unsupported(
            guest,
            pool.label.span,
            "make btrfs",
            Some(format!("it makes {}", guest.os.filesystems.join(", "))),
            sink,
        );
    }
}

fn layout(guest: &Guest) -> Option<&Layout> {
    match &guest.install.partitions.as_ref()?.value {
        Partitions::Layout(layout) => Some(layout),
        Partitions::Auto | Partitions::Raw { .. } => None,
    }
}

/// Reports the suite and components of a repository for a system whose repositories have none.
fn suites(guest: &Guest, repo: &Repo, sink: &mut Sink) {
    let suite = repo.suite.as_ref().map(|suite| suite.span);
    let component = repo.components.first().map(|component| component.span);
    if let Some(span) = suite.or(component) {
        let help = "leave `suite` and `components` out: they are of Debian's repositories";
        let what = "take packages of a suite";
        unsupported(guest, span, what, Some(help.to_owned()), sink);
    }
}

fn unsupported(guest: &Guest, span: Span, what: &str, help: Option<String>, sink: &mut Sink) {
    let (os, installer) = (&guest.os.name, guest.installer());
    let message = match guest.virtinst.image {
        Some(_) => format!("a cloud image of {os} ({installer}) cannot {what}"),
        None => format!("the installer of {os} ({installer}) cannot {what}"),
    };
    let mut fault = Diagnostic::error(Code::UnsupportedKey, span, message);
    fault.help = help;
    sink.push(fault);
}
