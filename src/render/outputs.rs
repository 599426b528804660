//! Which files the lab becomes, and what is in them.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

use rayon::prelude::*;
use serde_json::{Map, Value, json};
use tera::Context;

use super::context::{Hashes, context, guest_list, install_file};
use super::payloads::Payloads;
use super::{Engine, mask, network_context};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::guest::TemplateRef;
use crate::model::text::ObjectName;
use crate::source::{Sources, Span, Spanned};
use crate::yaml::emit::to_yaml;

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Its path below the workdir, with `/` between the parts.
    pub path: String,
    /// Its permission bits.
    pub mode: u32,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Which objects to render.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The guests of these names, or all.
    pub guests: Option<HashSet<String>>,
    /// The networks of these names, or all.
    pub networks: Option<HashSet<String>>,
}

impl Selection {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self {
            guests: None,
            networks: None,
        }
    }
}

/// The built-in templates of an installer: the ones with a file below `autoinstall/`.
const INSTALLERS: &[(&str, &str)] = &[("kickstart", "autoinstall/ks.cfg")];

/// The template of the build script.
const VMBUILD: &str = "guest/vmbuild.sh";

/// Renders the selected objects of the lab, on all cores; the files are sorted by path.
pub fn render(
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    selection: &Selection,
    sources: &Sources,
    sink: &mut Sink,
) -> Vec<OutFile> {
    let shared = Shared::new(lab);
    let mut files = Vec::new();
    let wanted = |names: &Option<HashSet<String>>, name: &str| {
        names.as_ref().is_none_or(|names| names.contains(name))
    };
    for network in lab
        .networks
        .values()
        .filter(|network| !network.external && wanted(&selection.networks, &network.name))
    {
        let name = &network.name;
        let context = network_context(network, lab);
        if let Some(xml) = render_json(
            engine,
            "host/network.xml",
            &context,
            &format!("network `{name}`"),
            sources,
            sink,
        ) {
            files.push(text(format!("host/networks.d/{name}.xml"), 0o644, xml));
        }
        files.push(text(
            format!("host/networks.d/{name}.yml"),
            0o644,
            to_yaml(&context),
        ));
    }
    if selection.networks.is_none() {
        for storage in lab.storages.values().filter(|storage| !storage.external) {
            let message = format!("pool `{}`: this version writes no pool XML", storage.name);
            let help = "define the pool on the host and write `external: true`";
            sink.push(
                Diagnostic::error(Code::UnsupportedInstaller, storage.defined, message).help(help),
            );
        }
    }
    let guests: Vec<&Guest> = lab
        .guests
        .iter()
        .filter(|guest| wanted(&selection.guests, &guest.name))
        .collect();
    let rendered: Vec<(Vec<OutFile>, Sink)> = guests
        .par_iter()
        .map(|guest| {
            let mut sink = Sink::default();
            (
                guest_files(guest, lab, engine, payloads, &shared, sources, &mut sink),
                sink,
            )
        })
        .collect();
    for (guest, (out, faults)) in guests.iter().zip(rendered) {
        duplicates(guest, &out, sink);
        sink.append(faults);
        files.extend(out);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn text(path: String, mode: u32, content: String) -> OutFile {
    OutFile {
        path,
        mode,
        content: content.into_bytes(),
    }
}

/// What every guest's templates see, converted once.
struct Shared {
    networks: tera::Value,
    guests: tera::Value,
    host: tera::Value,
    hashes: Hashes,
}

impl Shared {
    fn new(lab: &Lab) -> Self {
        let mut host = serde_json::to_value(&lab.host).expect("hosts serialize");
        if host.get("connect").is_none() {
            host["connect"] = json!(crate::model::host::Host::DEFAULT_CONNECT);
        }
        Self {
            networks: tera::Value::from_serializable(&lab.networks),
            guests: tera::Value::from_serializable(&guest_list(lab)),
            host: tera::Value::from_serializable(&host),
            hashes: Hashes::default(),
        }
    }
}

/// A template of a guest and the file it becomes.
struct Output<'a> {
    template: String,
    file: String,
    span: Span,
    key: &'a str,
}

fn guest_files(
    guest: &Guest,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    shared: &Shared,
    sources: &Sources,
    sink: &mut Sink,
) -> Vec<OutFile> {
    let dir = format!("guests.d/{}", guest.name);
    let mut files = Vec::new();
    let values = context(guest, lab, payloads, &shared.hashes);
    let mut review = Value::Object(review(&values));
    mask(&mut review);
    files.push(text(format!("{dir}/guest.yml"), 0o644, to_yaml(&review)));
    if !source(guest, sink) {
        return files;
    }
    let Ok(mut context) = Context::from_serialize(&values) else {
        return files;
    };
    context.insert_value("networks", shared.networks.clone());
    context.insert_value("guests", shared.guests.clone());
    context.insert_value("host", shared.host.clone());
    let object = format!("guest `{}`", guest.name);
    for output in outputs(guest, engine, sink) {
        if let Some(content) = engine.render(&output.template, &context, &object, sources, sink) {
            let script = output.key == "virtinst" || output.file.ends_with(".sh");
            files.push(text(
                format!("{dir}/{}", output.file),
                if script { 0o755 } else { 0o644 },
                content,
            ));
        }
    }
    for payload in payloads.of(guest) {
        let mode = u32::from_str_radix(payload.mode, 8).unwrap_or(0o644) & 0o755 | 0o600;
        let path = format!("{dir}/setup/{}", payload.dst.trim_start_matches('/'));
        files.push(OutFile {
            path,
            mode,
            content: payload.content.to_vec(),
        });
    }
    files
}

/// `guest.yml` leaves out the bytes of payloads: they lie beside it in `setup/`.
fn review(values: &Map<String, Value>) -> Map<String, Value> {
    let mut review = values.clone();
    for payload in review
        .get_mut("setup_data")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(payload) = payload.as_object_mut() {
            payload.remove("base64");
        }
    }
    review
}

/// Returns whether the guest's installation starts from one thing, and reports when it does not.
fn source(guest: &Guest, sink: &mut Sink) -> bool {
    let virtinst = &guest.virtinst;
    let pxe = virtinst
        .pxe
        .as_ref()
        .filter(|pxe| pxe.value)
        .map(|pxe| pxe.span);
    let place = |source: &Option<Spanned<crate::model::text::Line>>| {
        source.as_ref().map(|source| source.span)
    };
    let sources = [
        place(&virtinst.location),
        place(&virtinst.cdrom),
        place(&virtinst.image),
        pxe,
    ];
    let said: Vec<Span> = sources.into_iter().flatten().collect();
    match said.as_slice() {
        [] => sink.push(
            Diagnostic::error(
                Code::MissingSource,
                guest.defined,
                format!("guest `{}` has nothing to install from", guest.name),
            )
            .help("set `virtinst.location` to an install tree, or `virtinst.cdrom` to an image"),
        ),
        [_] => {}
        [first, second, ..] => sink.push(
            Diagnostic::error(
                Code::ConflictingKeys,
                *second,
                "`location`, `cdrom`, `image` and `pxe` exclude each other",
            )
            .also(*first, "the other one"),
        ),
    }
    if let Some(image) = &virtinst.image {
        let message = "guests that start from a cloud image cannot be built by this version";
        sink.push(Diagnostic::error(
            Code::UnsupportedInstaller,
            image.span,
            message,
        ));
    }
    said.len() == 1 && virtinst.image.is_none()
}

/// The guest's outputs: the built-in ones, as `templates` changes them, and the site's own.
fn outputs<'a>(guest: &'a Guest, engine: &Engine, sink: &mut Sink) -> Vec<Output<'a>> {
    let mut outputs = Vec::new();
    let own = |key: &str| guest.templates.get(key);
    let installer = INSTALLERS
        .iter()
        .find(|(name, _)| *name == guest.os.installer)
        .map(|(_, template)| *template);
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
                guest.os.name, guest.os.installer
            );
            let help = "this version has kickstart; name a template of your own in `templates: {autoinst: {src: …}}`";
            sink.push(
                Diagnostic::error(Code::UnsupportedInstaller, guest.defined, message).help(help),
            );
        }
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
            sink.push(Diagnostic::error(
                Code::MissingKey,
                output.span,
                "an output needs a `src`, its template",
            ));
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
        sink.push(Diagnostic::error(Code::InvalidValue, output.span, message));
    }
    inside
}

/// Reports an install file whose name the kernel command line could not carry.
fn is_word(output: &Output<'_>, sink: &mut Sink) -> bool {
    let fault = output
        .file
        .parse::<ObjectName>()
        .err()
        .filter(|_| output.key == "autoinst");
    if let Some(reason) = &fault {
        sink.push(Diagnostic::error(
            Code::InvalidValue,
            output.span,
            reason.as_str(),
        ));
    }
    fault.is_none()
}

/// Reports two outputs of one name, and a file where another needs a directory.
fn duplicates(guest: &Guest, files: &[OutFile], sink: &mut Sink) {
    let mut seen: HashMap<&str, ()> = HashMap::new();
    for file in files {
        let mut taken = seen.insert(&file.path, ()).is_some();
        let parents = Path::new(&file.path)
            .ancestors()
            .skip(1)
            .filter_map(Path::to_str);
        taken |= parents
            .filter(|parent| !parent.is_empty())
            .any(|parent| files.iter().any(|other| other.path == parent));
        if taken {
            let place = guest
                .templates
                .values()
                .next()
                .map(|template| template.span);
            let place = guest
                .install
                .setup_data
                .first()
                .map(|entry| entry.span)
                .or(place)
                .unwrap_or(guest.defined);
            let message = format!(
                "two outputs of guest `{}` are called `{}`",
                guest.name, file.path
            );
            sink.push(Diagnostic::error(Code::DuplicateOutput, place, message));
        }
    }
}

fn render_json(
    engine: &Engine,
    name: &str,
    values: &Value,
    object: &str,
    sources: &Sources,
    sink: &mut Sink,
) -> Option<String> {
    let context = Context::from_serialize(values).ok()?;
    engine.render(name, &context, object, sources, sink)
}
