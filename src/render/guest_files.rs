//! The files of one guest.

use std::sync::{Arc, OnceLock};

use foldhash::HashMap;
use serde_json::{Map, Value};
use tera::Context;

use super::arguments::has_own_args;
use super::boot::{first_device, install_file};
use super::context::{
    Hashes, attached, depends_on, identity, install, kind, links, machine, setup_data, vars,
};
use super::digest::{self, Digest};
use super::memo::Memo;
use super::own::{Own, Stretch};
use super::parts::Parts;
use super::payloads::{Brought, Payload, Payloads};
use super::sections::{Common, Gathered, Known, PAYLOADS, Section, Sections};
use super::targets::outputs;
use super::{Content, Engine, OutFile};
use crate::diag::Sink;
use crate::link::{Base, Guest, Lab};
use crate::model::password::Password;
use crate::source::{Sources, Spanned};
use crate::yaml::Kind;

/// Renders guests, and keeps from each what the next can use.
pub(super) struct Renderer<'a> {
    lab: &'a Lab,
    engine: &'a Engine,
    payloads: &'a Payloads,
    sources: &'a Sources,
    common: Common<'a>,
    known: Known,
    parts: Parts,
    hashes: Hashes,
    /// Install data by the addresses of it and of the OS, which both outlive the renderer, by the serial console, and
    /// whether a cloud image is set up.
    installs: Memo<(usize, usize, &'static str, bool), Arc<Stretch>>,
    /// Kinds of guests, by the addresses of their groups and OS.
    kinds: Memo<(usize, usize), Arc<Stretch>>,
    /// Machines, by the addresses of hardware and OS, the install file, the first interface, and whether it is sealed.
    machines: Memo<(usize, usize, String, String, bool), Arc<Stretch>>,
    /// What installs have of machines, by the address of the hardware.
    installed: Memo<usize, Arc<str>>,
    /// The site's own data, by its address.
    vars: Memo<usize, Arc<Section>>,
    /// Sealed guests by their names.
    sealed: OnceLock<HashMap<&'a str, &'a Guest>>,
    /// The digests of those that others start from, by their names.
    bases: Memo<Arc<str>, Arc<str>>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        lab: &'a Lab,
        engine: &'a Engine,
        payloads: &'a Payloads,
        sources: &'a Sources,
    ) -> Self {
        Self {
            lab,
            engine,
            payloads,
            sources,
            common: Common::new(lab),
            known: Known::default(),
            parts: Parts::default(),
            hashes: Hashes::default(),
            installs: Memo::default(),
            kinds: Memo::default(),
            machines: Memo::default(),
            installed: Memo::default(),
            vars: Memo::default(),
            sealed: OnceLock::new(),
            bases: Memo::default(),
        }
    }

    /// Renders every file of a guest.
    pub(super) fn guest(&self, guest: &Guest, sink: &mut Sink) -> Vec<OutFile> {
        let dir = format!("guests.d/{}", guest.name);
        let mut files = Vec::new();
        let payloads = self.payloads(guest, sink);
        let sections = self.sections(guest, &payloads);
        files.push(OutFile {
            path: format!("{dir}/guest.yml"),
            mode: 0o644,
            content: sections.review(&guest.secrets, &self.known),
        });
        let holds_secret = holds_secret(guest, &payloads);
        for output in outputs(guest, self.engine, sink) {
            if let Some(content) = self.output(&output.template, guest, &sections, sink) {
                let script = output.key == "virtinst" || output.file.ends_with(".sh");
                // A secret that was encoded or cut cannot be found in the file, so what a template reads counts as well;
                // the install file also has the hashes that are made here.
                let secret = content.holds_secret(&guest.secrets)
                    || holds_secret && output.key == "autoinst"
                    || self.reads_secret(&output.template, guest, &sections);
                let mode = match (script, secret) {
                    (true, false) => 0o755,
                    (true, true) => 0o700,
                    (false, false) => 0o644,
                    (false, true) => 0o600,
                };
                files.push(OutFile {
                    path: format!("{dir}/{}", output.file),
                    mode,
                    content,
                });
            }
        }
        for payload in payloads {
            files.push(OutFile {
                path: format!("{dir}/setup/{}", payload.dst.trim_start_matches('/')),
                mode: payload.review_mode(),
                content: payload.content.into(),
            });
        }
        files
    }

    /// The payloads of a guest with their contents; one whose template fails is missing. A template sees everything but
    /// the payloads themselves.
    fn payloads<'g>(&self, guest: &'g Guest, sink: &mut Sink) -> Vec<Payload<'g>> {
        let mut payloads = self.payloads.of(guest);
        if payloads.iter().any(Payload::is_template) {
            let context = everything(&self.without_payloads(guest));
            payloads.retain_mut(|payload| {
                payload
                    .render(guest, self.engine, &context, self.sources, sink)
                    .is_some()
            });
        }
        payloads
    }

    /// The sections of a guest, less its payloads and its stamp.
    fn plain(&self, guest: &Guest) -> Own {
        let mut gathered = Gathered::new(&self.known);
        identity(guest, &mut gathered);
        self.kind(guest, &mut gathered);
        depends_on(guest, &mut gathered);
        gathered.own.push(self.vars(guest));
        attached(guest, &mut gathered);
        links(guest, &mut gathered);
        self.machine(guest, &mut gathered);
        gathered.own.share(self.install(guest));
        for (key, entry) in &guest.extra {
            if gathered.own.get(key).is_none() {
                gathered.value(key, &entry.value);
            }
        }
        gathered.own
    }

    /// Gathers the sections that say what kind of guest it is.
    fn kind(&self, guest: &Guest, set: &mut Gathered<'_>) {
        if guest.virtinst.os_variant.is_some() {
            return set.values(kind(guest, self.lab));
        }
        let address = (Arc::as_ptr(&guest.sysgroups), Arc::as_ptr(&guest.os));
        let key = (address.0 as usize, address.1 as usize);
        let known = self.kinds.find(&key);
        set.own.share(known.unwrap_or_else(|| {
            let sections = self.known.sections(kind(guest, self.lab));
            self.kinds.keep(key, Arc::new(sections))
        }));
    }

    /// The section of the site's own data.
    fn vars(&self, guest: &Guest) -> Arc<Section> {
        let make = || self.known.section("vars", &vars(guest));
        let Some(Kind::Map(map)) = guest.vars.as_ref().map(|vars| &vars.kind) else {
            return make();
        };
        let key = Arc::as_ptr(map).addr();
        let known = self.vars.find(&key);
        known.unwrap_or_else(|| self.vars.keep(key, make()))
    }

    /// Gathers the sections of a guest's hardware.
    fn machine(&self, guest: &Guest, set: &mut Gathered<'_>) {
        if has_own_args(guest) {
            return set.values(machine(guest));
        }
        let key = (
            Arc::as_ptr(&guest.virtinst).addr(),
            Arc::as_ptr(&guest.os).addr(),
            install_file(guest),
            first_device(guest).to_owned(),
            guest.seal.is_some(),
        );
        let known = self.machines.find(&key);
        set.own.share(known.unwrap_or_else(|| {
            let sections = self.known.sections(machine(guest));
            self.machines.keep(key, Arc::new(sections))
        }));
    }

    /// The sections of a guest's install data.
    fn install(&self, guest: &Guest) -> Arc<Stretch> {
        let key = (
            Arc::as_ptr(&guest.install).addr(),
            Arc::as_ptr(&guest.os).addr(),
            guest.serial(),
            guest.virtinst.image.is_some(),
        );
        if let Some(sections) = self.installs.find(&key) {
            return sections;
        }
        let values = install(guest, &self.lab.site, &self.hashes);
        let sections = Arc::new(self.known.sections(values));
        self.installs.keep(key, sections)
    }

    /// What the templates of payloads read.
    fn without_payloads(&self, guest: &Guest) -> Sections<'_> {
        let mut own = self.plain(guest);
        own.push(self.known.section(PAYLOADS, &setup_data(&[])));
        Sections {
            own,
            common: &self.common,
        }
    }

    fn sections(&self, guest: &Guest, payloads: &[Payload<'_>]) -> Sections<'_> {
        let mut own = self.all_but_stamp(guest, payloads);
        let base = guest.base.as_ref().map(|base| self.base_digest(base));
        let digest = self.digest(guest, &own, base.as_deref());
        own.push(self.known.section("stamp", &digest.stamp(self.lab)));
        Sections {
            own,
            common: &self.common,
        }
    }

    /// Returns the digest of the stamp of a base; the bases that it starts from itself come first.
    fn base_digest(&self, base: &Base) -> Arc<str> {
        let sealed = self.sealed.get_or_init(|| {
            let guests = self.lab.guests.iter().filter(|guest| guest.seal.is_some());
            guests.map(|guest| (&*guest.name, guest)).collect()
        });
        let (mut known, mut unknown, mut next) = (None, Vec::new(), Some(base));
        // Guests that start from each other would have no end.
        while let Some(base) = next.filter(|_| unknown.len() < sealed.len()) {
            known = self.bases.find(&base.name);
            let guest = sealed.get(&*base.name).filter(|_| known.is_none());
            unknown.extend(guest);
            next = guest.and_then(|guest| guest.base.as_ref());
        }
        for guest in unknown.into_iter().rev() {
            // Its faults are reported where its own files are rendered.
            let payloads = self.payloads(guest, &mut Sink::default());
            let own = self.all_but_stamp(guest, &payloads);
            let digest = self.digest(guest, &own, known.as_deref()).text();
            known = Some(self.bases.keep(Arc::clone(&guest.name), digest.into()));
        }
        known.unwrap_or_default()
    }

    /// Returns the digest of a guest's stamp.
    pub(super) fn stamp_digest(&self, guest: &Guest) -> String {
        // Faults of payloads are reported where they are rendered.
        let payloads = self.payloads(guest, &mut Sink::default());
        let own = self.all_but_stamp(guest, &payloads);
        let base = guest.base.as_ref().map(|base| self.base_digest(base));
        self.digest(guest, &own, base.as_deref()).text()
    }

    /// Makes a digest of what a guest's install is made from. With that of its base it is out of date when its base is.
    fn digest(&self, guest: &Guest, own: &Own, base: Option<&str>) -> Digest {
        let address = Arc::as_ptr(&guest.virtinst).addr();
        let known = self.installed.find(&address);
        let machine =
            known.unwrap_or_else(|| self.installed.keep(address, digest::machine(guest).into()));
        let mut digest = Digest::of_install(guest, own, &machine);
        base.into_iter().for_each(|base| digest.add(base));
        digest
    }

    fn all_but_stamp(&self, guest: &Guest, payloads: &[Payload<'_>]) -> Own {
        let mut own = self.plain(guest);
        let data = setup_data(payloads);
        let is_own =
            Arc::strong_count(&guest.files) == 1 || payloads.iter().any(Payload::is_template);
        own.push(if is_own {
            self.known.own(PAYLOADS, &data)
        } else {
            self.known.section(PAYLOADS, &data)
        });
        own
    }

    /// Returns whether a template reads one of the guest's secrets, or may.
    fn reads_secret(&self, template: &str, guest: &Guest, sections: &Sections<'_>) -> bool {
        let secrets = &guest.secrets;
        if secrets.is_empty() {
            return false;
        }
        let names = self.parts.names(self.engine, template, self.sources);
        names.is_none_or(|names| {
            names
                .iter()
                .any(|name| sections.holds_secret(name, secrets))
        })
    }

    /// Returns the template that makes a file of the guest, by its path below the guest's directory, and all that the
    /// template may read.
    pub(super) fn template_of(&self, guest: &Guest, file: &str) -> Option<(String, Context)> {
        // Faults were reported when the file was rendered.
        let mut sink = Sink::default();
        if let Some(dst) = file.strip_prefix("setup/") {
            let Some(Brought::Template(name)) = self.payloads.source(guest, dst) else {
                return None;
            };
            return Some((name, everything(&self.without_payloads(guest))));
        }
        let outputs = outputs(guest, self.engine, &mut sink);
        let output = outputs.into_iter().find(|output| output.file == file)?;
        let payloads = self.payloads(guest, &mut sink);
        let context = everything(&self.sections(guest, &payloads));
        Some((output.template, context))
    }

    fn output(
        &self,
        template: &str,
        guest: &Guest,
        sections: &Sections<'_>,
        sink: &mut Sink,
    ) -> Option<Content> {
        let (engine, sources) = (self.engine, self.sources);
        if let Some(content) = self.parts.render(engine, template, sections, sources) {
            return Some(content);
        }
        // It cannot be taken apart, or one of its parts fails: then the fault is found here.
        let object = format!("guest `{}`", guest.name);
        let text = engine.render(template, &everything(sections), &object, sources, sink)?;
        Some(text.into())
    }
}

/// All that a template may read, for one that is rendered as a whole.
fn everything(sections: &Sections<'_>) -> Context {
    let mut context = Context::new();
    for name in sections.names() {
        if let Some(section) = sections.get(name) {
            context.insert_value(name.to_owned(), section.value.clone());
        }
    }
    context
}

/// Returns the context of a guest as its templates see it, less what every guest shares; payloads that are templates are
/// rendered, and their faults reported.
///
/// # Panics
/// Never: the sections of the model serialize.
#[must_use]
pub fn guest_context(
    guest: &Guest,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    sources: &Sources,
    sink: &mut Sink,
) -> Map<String, Value> {
    let renderer = Renderer::new(lab, engine, payloads, sources);
    let payloads = renderer.payloads(guest, sink);
    renderer.sections(guest, &payloads).values()
}

/// Returns whether a guest has a secret that its install file may hold, in whatever words.
fn holds_secret(guest: &Guest, payloads: &[Payload<'_>]) -> bool {
    let install = &guest.install;
    let hashed = |password: &Spanned<Password>| password.value != Password::Locked;
    let passwords = install
        .users
        .iter()
        .filter_map(|user| user.password.as_ref());
    !guest.secrets.is_empty()
        || install.rootpw.iter().chain(passwords).any(hashed)
        || payloads.iter().any(|payload| payload.secret)
}
