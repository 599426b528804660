//! Faults of one guest that take more than a line, and of two guests at odds.

use super::Fault;
use super::Plant::{self, Own};
use super::site::{Guest, Lab, fault};

/// Each breaks a guest.
pub(super) const PLANTS: &[(&str, Plant)] = &[
    (
        "duplicate-key",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.append(&guest.file(), "ip: 10.0.0.77")
            })
        }),
    ),
    (
        "not-utf8",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.latin1.insert(guest.file());
                lab.replace(&guest.file(), "description:", "description: caf\u{e9}")
            })
        }),
    ),
    (
        "unreadable-file",
        Own(|lab, code| {
            let file = lab.some_guest()?.file();
            lab.files.remove(&file);
            lab.links.insert(file.clone());
            fault(code, file, 0)
        }),
    ),
    (
        "defined-twice",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.add(
                    &format!("conf.d/guests.d/{}/more.yml", guest.name),
                    "lang: C",
                );
                1
            })
        }),
    ),
    // What it lacks has no line.
    (
        "missing-os",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.append(&guest.file(), "os: ~");
                1
            })
        }),
    ),
    (
        "missing-source",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.replace(&guest.file(), "vcpus:", "location: ~");
                1
            })
        }),
    ),
    (
        "no-login",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.replace(&guest.file(), "users:", "rootpw: ~ #");
                lab.replace(&guest.file(), "- {name: admin", "#");
                1
            })
        }),
    ),
    (
        "no-network",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.replace(&guest.file(), "interfaces:", "interfaces: []");
                lab.replace(&guest.file(), "- network:", "#");
                lab.replace(&guest.file(), "ip:", "# no address");
                1
            })
        }),
    ),
    (
        "dependency-cycle",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                let line = format!("depends_on: [{}]", guest.name);
                lab.replace(&guest.file(), "depends_on:", &line)
            })
        }),
    ),
    (
        "bad-name",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                let label = "x".repeat(60);
                lab.insert(&guest.file(), &format!("fqdn: {label}.floor.test"))
            })
        }),
    ),
    (
        "disk-too-small",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                let line = format!("- {{pool: pool-{}, size: 1}}", guest.pool);
                lab.replace(&guest.file(), "- {pool:", &line)
            })
        }),
    ),
    (
        "missing-driver",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                lab.append(&guest.file(), "os: rhel6");
                lab.replace(&guest.file(), "vcpus:", "tpm: true")
            })
        }),
    ),
    (
        "duplicate-account",
        Own(|lab, code| {
            with_guest(lab, code, |lab, guest| {
                let twice = "users: [{name: admin, uid: 2001}, {name: admin, uid: 2002}]";
                lab.replace(&guest.file(), "users:", twice);
                lab.replace(&guest.file(), "- {name: admin", "#") - 1
            })
        }),
    ),
    (
        "template",
        Own(|lab, code| {
            let guest = lab.some_guest()?;
            let file = format!("templates/{}.txt", guest.name);
            lab.add(&file, "One.\n{{ name | uper }}");
            let line = format!("templates: {{more: {{src: {}.txt}}}}", guest.name);
            lab.insert(&guest.file(), &line);
            fault(code, format!("./{file}"), 2)
        }),
    ),
    // Addresses.
    (
        "reserved-address",
        Own(|lab, code| with_address(lab, code, 0)),
    ),
    (
        "reserved-address",
        Own(|lab, code| with_address(lab, code, 1)),
    ),
    (
        "reserved-address",
        Own(|lab, code| with_address(lab, code, 255)),
    ),
    (
        "address-in-range",
        Own(|lab, code| with_address(lab, code, 210)),
    ),
    (
        "address-not-served",
        Own(|lab, code| {
            lab.take("auto")?;
            with_guest(lab, code, |lab, guest| {
                lab.replace(&guest.file(), "- network:", "- bridge: br0");
                lab.replace(&guest.file(), "ip:", "ip: auto")
            })
        }),
    ),
    (
        "lock-conflict",
        Own(|lab, code| {
            lab.take("auto")?;
            let guest = lab.some_guest()?;
            lab.replace(&guest.file(), "ip:", "ip: auto");
            let kept = format!("  net-{}: {{{}: 10.99.0.5}}", guest.network, guest.name);
            lab.add("miniascape.lock", &format!("format: 1\naddresses:\n{kept}"));
            fault(code, "./miniascape.lock".to_owned(), 3)
        }),
    ),
    (
        "subnet-full",
        Own(|lab, code| {
            lab.take("auto")?;
            let (first, second) = (lab.some_guest()?, lab.some_guest()?);
            lab.add(
                "conf.d/networks.d/full.yml",
                "subnet: 10.200.0.0/30\ngateway: 10.200.0.1",
            );
            for guest in [&first, &second] {
                lab.replace(&guest.file(), "- network:", "- network: full");
            }
            lab.replace(&first.file(), "ip:", "ip: 10.200.0.2");
            let line = lab.replace(&second.file(), "ip:", "ip: auto");
            fault(code, second.file(), line)
        }),
    ),
    // Two at odds.
    (
        "duplicate-address",
        Own(|lab, code| {
            let (first, second) = neighbours(lab)?;
            let line = lab.replace(&second.file(), "ip:", &format!("ip: {}", first.ip()));
            fault(code, second.file(), line)
        }),
    ),
    (
        "duplicate-mac",
        Own(|lab, code| {
            let (first, second) = ordered(lab.some_guest()?, lab.some_guest()?);
            lab.insert(&first.file(), "mac: \"52:54:00:aa:bb:cc\"");
            let line = lab.insert(&second.file(), "mac: \"52:54:00:aa:bb:cc\"");
            fault(code, second.file(), line)
        }),
    ),
    (
        "duplicate-name",
        Own(|lab, code| {
            let (first, second) = neighbours(lab)?;
            let line = lab.insert(&second.file(), &format!("hostname: {}", first.name));
            fault(code, second.file(), line)
        }),
    ),
    (
        "duplicate-volume",
        Own(|lab, code| {
            let (first, second) = ordered(lab.some_guest()?, lab.some_guest()?);
            let disk = "- {pool: default, vol: shared.qcow2, size: 20}";
            lab.replace(&first.file(), "- {pool:", disk);
            let line = lab.replace(&second.file(), "- {pool:", disk);
            fault(code, second.file(), line)
        }),
    ),
];

/// Gives a guest the address with this last number in its network.
fn with_address(lab: &mut Lab, code: &str, host: usize) -> Option<Fault> {
    with_guest(lab, code, |lab, guest| {
        let line = format!("ip: 10.{}.0.{host}", guest.network);
        lab.replace(&guest.file(), "ip:", &line)
    })
}

fn with_guest(
    lab: &mut Lab,
    code: &str,
    change: impl FnOnce(&mut Lab, &Guest) -> usize,
) -> Option<Fault> {
    let guest = lab.some_guest()?;
    let line = change(lab, &guest);
    fault(code, guest.file(), line)
}

/// Returns two guests of one network, in the order of their names.
fn neighbours(lab: &mut Lab) -> Option<(Guest, Guest)> {
    let first = lab.some_guest()?;
    let second = lab.guest_where(|other| other.network == first.network)?;
    Some(ordered(first, second))
}

/// Returns two guests in the order of their names: of two at odds, the later is at fault.
fn ordered(a: Guest, b: Guest) -> (Guest, Guest) {
    if a.name < b.name { (a, b) } else { (b, a) }
}
