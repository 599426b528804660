//! Which templates a guest's outputs come from, and what the files are called.

use std::path::{Component, Path};

use super::Engine;
use super::boot::install_file;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{CLOUD_INIT, Guest, Lab};
use crate::model::guest::TemplateRef;
use crate::model::text::ObjectName;
use crate::source::{Span, Spanned};

/// What is built in for an installer.
struct Installer {
    /// What the OS table calls it.
    name: &'static str,
    /// The template of its install file.
    answers: &'static str,
    /// The files it finds beside its install file, each with its template.
    beside: &'static [(&'static str, &'static str)],
    /// Whether it finds what seals the system there as well; the install files of others hold that.
    brings_seal: bool,
    /// Where it finds them, if not in its initrd.
    volume: Option<Volume>,
    /// The archive they are packed into, if it is put into its initrd as a whole.
    overlay: Option<&'static str>,
}

/// A volume with the files of an installer, which `vmbuild.sh` makes.
#[derive(Clone, Copy)]
pub(super) struct Volume {
    /// The label the installer knows it by.
    pub(super) label: &'static str,
    /// What the install file is called there.
    pub(super) file: &'static str,
    /// Whether it is a CD beside the medium that the installer boots from, and not a disk.
    pub(super) cdrom: bool,
}

/// Where cloud-init looks for its files (its documentation of the data source NoCloud); subiquity is told by it.
const CIDATA: Volume = Volume {
    label: "cidata",
    file: "user-data",
    cdrom: false,
};

/// Where Windows Setup looks for its answers: on any medium, whatever it is called ("Windows Setup: implicit answer file
/// search order").
const UNATTEND: Volume = Volume {
    label: "unattend",
    file: "autounattend.xml",
    cdrom: true,
};

/// Where Agama looks for its profile, like others for the drivers and answers of those who build machines (its reference,
/// "Unattended installation").
const OEMDRV: Volume = Volume {
    label: "OEMDRV",
    file: "autoinst.json",
    cdrom: false,
};

/// The installers with templates below `autoinstall/`.
const INSTALLERS: &[Installer] = &[
    Installer {
        name: "kickstart",
        answers: "autoinstall/ks.cfg",
        beside: &[],
        brings_seal: false,
        volume: None,
        overlay: None,
    },
    Installer {
        name: "preseed",
        answers: "autoinstall/preseed.cfg",
        beside: &[
            ("installer.sh", "autoinstall/preseed/installer.sh"),
            ("system.sh", "autoinstall/preseed/system.sh"),
        ],
        brings_seal: true,
        volume: None,
        overlay: None,
    },
    Installer {
        name: CLOUD_INIT,
        answers: "autoinstall/user-data",
        beside: &[
            ("meta-data", "autoinstall/cloud/meta-data"),
            ("network-config", "autoinstall/cloud/network-config"),
        ],
        brings_seal: false,
        volume: Some(CIDATA),
        overlay: None,
    },
    Installer {
        name: "autoyast",
        answers: "autoinstall/autoyast.profile",
        beside: &[],
        brings_seal: false,
        volume: None,
        overlay: None,
    },
    Installer {
        name: "agama",
        answers: "autoinstall/agama.json",
        beside: &[
            ("installer.sh", "autoinstall/agama/installer.sh"),
            ("system.sh", "autoinstall/agama/system.sh"),
        ],
        brings_seal: false,
        volume: Some(OEMDRV),
        overlay: None,
    },
    Installer {
        name: "alpine",
        answers: "autoinstall/alpine/answers",
        beside: &[
            ("install.sh", "autoinstall/alpine/install.sh"),
            ("system.sh", "autoinstall/alpine/system.sh"),
        ],
        brings_seal: false,
        volume: None,
        overlay: Some("lab.apkovl.tar.gz"),
    },
    Installer {
        name: "autoinstall",
        answers: "autoinstall/subiquity.yml",
        beside: &[
            ("meta-data", "autoinstall/cloud/meta-data"),
            ("installer.sh", "autoinstall/subiquity/installer.sh"),
            ("system.sh", "autoinstall/subiquity/system.sh"),
        ],
        brings_seal: true,
        volume: Some(CIDATA),
        overlay: None,
    },
    Installer {
        name: "unattend",
        answers: "autoinstall/unattend.xml",
        beside: &[
            ("setup.json", "autoinstall/unattend/setup.json"),
            ("setup.ps1", "autoinstall/unattend/setup.ps1"),
            (
                "SetupComplete.cmd",
                "autoinstall/unattend/SetupComplete.cmd",
            ),
        ],
        brings_seal: false,
        volume: Some(UNATTEND),
        overlay: None,
    },
];

fn installer(name: &str) -> Option<&'static Installer> {
    INSTALLERS.iter().find(|installer| installer.name == name)
}

/// Returns the files that a guest's installer finds beside its install file, each with its template.
pub(super) fn beside(guest: &Guest) -> impl Iterator<Item = (&'static str, &'static str)> {
    let installer = installer(guest.installer());
    let seal = installer.filter(|installer| installer.brings_seal && guest.seal.is_some());
    let beside = installer.map_or(&[][..], |installer| installer.beside);
    beside.iter().copied().chain(seal.map(|_| SEAL))
}

/// Returns the volume an installer finds its files on.
pub(super) fn volume(name: &str) -> Option<Volume> {
    installer(name)?.volume
}

/// Returns the archive that the files of an installer are packed into.
pub(super) fn overlay(name: &str) -> Option<&'static str> {
    installer(name)?.overlay
}

/// What seals the system of a guest, and its template.
const SEAL: (&str, &str) = ("seal.sh", "autoinstall/seal.sh");

/// The template of the build script.
const VMBUILD: &str = "guest/vmbuild.sh";

/// A template of a guest and the file it becomes.
pub(super) struct Output<'a> {
    /// The template's name.
    pub(super) template: String,
    /// The file, below the guest's directory.
    pub(super) file: String,
    /// Where the site asks for it.
    span: Span,
    /// Its key in `templates`.
    pub(super) key: &'a str,
}

/// Reports the templates that guests ask for and that do not exist, without rendering any.
pub fn check_outputs(lab: &Lab, engine: &Engine, sink: &mut Sink) {
    for guest in &lab.guests {
        outputs(guest, engine, sink);
    }
}

/// The guest's outputs: the built-in ones, as `templates` changes them, and the site's own.
pub(super) fn outputs<'a>(guest: &'a Guest, engine: &Engine, sink: &mut Sink) -> Vec<Output<'a>> {
    let mut outputs = Vec::new();
    let own = |key: &str| guest.templates.get(key);
    let installer = installer(guest.installer()).map(|installer| installer.answers);
    let src = own("autoinst").and_then(|own| template(own, engine, installer, sink));
    match src.or(installer.map(str::to_owned)) {
        Some(template) => {
            let span = own("autoinst").map_or(guest.defined, dst_span);
            outputs.push(Output {
                template,
                file: install_file(guest),
                span,
                key: "autoinst",
            });
        }
        None => {
            let message = format!(
                "no template writes the install file of `{}` (installer {})",
                guest.os.name,
                guest.installer()
            );
            let known: Vec<&str> = INSTALLERS.iter().map(|known| known.name).collect();
            let help = format!(
                "this version has {}; name a template of your own in `templates: {{autoinst: {{src: …}}}}`",
                known.join(", ")
            );
            sink.push(
                Diagnostic::error(Code::UnsupportedInstaller, guest.os_span, message).help(help),
            );
        }
    }
    for (file, template) in beside(guest) {
        outputs.push(Output {
            template: template.to_owned(),
            file: file.to_owned(),
            span: guest.defined,
            key: if file == SEAL.0 { "seal" } else { "autoinst" },
        });
    }
    // Where the install file holds it, it is there to be read.
    if let Some(seal) = guest.seal
        && !outputs.iter().any(|output| output.file == SEAL.0)
    {
        outputs.push(Output {
            template: SEAL.1.to_owned(),
            file: SEAL.0.to_owned(),
            span: seal,
            key: "seal",
        });
    }
    let virtinst = own("virtinst");
    outputs.push(Output {
        template: virtinst
            .and_then(|own| template(own, engine, Some(VMBUILD), sink))
            .unwrap_or_else(|| VMBUILD.to_owned()),
        file: file_name(virtinst, "vmbuild.sh"),
        span: virtinst.map_or(guest.defined, dst_span),
        key: "virtinst",
    });
    for (key, own) in guest
        .templates
        .iter()
        .filter(|(key, _)| !matches!(&***key, "autoinst" | "virtinst"))
    {
        let Some(template) = template(own, engine, None, sink) else {
            continue;
        };
        let name = Path::new(&template)
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or(key)
            .to_owned();
        outputs.push(Output {
            file: file_name(Some(own), &name),
            template,
            span: dst_span(own),
            key,
        });
    }
    outputs.retain(|output| is_inside(output, sink) && is_word(output, sink));
    outputs
}

/// Where an output's name is written, or the output when it is not.
fn dst_span(output: &Spanned<TemplateRef>) -> Span {
    output.dst.as_ref().map_or(output.span, |dst| dst.span)
}

fn file_name(template: Option<&Spanned<TemplateRef>>, default: &str) -> String {
    let dst = template.and_then(|template| template.dst.as_ref());
    dst.map_or_else(|| default.to_owned(), |dst| dst.as_str().to_owned())
}

/// Finds the template an output names; those of the original give way to the program's own.
fn template(
    output: &Spanned<TemplateRef>,
    engine: &Engine,
    own: Option<&str>,
    sink: &mut Sink,
) -> Option<String> {
    let Some(src) = &output.src else {
        if own.is_none() {
            sink.push(
                Diagnostic::error(
                    Code::MissingKey,
                    output.span,
                    "an output needs a `src`, its template",
                )
                .help("write the template's path below `templates/`, as in `src: notes.txt`"),
            );
        }
        return None;
    };
    if engine.contains(src.as_str()) {
        return Some(src.as_str().to_owned());
    }
    let original = src.ends_with("-ks.cfg")
        || matches!(src.as_str(), "vmbuild.sh" | "net_register.sh" | "Makefile");
    if original {
        let message = format!("`{}` is a template of the original", src.value);
        let help = own.map_or("remove it".to_owned(), |own| {
            format!("`{own}` is used; remove this key")
        });
        sink.push(Diagnostic::warning(Code::LegacyKey, src.span, message).help(help));
    } else {
        let message = format!("template `{}` does not exist", src.value);
        sink.push(
            Diagnostic::error(Code::UnknownTemplate, src.span, message)
                .help("make it below the site's `templates/`, or below a directory given with `-t`")
                .suggest(src.as_str(), engine.names()),
        );
    }
    None
}

fn is_inside(output: &Output<'_>, sink: &mut Sink) -> bool {
    let path = Path::new(&output.file);
    let inside = !output.file.is_empty()
        && !output.file.ends_with('/')
        && path
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        && !output.file.contains("//");
    if !inside {
        let message = format!(
            "`{}` is not a file below the guest's directory",
            output.file
        );
        sink.push(
            Diagnostic::error(Code::InvalidValue, output.span, message)
                .help("write a relative path without `..`, as in `notes/README`"),
        );
    }
    inside
}

/// Reports an install file whose name the kernel command line could not carry.
fn is_word(output: &Output<'_>, sink: &mut Sink) -> bool {
    let refused = output.file.parse::<ObjectName>().err();
    match refused.filter(|_| output.key == "autoinst") {
        Some(refusal) => {
            sink.push(refusal.into_error(Code::InvalidValue, output.span));
            false
        }
        None => true,
    }
}
