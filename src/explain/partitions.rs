//! Where the parts of a layout come from: templates see them by kinds, and some of their keys under other names.

use super::Origin;
use super::guest::GuestValues;
use crate::yaml::Node;
use crate::yaml::path::Step;

/// The kinds of parts that have a key of their own: the list that templates see, the key, and what it is there.
const KINDS: [(&str, &str, &str); 3] = [
    ("volume_groups", "volume_group", "name"),
    ("raids", "raid", "device"),
    ("btrfs", "btrfs", "label"),
];

/// Returns the origin of a value of the layout; `None` when it is taken as it is written.
pub(super) fn origin(guest: &GuestValues<'_>, path: &[Step]) -> Option<Origin> {
    let [section, Step::Key(kind), rest @ ..] = path else {
        return None;
    };
    let section = std::slice::from_ref(section);
    let (at, part) = match (kind.as_str(), rest) {
        ("text", []) => return guest.written(&[section, &[key("raw")]].concat()),
        ("kind", []) => return guest.written(section),
        ("disks", [Step::Index(_)]) => return disk(guest, section, path),
        (_, [Step::Index(at), part @ ..]) => (*at, part),
        _ => return None,
    };
    let list = guest.node(section)?.as_seq()?;
    let is_kind = |(_, node): &(usize, &Node)| kind_of(node) == kind;
    let (item, node) = list.iter().enumerate().filter(is_kind).nth(at)?;
    let item = [section, &[Step::Index(item)]].concat();
    let written = match part {
        [Step::Key(list), Step::Index(at), Step::Key(key)] if list == "volumes" => {
            let volume = node.get("volumes")?.as_seq()?.get(*at)?;
            let within = [Step::Key(list.clone()), Step::Index(*at)];
            [&within[..], &written_as(key, volume)].concat()
        }
        [Step::Key(own), rest @ ..] => {
            let named = KINDS
                .iter()
                .find(|(list, _, name)| list == kind && name == own);
            match named {
                Some((_, key, _)) => vec![self::key(key)],
                None => [&written_as(own, node)[..], rest].concat(),
            }
        }
        _ => part.to_vec(),
    };
    let origin = guest.written(&[item, written].concat());
    Some(origin.unwrap_or_else(Origin::default_value))
}

/// Returns the list in which templates see a part.
fn kind_of(node: &Node) -> &'static str {
    let kind = KINDS.iter().find(|(_, key, _)| node.get(key).is_some());
    kind.map_or("plain", |(list, ..)| list)
}

/// Returns the path at which a part says what templates see under a key.
fn written_as(key: &str, node: &Node) -> Vec<Step> {
    let size = node.get("size").and_then(Node::as_text);
    match key {
        "passphrase" => vec![self::key("encrypt"), self::key(key)],
        "percent" => vec![self::key("size")],
        "grow" if size == Some("grow") => vec![self::key("size")],
        "grow" if size.is_none() && node.get("min").is_some() => vec![self::key("min")],
        "grow" if size.is_none() && node.get("max").is_some() => vec![self::key("max")],
        _ => vec![self::key(key)],
    }
}

/// One of the disks a layout is confined to comes from the first part that names it.
fn disk(guest: &GuestValues<'_>, section: &[Step], path: &[Step]) -> Option<Origin> {
    let name = guest.value(path);
    let named = |node: &Node| node.as_text().is_some_and(|text| name == text);
    let list = guest.node(section)?.as_seq()?;
    let mut paths = list.iter().enumerate().filter_map(|(at, part)| {
        let part_at = |more: &[Step]| [section, &[Step::Index(at)], more].concat();
        if part.get("disk").is_some_and(named) {
            return Some(part_at(&[key("disk")]));
        }
        let disks = part.get("disks")?.as_seq()?;
        let disk = disks.iter().position(named)?;
        Some(part_at(&[key("disks"), Step::Index(disk)]))
    });
    guest.written(&paths.next()?)
}

fn key(key: &str) -> Step {
    Step::Key(key.to_owned())
}
