//! What Agama cannot express, by its profile or by the script it runs in the new system.
//!
//! The sources are Agama's reference of profiles and boot options, as of the version on the media of Leap 16.0. Layouts are
//! in [`layout`], what no system of SUSE's can be told in [`super::suse`].

mod layout;

use serde_json::{Map, Value, from_str};

use super::location::hidden;
use super::suse::Suse;
use super::unsupported;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::partitions::Partitions;
use crate::source::Span;

/// The name its profile is known as: by its end it is told from one in Jsonnet, or for AutoYaST.
const PROFILE: &str = ".json";

/// The kernel arguments that say where the medium is, when it is not in a drive (dracut.cmdline(7), "Booting live images").
const MEDIA: &[&str] = &["root="];

/// The rules for one guest.
pub(super) struct Agama<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Agama<'_> {
    pub(super) fn check(&mut self) {
        self.profile();
        self.source();
        let (guest, sink) = (self.guest, &mut *self.sink);
        Suse { guest, sink }.check();
        self.raw();
        if let Some(layout) = super::layout(self.guest) {
            self.layout(layout);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    fn profile(&mut self) {
        let own = self.guest.templates.get("autoinst");
        let dst = own.and_then(|own| own.dst.as_ref());
        if let Some(dst) = dst.filter(|dst| !dst.ends_with(PROFILE)) {
            let what = format!("read a profile that is called `{}`", dst.value);
            self.cannot(dst.span, &what, "let its name end in `.json`");
        }
    }

    /// The installer is on its medium; where that is, and how it is reached, kernel arguments say.
    fn source(&mut self) {
        let help = "name the medium's `.iso`, or offer what is on it by HTTP";
        hidden(self.guest, MEDIA, help, self.sink);
        let guest = self.guest;
        let location = guest.virtinst.location.as_ref();
        if let Some(location) = location.filter(|location| location.starts_with("nfs:")) {
            let help = "offer what is on the medium by HTTP, or name the medium's `.iso`";
            self.cannot(location.span, "boot from NFS", help);
        }
        let location = location.filter(|location| location.contains("://"));
        let proxy = guest.install.proxy.as_ref().map(|proxy| &proxy.url);
        let blank = |url: &str| url.contains(|c: char| c.is_whitespace() || c == '"');
        for url in location.into_iter().chain(proxy) {
            if blank(url.as_str()) {
                let what = "be told of a URL with blanks or quotes in it";
                let help = "write `%20` for a blank, and `%22` for a quote";
                self.cannot(url.span, what, help);
            }
        }
    }

    /// Where it is wrong is said, and not what stands there: that may be a passphrase.
    fn raw(&mut self) {
        let partitions = self.guest.install.partitions.as_ref();
        let Some(text) = partitions.and_then(|partitions| match &partitions.value {
            Partitions::Raw { text } => Some(text),
            Partitions::Auto | Partitions::Layout(_) => None,
        }) else {
            return;
        };
        if let Err(error) = from_str::<Map<String, Value>>(text.trim_ascii()) {
            let message = format!(
                "the section `storage` is no object of JSON: see its line {}, column {}",
                error.line(),
                error.column()
            );
            let help = r#"write it as Agama's reference has it, as in `{"drives": []}`"#;
            self.sink
                .push(Diagnostic::error(Code::InvalidValue, text.span, message).help(help));
        }
    }
}
