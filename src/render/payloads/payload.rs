//! One file of a guest: its content, whether a secret is in it, and the modes that follow from that.

use std::sync::Arc;

use tera::Context;

use super::super::Engine;
use crate::diag::Sink;
use crate::link::Guest;
use crate::secret::has_shape;
use crate::source::Sources;

/// How the first line of every private key in text form ends (RFC 7468, section 10, and OpenSSH's own).
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// A payload of one guest.
#[derive(Debug)]
pub(in crate::render) struct Payload<'a> {
    pub(in crate::render) dst: String,
    pub(in crate::render) mode: String,
    pub(in crate::render) owner: &'a str,
    pub(in crate::render) group: &'a str,
    pub(in crate::render) content: Arc<[u8]>,
    /// Whether a secret is in it.
    pub(in crate::render) secret: bool,
    /// The template that makes the content, when one does and has not yet.
    pub(super) template: Option<String>,
    pub(super) executable: bool,
    pub(super) said_mode: Option<&'a str>,
}

impl Payload<'_> {
    /// Returns whether its content is still to be rendered.
    pub(in crate::render) fn is_template(&self) -> bool {
        self.template.is_some()
    }

    /// Renders its content; `None` when that fails, which is reported.
    pub(in crate::render) fn render(
        &mut self,
        guest: &Guest,
        engine: &Engine,
        context: &Context,
        sources: &Sources,
        sink: &mut Sink,
    ) -> Option<()> {
        if let Some(name) = self.template.take() {
            let object = format!("guest `{}`", guest.name);
            let text = engine.render(&name, context, &object, sources, sink)?;
            self.content = text.into_bytes().into();
            self.judge(guest);
        }
        Some(())
    }

    /// Finds out whether a secret is in it, and with that its mode.
    pub(super) fn judge(&mut self, guest: &Guest) {
        self.secret = guest.secrets.are_in_bytes(&self.content)
            || std::str::from_utf8(&self.content)
                .is_ok_and(|text| has_shape(text) || text.contains(PRIVATE_KEY));
        let default = match (self.executable, self.secret) {
            (false, false) => "0644",
            (true, false) => "0755",
            (false, true) => "0600",
            (true, true) => "0700",
        };
        self.mode = self.said_mode.unwrap_or(default).to_owned();
    }

    /// Returns the mode of the copy in the workdir. Git keeps whether a file is executable and nothing more, so a mode
    /// becomes one of four; what not everybody may read in the guest, or holds a secret, is its owner's.
    pub(in crate::render) fn review_mode(&self) -> u32 {
        let mode = u32::from_str_radix(&self.mode, 8).unwrap_or(0o600);
        let open = !self.secret && mode & 0o004 != 0;
        match (mode & 0o111 != 0, open) {
            (true, true) => 0o755,
            (true, false) => 0o700,
            (false, true) => 0o644,
            (false, false) => 0o600,
        }
    }
}
