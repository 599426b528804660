//! Where the values of a guest come from that the program makes or brings into another form: its names, its operating
//! system, its disks and its install data.

use serde_json::{Value, json};

use super::guest::GuestValues;
use super::{Layer, Origin, partitions};
use crate::layer::How;
use crate::render::{console_args, kernel_args};
use crate::yaml::path::{Step, find_node, read};
use crate::yaml::{Map, Node};

/// Returns the origin of a value that is not simply taken from its path; `None` for all others.
pub(super) fn origin(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let (Step::Key(section), rest) = path.split_first()? else {
        return None;
    };
    match section.as_str() {
        "os" => os(guest, rest),
        "disks" => disk(guest, path),
        "packages" => packages(guest, rest),
        "users" => user(guest, path),
        "bootloader" => bootloader(guest, path),
        "setup_data" => setup_data(guest, path),
        "depends_on" => depends_on(guest, rest),
        "sysgroups" => sysgroup(guest, rest),
        "install" => install(guest, rest),
        "partitions" => partitions::origin(guest, path),
        "stamp" => stamp(guest, rest),
        _ if guest.node(path).is_some() => None,
        _ => identity(guest, section),
    }
}

fn identity(guest: &GuestValues<'_>, key: &str) -> Option<Origin> {
    let lab = guest.site.lab;
    let defined = guest.guest.defined;
    Some(match key {
        "name" | "hostname" => Origin::made("the guest's name").at(defined),
        "index" => Origin::made("the number its name ends with"),
        "uuid" => Origin::made("version 5 of site, kind and name"),
        "site" => match &guest.site.layers.site {
            Some(site) => Origin::made("the site's name").at(site.span),
            None => Origin::made("the name of a site that says none"),
        },
        "fqdn" if guest.guest.domain.is_none() => Origin::made("the host name: there is no domain"),
        "fqdn" => {
            let domain = guest.origin(&[Step::Key("domain".to_owned())]);
            Origin::made("host name and domain").at(domain.place)
        }
        "domain" => {
            let network = guest.guest.interfaces.first()?.network.as_ref()?;
            let domain = lab.networks.get(&network.value)?.domain.as_ref()?;
            Origin::made(format!("the domain of network `{}`", network.value)).at(domain.span)
        }
        _ => return None,
    })
}

/// Of the OS table's entry.
fn os(guest: &GuestValues<'_>, rest: &[Step]) -> Option<Origin> {
    let name = &guest.guest.os.name;
    let said = || guest.written(&[Step::Key("os".to_owned())]);
    let told = || {
        said()
            .unwrap_or_default()
            .because(format!("told by the name `{name}`"))
    };
    let Some(Step::Key(key)) = rest.first() else {
        return said();
    };
    let entry = guest.site.table.entry(name)?;
    match (key.as_str(), rest) {
        ("name", _) => said().or_else(|| {
            // As in sites of 0.3, which say no `os`.
            Some(Origin::made("told by `virtinst` as 0.3 had it"))
        }),
        ("osinfo", [_, Step::Index(item)]) => {
            let ids = guest.resolved().get("os")?.get("osinfo")?;
            let id = ids.get(*item)?.as_str()?;
            let variant = || guest.written(&read("virtinst.os_variant")?);
            match &guest.guest.virtinst.os_variant {
                Some(chosen) if *item == 0 && chosen.as_str() == id => variant(),
                _ => Some(listed(entry, "osinfo", id, name).unwrap_or_else(told)),
            }
        }
        _ => Some(of_table(entry, rest, name).unwrap_or_else(told)),
    }
}

/// Returns the origin of what an entry of the OS table says.
fn of_table(entry: &Map, path: &[Step], name: &str) -> Option<Origin> {
    let node = find_node(entry, path)?;
    Some(Origin {
        system: Some(path.to_vec()),
        ..Origin::made(format!("the OS table's `{name}`")).at(node.span)
    })
}

/// Returns the origin of an item of a list of the OS table.
fn listed(entry: &Map, key: &str, item: &str, name: &str) -> Option<Origin> {
    let list = entry.get(key)?.value.as_seq()?;
    let at = list.iter().position(|node| node.as_text() == Some(item))?;
    let path = [Step::Key(key.to_owned()), Step::Index(at)];
    of_table(entry, &path, name)
}

fn disk(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let [_, Step::Index(_), Step::Key(key)] = path else {
        return None;
    };
    if guest.node(path).is_some() {
        return None;
    }
    Some(Origin::made(match key.as_str() {
        "device" => "its position among the disks of its bus",
        "vol" => "the guest's name and the disk's number",
        "pool" => "the pool of disks that name none",
        "format" => "the default for where it is",
        "backing_format" => "told by the end of `backing`",
        _ => return None,
    }))
}

/// Templates see packages to install and packages to leave out apart.
fn packages(guest: &GuestValues<'_>, rest: &[Step]) -> Option<Origin> {
    let [Step::Key(list), Step::Index(_)] = rest else {
        return None;
    };
    let whole = [&[Step::Key("packages".to_owned())], rest].concat();
    let name = guest.value(&whole);
    let name = match list.as_str() {
        "uninstalled" => format!("-{}", name.as_str()?),
        _ => name.as_str()?.to_owned(),
    };
    item(guest, "packages", |node| node.as_text() == Some(&name))
}

/// Returns the origin of the first item of a written list that is the one.
fn item(guest: &GuestValues<'_>, key: &str, is_it: impl Fn(&Node) -> bool) -> Option<Origin> {
    let list = guest.node(&[Step::Key(key.to_owned())])?.as_seq()?;
    let at = list.iter().position(is_it)?;
    guest.written(&[Step::Key(key.to_owned()), Step::Index(at)])
}

fn user(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let [_, Step::Index(_), Step::Key(key)] = path else {
        return None;
    };
    let password = || {
        let path = [&path[..2], &[Step::Key("password".to_owned())]].concat();
        guest.written(&path)
    };
    match key.as_str() {
        "hash" => password(),
        "lock" if guest.node(path).is_none() => Some(match password() {
            Some(password) => password,
            None => Origin::made("an account without a password is locked"),
        }),
        _ => None,
    }
}

/// The OS table's arguments come before the guest's own.
fn bootloader(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let os = &guest.guest.os;
    let at = match path {
        [_, Step::Key(append), Step::Index(at)] if append == "append" => at,
        [_, Step::Key(append)] if append == "append" && !os.console_args.is_empty() => {
            let entry = guest.site.table.entry(&os.name)?;
            let args = [Step::Key("console_args".to_owned())];
            return match guest.written(path) {
                Some(written) => Some(written.because("after those of the OS table")),
                None => of_table(entry, &args, &os.name),
            };
        }
        _ => return None,
    };
    match os.console_args.get(*at) {
        Some(arg) => {
            let entry = guest.site.table.entry(&os.name)?;
            listed(entry, "console_args", arg, &os.name)
        }
        None => guest.written(&[
            path[0].clone(),
            path[1].clone(),
            Step::Index(at - os.console_args.len()),
        ]),
    }
}

/// Adds the OS table's arguments to the layers of `bootloader.append`.
pub(super) fn with_console(guest: &GuestValues<'_>, path: &[Step], layers: &mut Vec<Layer>) {
    let os = &guest.guest.os;
    let is_append = matches!(path, [Step::Key(section), Step::Key(key)]
        if section == "bootloader" && key == "append");
    if !is_append || os.console_args.is_empty() {
        return;
    }
    for layer in layers.iter_mut() {
        if let Some(Value::Array(own)) = &layer.value {
            let console = console_args(guest.guest).into_iter().map(Value::from);
            layer.value = Some(console.chain(own.iter().cloned()).collect());
        }
        if layer.how == How::Set {
            layer.how = How::Merged;
        }
    }
    let mut console = guest.system_layers(&[Step::Key("console_args".to_owned())]);
    if let Some(last) = console.last_mut() {
        // The table leaves the port to the architecture.
        last.value = Some(json!(console_args(guest.guest)));
    }
    layers.splice(0..0, console);
}

/// An entry of `setup_data` can bring several files: the one that did has the file's place, or the end of its source.
fn setup_data(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let [section, Step::Index(at), rest @ ..] = path else {
        return None;
    };
    let file = guest.resolved().get("setup_data")?.get(*at)?;
    let dst = file.get("dst")?.as_str()?;
    let list = guest.node(std::slice::from_ref(section))?.as_seq()?;
    let brings = |node: &&Node| {
        let said = node.get("dst").and_then(Node::as_text);
        said.is_some_and(|said| dst == said || said.ends_with('/') && dst.starts_with(said))
            || said.is_none() && dst.starts_with("/root/setup/")
    };
    let count = guest.resolved().get("setup_data")?.as_array()?.len();
    let entry = match count == list.len() {
        true => *at,
        false => list.iter().position(|node| brings(&node))?,
    };
    let mut written = vec![section.clone(), Step::Index(entry)];
    written.extend_from_slice(rest);
    if let Some(origin) = guest.written(&written) {
        return Some(origin);
    }
    written.truncate(2);
    let Some(Step::Key(key)) = rest.first() else {
        return guest.written(&written);
    };
    match key.as_str() {
        "dst" => {
            written.push(Step::Key("src".to_owned()));
            guest.written(&written)
        }
        "mode" => Some(Origin::made("told by its source and by what is in it")),
        "secret" => Some(Origin::made("told by what is in it")),
        _ => None,
    }
}

fn stamp(guest: &GuestValues<'_>, rest: &[Step]) -> Option<Origin> {
    match rest {
        [Step::Key(key)] if key == "site" => identity(guest, key),
        [Step::Key(key)] if key == "xmlns" => {
            Some(Origin::made("the namespace of the program's marks"))
        }
        _ => Some(Origin::made("a digest of all the guest is made from")),
    }
}

fn depends_on(guest: &GuestValues<'_>, rest: &[Step]) -> Option<Origin> {
    let [Step::Index(at)] = rest else {
        return None;
    };
    let span = guest.guest.depends_on.get(*at)?.span;
    item(guest, "depends_on", |node| node.span == span)
}

fn sysgroup(guest: &GuestValues<'_>, rest: &[Step]) -> Option<Origin> {
    let [Step::Index(at)] = rest else {
        let none = "no group is named, and none has the guest's name";
        return guest.found.groups.is_empty().then(|| Origin::made(none));
    };
    let (_, place) = guest.found.groups.get(*at)?;
    Some(match place {
        Some(place) => Origin::default().at(*place),
        None => Origin::made("the group of the guest's name"),
    })
}

fn install(guest: &GuestValues<'_>, rest: &[Step]) -> Option<Origin> {
    let os = &guest.guest.os;
    let entry = guest.site.table.entry(&os.name)?;
    match rest {
        [Step::Key(key)] if key == "file" => {
            let chosen = read("templates.autoinst.dst").and_then(|path| guest.written(&path));
            chosen.or_else(|| of_table(entry, &[Step::Key("install_file".to_owned())], &os.name))
        }
        [Step::Key(key), Step::Index(at)] if key == "kernel_args" => {
            let (position, _) = kernel_args(guest.guest).nth(*at)?;
            let path = [rest[0].clone(), Step::Index(position)];
            of_table(entry, &path, &os.name)
        }
        [Step::Key(key)] if key == "kernel" || key == "initrd" => of_table(entry, rest, &os.name),
        [Step::Key(key), ..] if key == "scripts" => {
            let installer = of_table(entry, &[Step::Key("installer".to_owned())], &os.name);
            Some(installer?.because("what this installer gets beside its install file"))
        }
        _ => None,
    }
}
