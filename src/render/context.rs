//! What the templates of a guest read.
//!
//! The names are those of the site's YAML as far as the values are; what is absent is undefined, so that printing it is
//! an error and no template quietly writes an empty string.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::arguments::console_args;
use super::boot::install_boot;
use super::filters::unattend_password;
use super::links::links_of;
use super::payloads::Payload;
use super::sections::{Gathered, LINKS};
use super::views::{DiskView, DriveView, InterfaceView};
use crate::link::{Guest, Lab};
use crate::model::install::Sudo;
use crate::model::password::Password;

/// Hashes made in this run: hashing is slow on purpose, and a lab has few passwords.
#[derive(Debug, Default)]
pub(super) struct Hashes(Mutex<HashMap<(String, String), String>>);

impl Hashes {
    fn of(&self, password: &Password, site: &str, account: &str) -> Option<String> {
        let (Password::Plain(text) | Password::Outside(text)) = password else {
            return password.hash().map(str::to_owned);
        };
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = made
            .entry((account.to_owned(), text.clone()))
            .or_insert_with(|| {
                password
                    .hashed(site, account)
                    .hash()
                    .unwrap_or_default()
                    .to_owned()
            });
        Some(hash.clone())
    }
}

/// A password as templates see it, under the name it has there.
fn password(
    guest: &Guest,
    password: &Password,
    site: &str,
    account: &str,
    hashes: &Hashes,
) -> Option<(&'static str, String)> {
    match password.plain().filter(|_| guest.os.reads_no_hashes()) {
        // The name of the element in the answer file is a part of its value.
        Some(plain) => {
            let element = match account {
                "root" => "AdministratorPassword",
                _ => "Password",
            };
            Some(("password", unattend_password(plain, element)))
        }
        None => Some(("hash", hashes.of(password, site, account)?)),
    }
}

/// Gathers who a guest is, as its templates read it.
pub(super) fn identity(guest: &Guest, set: &mut Gathered<'_>) {
    set.value("name", &*guest.name);
    set.value("hostname", &guest.hostname.value);
    set.value("fqdn", &guest.fqdn.value);
    if let Some(domain) = &guest.domain {
        set.value("domain", domain);
    }
    if let Some(description) = &guest.description {
        set.value("description", description);
    }
    if let Some(index) = guest.index {
        set.value("index", &index);
    }
    set.value("uuid", &guest.uuid);
    if guest.seal.is_some() {
        set.value("seal", &true);
    }
    if let Some(base) = &guest.base {
        set.value("base", &json!({"name": &*base.name, "uuid": base.uuid}));
    }
}

/// Returns what kind of guest it is: the same for all guests of these groups and this OS that name no id of their own.
pub(super) fn kind(guest: &Guest, lab: &Lab) -> Map<String, Value> {
    let groups = guest.sysgroups.iter().map(|name| json!(&**name));
    Map::from_iter([
        ("site".to_owned(), json!(lab.site)),
        ("sysgroups".to_owned(), groups.collect()),
        ("os".to_owned(), os(guest)),
    ])
}

/// Gathers the guests that a guest waits for.
pub(super) fn depends_on(guest: &Guest, set: &mut Gathered<'_>) {
    if !guest.depends_on.is_empty() {
        let names = guest.depends_on.iter().map(|name| &name.value);
        set.value("depends_on", &names.collect::<Vec<_>>());
    }
}

/// Gathers what is attached to a guest.
pub(super) fn attached(guest: &Guest, set: &mut Gathered<'_>) {
    if let Some(first) = guest.interfaces.first() {
        if let Some(ip) = &first.ip {
            set.value("ip", &ip.value);
        }
        set.value("mac", &first.mac);
    }
    set.value("interfaces", &interfaces(guest));
    let disks = guest.disks.iter();
    set.value(
        "disks",
        &disks.clone().map(DiskView::from).collect::<Vec<_>>(),
    );
    set.value("drives", &disks.map(DriveView::from).collect::<Vec<_>>());
}

/// Gathers what a guest makes of its interfaces, as it is written and as the list of all its links.
pub(super) fn links(guest: &Guest, set: &mut Gathered<'_>) {
    let written = &guest.links;
    if !written.bonds.is_empty() {
        set.value("bonds", &written.bonds);
    }
    if !written.bridges.is_empty() {
        set.value("bridges", &written.bridges);
    }
    if !written.vlans.is_empty() {
        set.value("vlans", &written.vlans);
    }
    set.value(LINKS, &links_of(guest));
}

/// Returns the interfaces of a guest.
pub(super) fn interfaces(guest: &Guest) -> Vec<InterfaceView<'_>> {
    guest.interfaces.iter().map(InterfaceView::from).collect()
}

/// Returns the site's own data.
pub(super) fn vars(guest: &Guest) -> Value {
    let vars = guest.vars.as_ref();
    vars.map_or_else(|| json!({}), |vars| json!(vars))
}

/// Returns the machine a guest is, and how the installer is booted on it.
pub(super) fn machine(guest: &Guest) -> Map<String, Value> {
    Map::from_iter([
        ("virtinst".to_owned(), virtinst(guest)),
        ("install".to_owned(), install_boot(guest)),
    ])
}

/// Returns the payloads as templates read them: the value of `setup_data`.
pub(super) fn setup_data(payloads: &[Payload<'_>]) -> Value {
    payloads.iter().map(payload).collect()
}

/// The OS; an id the guest names itself comes before the table's.
fn os(guest: &Guest) -> Value {
    let mut value = serde_json::to_value(&*guest.os).expect("entries of the OS table serialize");
    if let (Some(variant), Some(ids)) = (&guest.virtinst.os_variant, value["osinfo"].as_array_mut())
    {
        ids.retain(|id| id.as_str() != Some(variant.as_str()));
        ids.insert(0, json!(variant.as_str()));
    }
    value
}

/// Returns hardware and source, with what is assumed where nothing is said.
pub(super) fn virtinst(guest: &Guest) -> Value {
    let mut value = serde_json::to_value(&*guest.virtinst).expect("virtinst serializes");
    for (key, default) in [
        ("secure_boot", json!(false)),
        ("tpm", json!(false)),
        ("pxe", json!(false)),
        ("rng", json!(true)),
        ("extra_args", json!("")),
    ] {
        if value.get(key).is_none() {
            value[key] = default;
        }
    }
    value
}

/// Returns what a guest's templates see of every guest, itself included: names and addresses.
#[must_use]
pub fn guest_list(lab: &Lab) -> Value {
    let one = |guest: &Guest| {
        json!({
            "name": &*guest.name,
            "hostname": guest.hostname.value,
            "fqdn": guest.fqdn.value,
            "sysgroups": guest.sysgroups.iter().map(|name| &**name).collect::<Vec<_>>(),
            "interfaces": interfaces(guest),
        })
    };
    lab.guests.iter().map(one).collect()
}

/// Returns the install data of a guest as its templates read it, less its payloads: the same for all guests with these
/// data and this OS.
pub(super) fn install(guest: &Guest, site: &str, hashes: &Hashes) -> Map<String, Value> {
    let install = &*guest.install;
    let Value::Object(mut values) =
        serde_json::to_value(InstallView(install)).expect("install data serializes")
    else {
        return Map::new();
    };
    if let Some(written) = &install.rootpw {
        let found = password(guest, &written.value, site, "root", hashes);
        values.insert(
            "rootpw".into(),
            found.map_or_else(
                || json!({"lock": true}),
                |(key, value)| json!({"lock": false, key: value}),
            ),
        );
    }
    values.insert("users".into(), users(guest, site, hashes));
    values.insert("packages".into(), packages(guest));
    defaults(guest, &mut values);
    values
}

/// Install data less what plain passwords hide in; that is added apart, hashed.
struct InstallView<'a>(&'a crate::model::install::Install);

impl serde::Serialize for InstallView<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut install = self.0.clone();
        install.rootpw = None;
        install.users.clear();
        if let Some(bootloader) = &mut install.bootloader {
            let bootloader = &mut bootloader.value;
            bootloader.password = bootloader
                .password
                .take()
                .filter(|password| password.value.hash().is_some());
        }
        install.serialize(serializer)
    }
}

fn users(guest: &Guest, site: &str, hashes: &Hashes) -> Value {
    let user = |user: &crate::model::install::User| {
        let mut view = user.clone();
        view.password = None;
        view.sudo = None;
        let mut value = serde_json::to_value(&view).expect("users serialize");
        let name = &user.name.value.0;
        let written = user.password.as_ref();
        let found = written.and_then(|it| password(guest, &it.value, site, name, hashes));
        match &user.sudo {
            Some(Sudo::Rule(rule)) => value["sudo"] = json!(rule),
            // Whoever has no password cannot be asked for it.
            Some(Sudo::Yes) if found.is_none() => value["sudo"] = json!("ALL=(ALL) NOPASSWD: ALL"),
            Some(Sudo::Yes) => value["sudo"] = json!("ALL=(ALL) ALL"),
            _ => {}
        }
        value["lock"] = json!(user.lock.unwrap_or(found.is_none()));
        if let Some((key, found)) = found {
            value[key] = json!(found);
        }
        value
    };
    guest
        .install
        .users
        .iter()
        .map(|entry| user(&entry.value))
        .collect()
}

/// The packages, each once. A cloud image has what it has, so those of the OS table are for installers.
fn packages(guest: &Guest) -> Value {
    let table = guest
        .virtinst
        .image
        .as_ref()
        .map(|_| guest.os.spans("packages"));
    let by_table = |span| table.as_ref().is_some_and(|spans| spans.contains(&span));
    let mut seen = HashSet::new();
    let (removed, installed): (Vec<&str>, Vec<&str>) = guest
        .install
        .packages
        .iter()
        .filter(|package| !by_table(package.span))
        .map(|package| package.as_str())
        .filter(|name| seen.insert(*name))
        .partition(|name| name.starts_with('-'));
    let removed: Vec<&str> = removed.iter().map(|name| &name[1..]).collect();
    json!({ "installed": installed, "uninstalled": removed })
}

/// Fills in what a section has when its keys are not said.
fn defaults(guest: &Guest, values: &mut Map<String, Value>) {
    for repo in values
        .get_mut("repos")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        set_default(repo, "gpgcheck", json!(true));
        set_default(repo, "enabled", json!(true));
        set_default(repo, "install_only", json!(false));
    }
    for script in values
        .get_mut("scripts")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        set_default(script, "on_error", json!("continue"));
    }
    for (key, default) in [
        (
            "firewall",
            json!({"enabled": false, "services": [], "ports": [], "trusted": []}),
        ),
        ("services", json!({"enabled": [], "disabled": []})),
        ("kdump", json!({})),
        ("selinux", json!("disabled")),
        ("partitions", json!({"kind": "auto"})),
        ("finish", json!("poweroff")),
        ("bootloader", json!({"append": []})),
    ] {
        values.entry(key).or_insert(default);
    }
    set_default(&mut values["firewall"], "enabled", json!(true));
    set_default(&mut values["kdump"], "enabled", json!(false));
    let bootloader = &mut values["bootloader"];
    let user = bootloader["append"].take();
    let console = console_args(guest).into_iter().map(Value::from);
    bootloader["append"] = console
        .chain(user.as_array().into_iter().flatten().cloned())
        .collect();
}

fn set_default(value: &mut Value, key: &str, default: Value) {
    if value.get(key).is_none() {
        value[key] = default;
    }
}

fn payload(payload: &super::payloads::Payload<'_>) -> Value {
    json!({
        "dst": payload.dst,
        "mode": payload.mode,
        "owner": payload.owner,
        "group": payload.group,
        "secret": payload.secret,
        "base64": super::filters::encode_base64(&payload.content),
    })
}
