//! Faults in a guest's file.

use super::site::{Guest, Lab, fault};
use super::{Fault, Planter};

/// Each breaks one guest.
pub(super) const PLANTERS: &[(&str, Planter)] = &[
    // Text.
    ("key twice", |lab| {
        with_guest(lab, "duplicate-key", |lab, guest| {
            lab.append(&guest.file(), "ip: 10.0.0.77")
        })
    }),
    ("no text", |lab| {
        replaced(lab, "yaml-syntax", "description:", "description: @home")
    }),
    ("unknown tag", |lab| {
        replaced(lab, "unknown-tag", "packages:", "packages: !apend [tmux]")
    }),
    ("tag before text", |lab| {
        replaced(
            lab,
            "misplaced-tag",
            "description:",
            "description: !append x",
        )
    }),
    ("unknown anchor", |lab| {
        replaced(lab, "yaml-syntax", "description:", "description: *nobody")
    }),
    // Layers.
    ("unknown group", |lab| {
        replaced(lab, "unknown-sysgroup", "sysgroups:", "sysgroups: [knid-1]")
    }),
    ("groups twice", |lab| {
        inserted(lab, "conflicting-keys", "sysgroup: kind-1")
    }),
    ("unknown system", |lab| {
        inserted(lab, "unknown-os", "os: rokcy9")
    }),
    ("name of another", |lab| {
        inserted(lab, "name-mismatch", "name: somebody")
    }),
    ("map over list", |lab| {
        replaced(lab, "kind-change", "packages:", "packages: {vim: true}")
    }),
    ("nothing to remove", |lab| {
        replaced(
            lab,
            "misplaced-tag",
            "packages:",
            "packages: !remove [emacs]",
        )
    }),
    ("count of words", |lab| {
        inserted(lab, "invalid-value", "count: many")
    }),
    // Expressions.
    ("open expression", |lab| {
        replaced(lab, "expression", "role:", "role: \"{{ name\"")
    }),
    ("expression of nothing", |lab| {
        replaced(lab, "expression", "role:", "role: \"{{ 1 + }}\"")
    }),
    ("unknown name", |lab| {
        replaced(lab, "unknown-name", "role:", "role: \"{{ nmae }}\"")
    }),
    ("unknown network's name", |lab| {
        replaced(
            lab,
            "unknown-name",
            "role:",
            "role: \"{{ networks.nowhere.bridge }}\"",
        )
    }),
    ("cycle of expressions", |lab| {
        replaced(
            lab,
            "expression-cycle",
            "role:",
            "role: \"{{ vars.other }}\"",
        )
    }),
    ("unset variable", |lab| {
        inserted(
            lab,
            "missing-variable",
            "proxy: {url: !env MINIASCAPE_NOT_SET}",
        )
    }),
    ("missing file", |lab| {
        inserted(
            lab,
            "unreadable-file",
            "ssh_authorized_keys: [!file nowhere.pub]",
        )
    }),
    // Values.
    ("unknown key", |lab| {
        replaced(lab, "unknown-key", "vcpus:", "vcpsu: 2")
    }),
    ("unknown key of its own", |lab| {
        inserted(lab, "unknown-key", "frobnication: 7")
    }),
    ("memory in words", |lab| {
        replaced(lab, "invalid-value", "ram:", "ram: lots")
    }),
    ("no address", |lab| {
        replaced(lab, "invalid-value", "ip:", "ip: 10.0.0.256")
    }),
    ("list of text", |lab| {
        replaced(lab, "invalid-value", "users:", "hosts: nobody\nusers:")
    }),
    ("port", |lab| {
        inserted(lab, "invalid-value", "firewall: {ports: [\"9999:tcpp\"]}")
    }),
    ("boolean of YAML 1.1", |lab| {
        inserted(lab, "invalid-value", "kdump: {enabled: yes}")
    }),
    ("multicast card", |lab| {
        inserted(lab, "invalid-value", "mac: \"01:00:5e:00:00:01\"")
    }),
    // References.
    ("unknown network", |lab| {
        replaced(lab, "unknown-network", "- network:", "- network: nte-1")
    }),
    ("unknown pool", |lab| {
        replaced(
            lab,
            "unknown-pool",
            "- {pool:",
            "- {pool: polo-1, size: 20}",
        )
    }),
    ("unknown guest", |lab| {
        replaced(lab, "unknown-guest", "depends_on:", "depends_on: [nobody]")
    }),
    ("needs itself", |lab| {
        with_guest(lab, "dependency-cycle", |lab, guest| {
            lab.replace(
                &guest.file(),
                "depends_on:",
                &format!("depends_on: [{}]", guest.name),
            )
        })
    }),
    ("unknown template", |lab| {
        inserted(
            lab,
            "unknown-template",
            "templates: {autoinst: {src: nowhere.cfg}}",
        )
    }),
    // Addresses.
    ("address elsewhere", |lab| {
        replaced(lab, "address-outside-network", "ip:", "ip: 10.99.0.5")
    }),
    ("address of the gateway", |lab| {
        with_address(lab, "reserved-address", 1)
    }),
    ("address of the network", |lab| {
        with_address(lab, "reserved-address", 0)
    }),
    ("broadcast address", |lab| {
        with_address(lab, "reserved-address", 255)
    }),
    ("address in the range", |lab| {
        with_address(lab, "address-in-range", 210)
    }),
    ("address twice", |lab| {
        let first = lab.some_guest()?;
        let second = lab.guest_where(|other| other.network == first.network)?;
        let (first, second) = ordered(first, second);
        let line = lab.replace(&second.file(), "ip:", &format!("ip: {}", first.ip()));
        fault("duplicate-address", second.file(), line)
    }),
    ("card twice", |lab| {
        let (first, second) = ordered(lab.some_guest()?, lab.some_guest()?);
        lab.insert(&first.file(), "mac: \"52:54:00:aa:bb:cc\"");
        let line = lab.insert(&second.file(), "mac: \"52:54:00:aa:bb:cc\"");
        fault("duplicate-mac", second.file(), line)
    }),
    // Names.
    ("no host name", |lab| {
        inserted(lab, "invalid-value", "hostname: bad_name")
    }),
    ("long name", |lab| {
        with_guest(lab, "bad-name", |lab, guest| {
            let label = "x".repeat(60);
            lab.insert(&guest.file(), &format!("fqdn: {label}.floor.test"))
        })
    }),
    ("name of another host", |lab| {
        let first = lab.some_guest()?;
        let second = lab.guest_where(|other| other.network == first.network)?;
        let (first, second) = ordered(first, second);
        let line = lab.insert(&second.file(), &format!("hostname: {}", first.name));
        fault("duplicate-name", second.file(), line)
    }),
    // What fits.
    ("little memory", |lab| {
        replaced(lab, "too-little-memory", "ram:", "ram: 64")
    }),
    ("small disk", |lab| {
        with_guest(lab, "disk-too-small", |lab, guest| {
            lab.replace(
                &guest.file(),
                "- {pool:",
                &format!("- {{pool: pool-{}, size: 1}}", guest.pool),
            )
        })
    }),
    ("old processor", |lab| {
        replaced(lab, "processor-too-old", "vcpus:", "cpu: qemu64")
    }),
    ("disk of another", |lab| {
        let first = lab.some_guest()?;
        let second = lab.some_guest()?;
        let (first, second) = ordered(first, second);
        let disk = "- {pool: default, vol: shared.qcow2, size: 20}";
        lab.replace(&first.file(), "- {pool:", disk);
        let line = lab.replace(&second.file(), "- {pool:", disk);
        fault("duplicate-volume", second.file(), line)
    }),
    // What is installed.
    ("plain password", |lab| {
        inserted(lab, "plain-password", "rootpw: opensesame")
    }),
    ("weak hash", |lab| {
        inserted(
            lab,
            "unreadable-hash",
            "rootpw: \"$2b$12$abcdefghijklmnopqrstuuO9tK\"",
        )
    }),
    ("no login", |lab| {
        with_guest(lab, "no-login", |lab, guest| {
            lab.replace(&guest.file(), "users:", "rootpw: ~ #");
            lab.replace(&guest.file(), "- {name: admin", "#");
            1
        })
    }),
    ("user twice", |lab| {
        with_guest(lab, "duplicate-account", |lab, guest| {
            let file = guest.file();
            lab.replace(
                &file,
                "users:",
                "users: [{name: admin, uid: 2001}, {name: admin, uid: 2002}]",
            );
            lab.replace(&file, "- {name: admin", "#") - 1
        })
    }),
    ("mount point twice", |lab| {
        let text = "partitions: [{mount: /, size: 8G}, {mount: /, size: 2G}]";
        inserted(lab, "duplicate-mount", text)
    }),
    ("layout on no disk", |lab| {
        inserted(
            lab,
            "unknown-disk",
            "partitions: [{mount: /, size: 8G, disk: vdz}]",
        )
    }),
    ("layout too large", |lab| {
        inserted(lab, "bad-layout", "partitions: [{mount: /, size: 90G}]")
    }),
    ("file system", |lab| {
        inserted(
            lab,
            "unsupported-key",
            "partitions: [{mount: /, size: 8G, fs: reiserfs}]",
        )
    }),
    ("payload", |lab| {
        inserted(
            lab,
            "unreadable-file",
            "setup_data: [{src: nowhere.txt, dst: /root/x}]",
        )
    }),
];

/// Breaks a guest with a new line.
fn inserted(lab: &mut Lab, code: &str, line: &str) -> Option<Fault> {
    with_guest(lab, code, |lab, guest| lab.insert(&guest.file(), line))
}

/// Breaks a guest in the line that begins with `start`.
fn replaced(lab: &mut Lab, code: &str, start: &str, line: &str) -> Option<Fault> {
    with_guest(lab, code, |lab, guest| {
        lab.replace(&guest.file(), start, line)
    })
}

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

/// Returns two guests in the order of their names: of two at odds, the later is at fault.
fn ordered(a: Guest, b: Guest) -> (Guest, Guest) {
    if a.name < b.name { (a, b) } else { (b, a) }
}
