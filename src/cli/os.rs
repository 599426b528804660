//! `os`: the OS table, and what it says of one system.

use serde_json::{Value, json};

use super::args::{DataFormat, Os as Command};
use super::session::Session;
use super::show::text;
use super::table::table;
use super::{Outcome, UsageError};
use crate::layer::natural_order;
use crate::model::os::{Os, OsTable};
use crate::render::mask;
use crate::secret::Secrets;
use crate::yaml::emit::to_yaml;

pub(super) fn run(command: &Command, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some(systems) = session.os_table()? else {
        return Ok(Outcome::Faults);
    };
    let printed = match (&command.name, command.format) {
        (Some(name), format) => {
            let os = systems
                .get(name)
                .ok_or_else(|| unknown(name, &systems.names()))?;
            text(entry(&os), format.unwrap_or(DataFormat::Yaml))
        }
        (None, None) => rows(&systems),
        (None, Some(DataFormat::Yaml)) => to_yaml(&list(&systems)),
        (None, Some(DataFormat::Json)) => text(json!({ "os": list(&systems) }), DataFormat::Json),
    };
    session.ui.data(&printed)?;
    Ok(Outcome::Done)
}

fn unknown(name: &str, known: &[&str]) -> UsageError {
    let near = crate::model::os::meant(name, known);
    let hint = near.map_or("; `miniascape os` lists it".to_owned(), |near| {
        format!("; did you mean `{near}`?")
    });
    UsageError(format!(
        "operating system `{name}` is not in the table{hint}"
    ))
}

/// Returns all that is known of an operating system, the values its guests start from as `defaults`.
pub(super) fn entry(os: &Os) -> Value {
    let mut value = serde_json::to_value(os).expect("entries of the OS table serialize");
    let mut set = |key: &str, known: Value| {
        if known != Value::Null && known != json!([]) {
            value[key] = known;
        }
    };
    set("last_minor", json!(os.last_minor));
    set("install_file", json!(os.install_file));
    set("kernel", json!(os.kernel));
    set("initrd", json!(os.initrd));
    set("kernel_args", json!(os.kernel_args));
    set("console_args", json!(os.console_args));
    set("hashes", json!(os.hashes));
    set("filesystems", json!(os.filesystems));
    set("tasks", json!(os.tasks));
    set("arches", json!(os.arches));
    set("cpu_level", json!(os.cpu_level));
    set("min_ram", json!(os.min_ram));
    set("min_ram_network", json!(os.min_ram_network));
    set("min_disk", json!(os.min_disk.map(|size| size.to_string())));
    let defaults = os.base.iter();
    let defaults = defaults.map(|(key, entry)| (key.to_string(), json!(entry.value)));
    set("defaults", Value::Object(defaults.collect()));
    mask(&mut value, &Secrets::default());
    value
}

/// Every entry of the table, in natural order of the names.
fn entries(systems: &OsTable) -> Vec<std::sync::Arc<Os>> {
    let mut names = systems.names();
    names.sort_by(|a, b| natural_order(a, b));
    names
        .into_iter()
        .filter_map(|name| systems.get(name))
        .collect()
}

fn list(systems: &OsTable) -> Value {
    let one = |os: std::sync::Arc<Os>| {
        let mut value = json!({
            "name": os.name,
            "family": os.family,
            "distro": os.distro,
            "version": os.version,
            "installer": os.installer,
        });
        for (key, known) in [
            ("syntax", json!(os.syntax)),
            ("last_minor", json!(os.last_minor)),
        ] {
            if known != Value::Null {
                value[key] = known;
            }
        }
        value
    };
    entries(systems).into_iter().map(one).collect()
}

fn rows(systems: &OsTable) -> String {
    let mut rows =
        vec![["NAME", "FAMILY", "DISTRIBUTION", "VERSIONS", "INSTALLER"].map(str::to_owned)];
    for os in entries(systems) {
        let versions = match os.last_minor {
            Some(last) => format!("{0}, {0}.0-{0}.{last}", os.version),
            None => os.version.clone(),
        };
        rows.push([
            os.name.clone(),
            os.family.clone(),
            os.distro.clone(),
            versions,
            os.installer.clone(),
        ]);
    }
    table(&rows)
}
