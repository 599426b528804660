//! What every command shares: loading the site, reporting its faults, and writing what was rendered.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::args::Common;
use super::{Outcome, UsageError};
use crate::diag::{Diagnostic, Extent, Severity, Sink};
use crate::files::{Files, reason};
use crate::layer::Layers;
use crate::model::os::OsTable;
use crate::model::refusal::Refusal;
use crate::model::text::Line;
use crate::pipeline::{Loaded, Request, load, load_with_layers, os_table};
use crate::render::{OutFile, Selection, render};
use crate::ui::{Ui, Verbosity};
use crate::write::{self, Change, Changes, Kept, Scope};

/// Where a site is looked for when no `-c` names one.
const DEFAULT_CONFDIRS: [&str; 2] = ["conf.d", "/etc/miniascape/conf.d"];

/// A run of the program.
pub(super) struct Session {
    pub(super) common: Common,
    pub(super) ui: Ui,
    pub(super) files: Files,
}

impl Session {
    pub(super) fn new(common: Common) -> Self {
        let verbosity = match (common.quiet, common.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self {
            common,
            ui: Ui::new(verbosity),
            files: Files::default(),
        }
    }

    /// Loads the site; its faults are in `sink`.
    pub(super) fn load(&mut self, sink: &mut Sink) -> anyhow::Result<Option<Loaded>> {
        let request = self.request()?;
        let loaded = load(&request, &mut self.files, sink);
        Ok(self.judged(loaded, sink))
    }

    /// Loads the site with its layers and reports its faults; `None` when there are errors.
    pub(super) fn open_with_layers(&mut self) -> anyhow::Result<Option<(Loaded, Layers)>> {
        let request = self.request()?;
        let mut sink = Sink::default();
        let loaded = load_with_layers(&request, &mut self.files, &mut sink);
        let loaded = self.judged(loaded, &mut sink);
        self.report(sink);
        Ok(loaded)
    }

    /// Judges the faults found on the way to `found`, and returns it when none is an error.
    fn judged<T>(&self, found: Option<T>, sink: &mut Sink) -> Option<T> {
        sink.judge(&self.files.sources, self.common.strict, Extent::Part);
        found.filter(|_| !sink.has_errors())
    }

    /// Returns which site is to be loaded, after the command line was checked.
    fn request(&self) -> anyhow::Result<Request> {
        let connect = self.common.connect.as_deref().map(str::parse).transpose();
        let connect: Option<Line> =
            connect.map_err(|refusal: Refusal| UsageError(format!("--connect: {refusal}")))?;
        if connect.as_ref().is_some_and(|connect| connect.is_empty()) {
            return Err(UsageError(
                "--connect: a connection URI is due, as in qemu:///system".to_owned(),
            )
            .into());
        }
        self.check_workdir()?;
        Ok(Request {
            confdirs: self.confdirs(),
            tmpldirs: self.common.tmpldir.clone(),
            connect,
            notes: self.common.verbose,
        })
    }

    /// Loads the site and reports its faults; `None` when there are errors.
    pub(super) fn open(&mut self) -> anyhow::Result<Option<Loaded>> {
        let mut sink = Sink::default();
        let loaded = self.load(&mut sink)?;
        self.report(sink);
        Ok(loaded)
    }

    /// Builds the OS table: the built-in one, under the site's own when there is a site; `None` when it has faults.
    pub(super) fn os_table(&mut self) -> anyhow::Result<Option<OsTable>> {
        let mut confdirs = self.confdirs();
        confdirs.retain(|conf| !self.common.confdir.is_empty() || conf.exists());
        let request = Request {
            confdirs,
            tmpldirs: Vec::new(),
            connect: None,
            notes: false,
        };
        let mut sink = Sink::default();
        let table = os_table(&request, &mut self.files, &mut sink);
        let table = self.judged(table, &mut sink);
        self.report(sink);
        Ok(table)
    }

    /// Refuses a workdir inside a conf directory: its files would be taken for the site's.
    fn check_workdir(&self) -> anyhow::Result<()> {
        let absolute =
            |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let workdir = absolute(&self.common.workdir);
        match self
            .confdirs()
            .iter()
            .find(|conf| conf.is_dir() && workdir.starts_with(absolute(conf)))
        {
            Some(conf) => {
                let message = format!(
                    "the workdir {} lies in the conf directory {}",
                    workdir.display(),
                    conf.display()
                );
                Err(UsageError(message).into())
            }
            None => Ok(()),
        }
    }

    fn confdirs(&self) -> Vec<PathBuf> {
        if !self.common.confdir.is_empty() {
            return self.common.confdir.clone();
        }
        let [here, system] = DEFAULT_CONFDIRS.map(PathBuf::from);
        vec![if !here.exists() && system.exists() {
            system
        } else {
            here
        }]
    }

    /// Loads and renders; reports faults, and returns `None` when there are errors.
    pub(super) fn render(
        &mut self,
        select: impl FnOnce(&Loaded) -> anyhow::Result<Selection>,
    ) -> anyhow::Result<Option<(Loaded, Vec<OutFile>)>> {
        let mut sink = Sink::default();
        let loaded = self.load(&mut sink)?;
        let rendered = match loaded {
            Some(loaded) => {
                let selection = select(&loaded)?;
                let files = self.render_selected(&loaded, &selection, &mut sink);
                (!sink.has_errors()).then_some((loaded, files))
            }
            None => None,
        };
        self.report(sink);
        Ok(rendered)
    }

    /// Renders what is selected; its faults are in `sink`.
    pub(super) fn render_selected(
        &self,
        loaded: &Loaded,
        selection: &Selection,
        sink: &mut Sink,
    ) -> Vec<OutFile> {
        let sources = &self.files.sources;
        let files = render(
            &loaded.lab,
            &loaded.engine,
            &loaded.payloads,
            selection,
            sources,
            sink,
        );
        let extent = if selection.is_all() {
            Extent::Whole
        } else {
            Extent::Part
        };
        sink.judge(sources, self.common.strict, extent);
        files
    }

    /// Reports what was found on the way to something else: notes are for who asks for details.
    pub(super) fn report(&self, sink: Sink) {
        let mut report = sink.finish();
        if !self.common.verbose {
            let told = |found: &Diagnostic| found.severity > Severity::Note;
            report.diagnostics.retain(told);
        }
        self.ui.diagnostics(&report, &self.files.sources);
    }

    /// Compares what was rendered with the workdir.
    pub(super) fn compare(&self, files: &[OutFile], scope: &Scope) -> anyhow::Result<Changes> {
        write::compare(&self.common.workdir, files, scope, self.common.force).map_err(failed)
    }

    /// Writes what differs, the lock first, and says what was done.
    pub(super) fn write(
        &self,
        loaded: &Loaded,
        files: &[OutFile],
        scope: &Scope,
    ) -> anyhow::Result<Outcome> {
        let changes = self.compare(files, scope)?;
        self.write_lock(loaded)?;
        write::write(&self.common.workdir, files, &changes).map_err(failed)?;
        if self.common.verbose {
            self.report_changed(&changes);
        }
        self.report_kept(&changes);
        self.ui.say(&summary(&self.common.workdir, &changes));
        Ok(if changes.kept.is_empty() {
            Outcome::Done
        } else {
            Outcome::Faults
        })
    }

    /// Says which files were written and removed.
    fn report_changed(&self, changes: &Changes) {
        for (path, change) in &changes.changes {
            let verb = match change {
                Change::Create | Change::Update => "wrote",
                Change::Remove => "removed",
            };
            self.ui.detail(&format!(
                "{verb:<8}{}",
                self.common.workdir.join(path).display()
            ));
        }
    }

    /// Says which files stay as they are although they differ.
    pub(super) fn report_kept(&self, changes: &Changes) {
        for (path, why) in &changes.kept {
            let path = self.common.workdir.join(path);
            let why = match why {
                Kept::Edited => "was edited since it was written; --force overwrites it",
                Kept::Foreign => "was not written by miniascape; --force overwrites it",
                Kept::NotAFile => {
                    "is no regular file, or lies behind a link or a file; move that away"
                }
            };
            self.ui.error(&format!("kept {}: it {why}", path.display()));
        }
    }

    /// Returns whether the lock file says what this run would keep.
    pub(super) fn lock_differs(&self, loaded: &Loaded) -> anyhow::Result<bool> {
        match std::fs::read_to_string(&loaded.lock) {
            Ok(text) => Ok(text != loaded.lab.lock.to_text()
                && !(text.is_empty() && loaded.lab.lock.is_empty())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(!loaded.lab.lock.is_empty())
            }
            Err(error) => {
                Err(error).with_context(|| format!("cannot read {}", loaded.lock.display()))
            }
        }
    }

    fn write_lock(&self, loaded: &Loaded) -> anyhow::Result<()> {
        if self.lock_differs(loaded)? {
            write::replace(&loaded.lock, &loaded.lab.lock.to_text().into(), 0o644)
                .map_err(failed)?;
            self.ui
                .detail(&format!("{:<8}{}", "wrote", loaded.lock.display()));
        }
        Ok(())
    }
}

pub(super) fn failed((path, error): write::Failure) -> anyhow::Error {
    anyhow!("{}: {}", path.display(), reason(&error))
}

/// One line about all files.
pub(super) fn summary(workdir: &Path, changes: &Changes) -> String {
    let count = |wanted: &[Change]| {
        changes
            .changes
            .values()
            .filter(|change| wanted.contains(change))
            .count()
    };
    let written = count(&[Change::Create, Change::Update]);
    let removed = count(&[Change::Remove]);
    let mut parts = vec![
        format!("{written} written"),
        format!("{} unchanged", changes.unchanged),
    ];
    if removed > 0 {
        parts.push(format!("{removed} removed"));
    }
    if !changes.kept.is_empty() {
        parts.push(format!("{} kept", changes.kept.len()));
    }
    format!("{}: {}", workdir.display(), parts.join(", "))
}
