//! Faults of what guests share, and of the site as a whole, that take more than a line.

use super::Plant::{self, Own};
use super::site::{Lab, common, fault, group, network, pool};

/// Each breaks something else than a guest.
pub(super) const PLANTS: &[(&str, Plant)] = &[
    (
        "range-too-small",
        Own(|lab, code| {
            // Where no guest is judged, none needs a lease.
            lab.take(Lab::ANY_GUEST)?;
            let number = lab.some_network()?;
            let end = format!("end: 10.{number}.0.201");
            let line = lab.replace(&network(number), "end:", &end);
            fault(code, network(number), line - 1)
        }),
    ),
    (
        "overlapping-networks",
        Own(|lab, code| {
            let number = lab.some_network()?;
            let file = format!("conf.d/networks.d/over-{number}.yml");
            lab.add(
                &file,
                &format!("# Half of it.\nsubnet: 10.{number}.0.128/25"),
            );
            fault(code, file, 2)
        }),
    ),
    (
        "duplicate-pool",
        Own(|lab, code| {
            let (a, b) = (lab.some_pool()?, lab.some_pool()?);
            let (first, second) = (a.min(b), a.max(b));
            let line = lab.replace(
                &pool(second),
                "target:",
                &format!("target: /srv/pool-{first}"),
            );
            fault(code, pool(second), line)
        }),
    ),
    (
        "sysgroup-cycle",
        Own(|lab, code| {
            let number = lab.some_group()?;
            let line = lab.insert(&group(number), &format!("sysgroups: [kind-{number}]"));
            fault(code, group(number), line)
        }),
    ),
    (
        "missing-os",
        Own(|lab, code| {
            let number = lab.some_group()?;
            lab.insert(&group(number), "os: ~");
            fault(code, group(number), 1)
        }),
    ),
    (
        "missing-os",
        Own(|lab, code| {
            lab.all_guests()?;
            lab.replace(common(), "os:", "# os:");
            fault(code, common().to_owned(), 1)
        }),
    ),
    (
        "no-login",
        Own(|lab, code| {
            let number = lab.some_group()?;
            lab.insert(&group(number), "rootpw: ~");
            for guest in lab.members(number) {
                lab.replace(&guest.file(), "users:", "#");
                lab.replace(&guest.file(), "- {name: admin", "#");
            }
            fault(code, group(number), 1)
        }),
    ),
    (
        "unknown-os",
        Own(|lab, code| {
            lab.all_guests()?;
            let line = lab.replace(common(), "os:", "os: rokcy9");
            fault(code, common().to_owned(), line)
        }),
    ),
    (
        "yaml-syntax",
        Own(|lab, code| {
            lab.all_guests()?;
            let line = lab.replace(common(), "timezone:", "timezone: @home");
            fault(code, common().to_owned(), line)
        }),
    ),
    (
        "unsupported-installer",
        Own(|lab, code| {
            let guest = lab.some_guest()?;
            let name = format!("own{}", guest.host);
            let entry = format!("{name}: {{extends: rocky9, installer: byhand, version: \"9\"}}");
            lab.add(&format!("conf.d/os.d/{name}.yml"), &entry);
            let line = lab.insert(&guest.file(), &format!("os: {name}"));
            fault(code, guest.file(), line)
        }),
    ),
    (
        "unknown-key",
        Own(|lab, code| {
            let guest = lab.some_guest()?;
            let file = format!("conf.d/os.d/bad{}.yml", guest.host);
            let entry = format!("bad{}:\n  extends: rocky9\n  instaler: x", guest.host);
            lab.add(&file, &entry);
            lab.insert(&guest.file(), &format!("os: bad{}", guest.host));
            fault(code, file, 3)
        }),
    ),
    (
        "unreadable-file",
        Own(|lab, code| {
            let file = network(lab.some_network()?);
            lab.files.remove(&file);
            lab.links.insert(file.clone());
            fault(code, file, 0)
        }),
    ),
    (
        "site-layout",
        Own(|lab, code| {
            lab.take(Lab::LAYOUT)?;
            lab.add("conf.d/stray.yml", "os: rocky9");
            fault(code, "conf.d/stray.yml".to_owned(), 0)
        }),
    ),
    (
        "site-layout",
        Own(|lab, code| {
            lab.take(Lab::LAYOUT)?;
            // Of other classes what they might hold is missed nowhere.
            lab.add("conf.d/hosts.d/stray.yml", "memory: 4096");
            fault(code, "conf.d/hosts.d".to_owned(), 0)
        }),
    ),
];
