//! Alpine's installs: the scripts of every release, layout, network and feature before the shells that read them, and run
//! in a scratch root on disks that sfdisk really parts, with the other programs noting how they are called.

mod hostile;
mod layouts;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use self::layouts::{LAYOUTS, Layout};
use crate::payloads::{Scratch, is_root};
use crate::support::{Run, Site, judge, project};

/// The releases.
const SYSTEMS: &[&str] = &["3.18", "3.19", "3.20", "3.21", "3.22", "3.23"];

/// A hash as `openssl passwd -6` makes them.
const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

/// A key, less who it is for.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8";

/// Programs of the live system and of the new one that would change a machine; each notes how it was called, and those
/// that are asked something answer.
const PROGRAMS: &[(&str, &str)] = &[
    ("apk", ""),
    ("blkid", "echo of-$(basename \"$5\")"),
    ("btrfs", "mkdir -p \"$3\""),
    ("chroot", ""),
    ("cryptsetup", "cat >> /root/passphrases"),
    ("grub-mkconfig", ""),
    ("hostname", ""),
    ("logger", ""),
    ("lvcreate", ""),
    ("mdadm", "case $1 in --detail) echo ARRAY /dev/md0 ;; esac"),
    ("mdev", ""),
    ("mkfs.btrfs", ""),
    ("mkfs.ext4", ""),
    ("mkfs.vfat", ""),
    ("mkfs.xfs", ""),
    ("mkswap", ""),
    ("mount", ""),
    ("poweroff", ""),
    ("pvcreate", ""),
    ("rc-service", ""),
    ("rc-update", ""),
    ("reboot", ""),
    ("setup-apkrepos", ""),
    ("setup-disk", "mkdir -p /mnt/etc /mnt/root"),
    ("setup-dns", ""),
    ("setup-hostname", "echo \"$1\" > /etc/hostname"),
    (
        "setup-interfaces",
        "mkdir -p /etc/network; cat > /etc/network/interfaces",
    ),
    ("setup-keymap", ""),
    ("umount", ""),
    ("usermod", ""),
    ("vgcreate", ""),
    ("visudo", ""),
    ("wget", ""),
];

/// The interfaces of guest number `n`, in one of four ways.
fn interfaces(n: usize, way: usize) -> Value {
    let mac = |nic: usize| format!("52:54:00:{:02x}:{:02x}:{:02x}", nic + 1, n / 256, n % 256);
    let ip = |net: usize| format!("10.{}.{}.{}", net, n / 200, n % 200 + 10);
    match way % 4 {
        0 => json!([{"network": "lan", "mac": mac(0), "ip": ip(1)}]),
        1 => {
            json!([{"network": "lan", "mac": mac(0), "ip": ip(1), "ipv6": format!("fd01::{n:x}:1"), "bootproto": "static", "nameserver": ["10.1.0.1", "10.1.0.2"]}])
        }
        2 => json!([
            {"network": "san", "mac": mac(1), "ip": ip(2), "bootproto": "static", "nodefroute": true, "nodns": true},
            {"network": "lan", "mac": mac(0)},
            {"network": "lan", "mac": mac(2), "mtu": 1400, "nodefroute": true, "nodns": true},
        ]),
        _ => json!([
            {"network": "lan", "mac": mac(0), "ip": ip(1), "nodns": true},
            {"network": "lan", "mac": mac(1), "bootproto": "none"},
        ]),
    }
}

/// Everything that answers and scripts can say beside disks and network.
fn everything() -> Value {
    json!({
        "rootpw": HASH,
        "lang": "de_DE.UTF-8",
        "keyboard": {"layout": "de", "variant": "nodeadkeys"},
        "timezone": {"timezone": "Europe/Berlin", "utc": false},
        "ntp": ["ntp1.x.test", "10.1.0.1"],
        "groups": [{"name": "ops", "gid": 5000}, {"name": "web"}],
        "users": [
            {"name": "ann", "uid": 1500, "gecos": "Ann O'Neill, \"ops\"", "groups": ["ops", "adm"], "sudo": true, "password": HASH},
            {"name": "bob", "gid": 1600, "lock": true, "password": HASH, "sudo": "ALL=(root) NOPASSWD: /bin/ls", "ssh_authorized_keys": [format!("{KEY} bob"), format!("{KEY} bob's")]},
            {"name": "web", "home": "/srv/web", "shell": "/sbin/nologin", "ssh_authorized_keys": [format!("{KEY} web")]},
        ],
        "ssh_authorized_keys": [format!("{KEY} root")],
        "packages": ["openssh", "vim", "libstdc++", "-nano"],
        "repos": [
            {"name": "base", "baseurl": "http://10.1.0.1/base/?a&b", "gpgkey": "http://10.1.0.1/x@y.rsa.pub"},
            {"name": "build", "baseurl": "http://10.1.0.1/build", "install_only": true},
            {"name": "off", "baseurl": "http://10.1.0.1/off", "enabled": false},
        ],
        "services": {"enabled": ["sshd", "chronyd"], "disabled": ["crond"]},
        "firewall": {"services": ["dns", "ftp", "http", "https", "imap", "imaps", "ldap", "ldaps", "mysql", "nfs", "ntp", "pop3", "pop3s", "postgresql", "smtp", "ssh"], "ports": ["8088/tcp", "5000-5010/udp"], "trusted": ["eth0", "wg0"]},
        "bootloader": {"append": ["audit=1", "panic=10"], "timeout": 3, "password": "grub.pbkdf2.sha512.10000.AB.CD"},
        "finish": "reboot",
        "hosts": [{"ip": "10.1.0.9", "names": ["nine", "nine.x.test"]}],
        "proxy": {"url": "http://10.1.0.1:3128", "no_proxy": ["localhost", "10.0.0.0/8"]},
        "scripts": [
            {"name": "First", "when": "pre", "run": "echo pre > /tmp/pre\n"},
            {"when": "post", "on_error": "fail", "run": "echo post > /root/post\n"},
            {"when": "post-nochroot", "run": "cp /tmp/pre /mnt/root/pre\n"},
            {"when": "post", "interpreter": "/usr/bin/perl", "run": "print 'EOF';\r\n"},
            {"when": "firstboot", "run": "echo first\n"},
            {"when": "firstboot", "on_error": "fail", "run": "EOF\n"},
        ],
        "setup_data": [{"content": "hello\n", "dst": "/etc/motd", "mode": "0600"}],
    })
}

/// One guest of the matrix.
struct Job {
    name: String,
    layout: &'static Layout,
    uefi: bool,
}

/// The lab of all combinations.
fn matrix() -> (Value, Vec<Job>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (release, system) in SYSTEMS.iter().enumerate() {
        for layout in LAYOUTS {
            for (uefi, full) in [(false, false), (true, true)] {
                let n = jobs.len();
                let name = format!("a{}-{}-{n}", system.replace('.', "-"), layout.name);
                let mut guest = Map::new();
                guest.insert("os".into(), json!(format!("alpinelinux{system}")));
                guest.insert("interfaces".into(), interfaces(n, n / 2 + release));
                let features = if full {
                    everything()
                } else {
                    json!({"rootpw": "locked"})
                };
                let disks: Value = serde_json::from_str(layout.guest).unwrap();
                for part in [
                    json!({"disks": [{"size": 40}, {"size": 40}]}),
                    features,
                    disks,
                ] {
                    guest.extend(part.as_object().cloned().unwrap());
                }
                let firmware = if uefi { "uefi" } else { "bios" };
                guest.insert("virtinst".into(), json!({"firmware": firmware, "location": format!("http://10.1.0.1/alpine/v{system}/releases/x86_64/netboot")}));
                guests.insert(name.clone(), Value::Object(guest));
                jobs.push(Job { name, layout, uefi });
            }
        }
    }
    let lab = json!({
        "site": "matrix",
        "networks": {
            "lan": {"subnet": "10.1.0.0/16", "domain": "x.test", "ipv6": {"subnet": "fd01::/64"}, "dhcp": {"start": "10.1.200.1", "end": "10.1.255.254"}},
            "san": {"subnet": "10.2.0.0/16", "domain": "x.test", "mode": "isolated"},
        },
        "guests": guests,
    });
    (lab, jobs)
}

/// Generates the matrix; its passphrases stand in plain text, and of nothing else may there be a warning.
fn generate() -> (Site, Vec<Job>) {
    let (lab, jobs) = matrix();
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    let fine = run.codes().iter().all(|code| *code == "plain-password");
    assert!(run.status == 0 && fine, "{}", run.stderr);
    (site, jobs)
}

/// A live system with two empty disks and the cards of a guest.
fn live(site: &Site, name: &str) -> Scratch {
    let scratch = Scratch::new();
    for (program, answer) in PROGRAMS {
        let note = format!("#!/bin/sh\necho \"{program} $*\" >> /root/calls\n{answer}\n");
        scratch.program(program, &note);
    }
    for file in ["answers", "install.sh", "system.sh"] {
        let text = site.read(&format!("workdir/guests.d/{name}/{file}"));
        scratch.put(&format!("var/lib/miniascape/{file}"), &text);
    }
    let answers = site.read(&format!("workdir/guests.d/{name}/answers"));
    let macs = answers.lines().filter_map(|line| {
        let (_, mac) = line.split_once("=$(device ")?;
        mac.strip_suffix(')')
    });
    // The kernel finds them in another order.
    let macs: Vec<&str> = macs.collect();
    for (number, mac) in macs.iter().rev().enumerate() {
        scratch.put(
            &format!("sys/class/net/eth{number}/address"),
            &format!("{mac}\n"),
        );
    }
    for disk in ["vda", "vdb"] {
        scratch.put(&format!("dev/{disk}"), "");
        let file = fs::File::options()
            .write(true)
            .open(scratch.path(&format!("dev/{disk}")));
        file.unwrap().set_len(40 << 30).unwrap();
    }
    for keymap in ["us/us", "de/de-nodeadkeys"] {
        // /usr is this machine's.
        scratch.put(&format!("bkeymaps/{keymap}.bmap.gz"), "");
    }
    let install = site.read(&format!("workdir/guests.d/{name}/install.sh"));
    scratch.put(
        "var/lib/miniascape/install.sh",
        &install.replace("/usr/share/bkeymaps", "/bkeymaps"),
    );
    scratch.put("etc/local.d/miniascape.start", "");
    scratch.put("etc/runlevels/default/local", "");
    scratch.put("etc/resolv.conf", "nameserver 10.1.0.1\n");
    for dir in ["etc/profile.d", "etc/apk/keys", "mnt", "dev/mapper"] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    scratch
}

/// Returns what an install made of the disks: their partitions, then the calls that made something of those, and
/// /etc/fstab.
fn outcome(scratch: &Scratch) -> String {
    let mut text = String::new();
    for disk in ["vda", "vdb"] {
        let file = scratch.path(&format!("dev/{disk}")).display().to_string();
        let run = judge("sfdisk", &["--json", &file]);
        if run.status != 0 {
            continue;
        }
        let table: Value = serde_json::from_str(&run.stdout).unwrap();
        let table = &table["partitiontable"];
        assert_eq!(table["label"], "gpt");
        let none = Vec::new();
        let parts = table["partitions"].as_array().unwrap_or(&none);
        let parts = parts.iter().map(|part| {
            let kind = match &part["type"].as_str().unwrap()[..8] {
                "21686148" => "grub",
                "C12A7328" => "efi",
                "0FC63DAF" => "linux",
                "0657FD6D" => "swap",
                "A19D880F" => "raid",
                "E6D6D379" => "lvm",
                other => panic!("{other}"),
            };
            format!(" {kind} {}", part["size"].as_u64().unwrap() / 2048)
        });
        text += &format!("{disk}:{}\n", parts.collect::<String>());
    }
    let calls = fs::read_to_string(scratch.path("root/calls")).unwrap();
    let disks = [
        "btrfs",
        "cryptsetup",
        "lvcreate",
        "mdadm",
        "mk",
        "mount -t",
        "pvcreate",
        "vgcreate",
        "chroot /mnt grub",
    ];
    for call in calls.lines() {
        if disks.iter().any(|program| call.starts_with(program)) {
            text += &format!("{call}\n");
        }
    }
    let fstab = fs::read_to_string(scratch.path("mnt/etc/fstab")).unwrap_or_default();
    text + &fstab.replace('\t', " ")
}

/// Runs an install to its end, and returns what it made of the disks.
fn made(site: &Site, job: &Job) -> String {
    let scratch = live(site, &job.name);
    scratch.run("/bin/sh", "/var/lib/miniascape/install.sh");
    let marker = fs::read_to_string(scratch.path("mnt/root/.miniascape-installed"));
    assert_eq!(
        marker.unwrap(),
        format!("miniascape: installed {}\n", job.name)
    );
    let calls = fs::read_to_string(scratch.path("root/calls")).unwrap();
    let end = if job.uefi { "reboot" } else { "poweroff" };
    assert_eq!(calls.lines().last().unwrap().trim(), end, "{}", job.name);
    let firmware = if job.uefi { "UEFI" } else { "BIOS" };
    format!(
        "== {}, {firmware}\n{}\n",
        job.layout.name,
        outcome(&scratch)
    )
}

/// What is made is in `made.txt`; `UPDATE=1` writes it anew.
#[test]
fn every_layout_is_made_and_mounted() {
    let (site, jobs) = generate();
    let last = jobs.iter().filter(|job| job.name.starts_with("a3-23-"));
    let last: Vec<&Job> = last.collect();
    let made: Vec<String> = last.par_iter().map(|job| made(&site, job)).collect();
    let file = project("tests/it/alpine/made.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, made.concat()).unwrap();
    }
    let wanted = fs::read_to_string(&file).unwrap_or_default();
    for made in made {
        assert!(wanted.contains(&made), "{made}");
    }
}

#[test]
fn every_script_is_read_by_the_shells_that_run_it() {
    let (site, jobs) = generate();
    let mut files = Vec::new();
    for job in &jobs {
        for file in ["answers", "install.sh", "system.sh"] {
            files.push(
                site.path()
                    .join(format!("workdir/guests.d/{}/{file}", job.name))
                    .display()
                    .to_string(),
            );
        }
    }
    files.par_iter().for_each(|file| {
        for (shell, args) in [
            ("dash", &["-n", file][..]),
            ("busybox", &["ash", "-n", file]),
        ] {
            let run = judge(shell, args);
            assert_eq!(run.status, 0, "{file}: {}", run.stderr);
        }
    });
    // It is slow, and what releases differ in is no code.
    let first = files.iter().filter(|file| file.contains("/a3-18-"));
    let first: Vec<&String> = first.collect();
    first.par_chunks(12).for_each(|files| {
        // The answers are read from a place only the live system has, and used where they are read.
        let mut args = vec!["--shell", "sh", "--exclude", "SC1091,SC2034"];
        args.extend(files.iter().map(|file| file.as_str()));
        let run = judge("shellcheck", &args);
        assert_eq!(run.status, 0, "{}", run.stdout);
    });
}

/// Runs the install of a guest of the matrix, and returns its root and what its answers came to.
fn installed(site: &Site, jobs: &[Job], number: usize) -> (Scratch, String, String) {
    let scratch = live(site, &jobs[number].name);
    scratch.run("/bin/sh", "/var/lib/miniascape/install.sh");
    let read = |path: &str| fs::read_to_string(scratch.path(path)).unwrap();
    let (interfaces, calls) = (read("etc/network/interfaces"), read("root/calls"));
    (scratch, interfaces, calls)
}

#[test]
fn the_live_system_has_the_network_of_the_new_one() {
    let (site, jobs) = generate();
    let at = |way: usize| {
        let found =
            (0..jobs.len()).find(|n| (n / 2 + n / (2 * LAYOUTS.len())) % 4 == way && n % 2 == 1);
        found.unwrap()
    };
    let (_, interfaces, calls) = installed(&site, &jobs, at(1));
    assert!(
        interfaces.contains("iface eth0 inet static\n    address 10.1.")
            && interfaces.contains("    netmask 255.255.0.0\n    gateway 10.1.0.1\n"),
        "{interfaces}"
    );
    assert!(
        interfaces.contains("iface eth0 inet6 static\n    address fd01::"),
        "{interfaces}"
    );
    assert!(
        calls.contains("setup-dns -d x.test 10.1.0.1 10.1.0.2\n"),
        "{calls}"
    );
    assert!(calls.contains("setup-keymap de de-nodeadkeys\n"), "{calls}");
    assert!(calls.contains("/main http://10.1.0.1/alpine/v3.18/community http://10.1.0.1/base/?a&b http://10.1.0.1/build\n"), "{calls}");
    let (scratch, interfaces, _) = installed(&site, &jobs, at(2));
    assert!(
        interfaces.contains("iface eth2 inet static\n    address 10.2.")
            && !interfaces.contains("gateway"),
        "{interfaces}"
    );
    assert!(
        interfaces.contains("iface eth0 inet dhcp\n    hostname a3-18"),
        "{interfaces}"
    );
    assert!(
        interfaces.contains("    pre-up ip link set dev eth0 mtu 1400\n"),
        "{interfaces}"
    );
    let dhcp = fs::read_to_string(scratch.path("etc/udhcpc/udhcpc.conf")).unwrap();
    assert_eq!(dhcp, "NO_DNS=\"eth0 \"\nNO_GATEWAY=\"eth0 \"\n");
    let (_, interfaces, _) = installed(&site, &jobs, at(3));
    assert!(
        interfaces.contains("iface eth0 inet manual\n    up ip link set dev eth0 up\n"),
        "{interfaces}"
    );
}

#[test]
fn an_install_that_fails_says_so() {
    let (site, jobs) = generate();
    let scratch = live(&site, &jobs[0].name);
    scratch.program("setup-disk", "#!/bin/sh\nexit 1\n");
    let wrapped = "#!/bin/sh\nsh /var/lib/miniascape/install.sh && exit 1\nexit 0\n";
    scratch.put("wrapped.sh", wrapped);
    scratch.run("/bin/sh", "/wrapped.sh");
    let console = fs::read_to_string(scratch.path("dev/console")).unwrap();
    assert_eq!(console, "miniascape: the install failed\n");
    assert!(!scratch.path("mnt/root/.miniascape-installed").exists());
}

#[test]
fn the_new_system_is_set_up() {
    let (site, jobs) = generate();
    let name = &jobs[1].name;
    let scratch = live(&site, name);
    scratch.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    scratch.put("etc/shadow", "root::20000:0:99999:7:::\n");
    scratch.put("etc/group", "root:x:0:\nadm:x:4:\n");
    scratch.put("etc/inittab", "tty1::respawn:/sbin/getty 38400 tty1\n");
    scratch.put("etc/default/grub", "GRUB_TIMEOUT=2\n");
    scratch.put("etc/conf.d/hwclock", "# x\nclock=\"UTC\"\n");
    scratch.put(
        "etc/grub.d/10_linux",
        "CLASS=\"--class gnu-linux --class os\"\n",
    );
    for dir in ["etc/chrony", "boot/grub", "home", "srv"] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    if !is_root() {
        // One number alone can own files there.
        scratch.program("useradd", "#!/bin/sh\nfor name; do :; done\necho \"$name:x:1500:1500::/home/$name:/bin/sh\" >> /etc/passwd\n");
        scratch.program("groupadd", "#!/bin/sh\n");
    }
    scratch.run("/bin/sh", "/var/lib/miniascape/system.sh");
    let read = |path: &str| {
        fs::read_to_string(scratch.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let calls = read("root/calls");
    for call in [
        "apk add --quiet --update-cache openssh vim libstdc++ shadow tzdata sudo chrony nftables musl-locales\n",
        "apk del --quiet nano\n",
        "usermod --password $6$saltstring",
        "rc-update --quiet add networking boot\n",
        "rc-update --quiet add sshd default\n",
        "rc-update --quiet add chronyd default\n",
        "rc-update --quiet add nftables boot\n",
        "rc-update --quiet add local default\n",
        "rc-update --quiet --all del crond\n",
        "grub-mkconfig -o /boot/grub/grub.cfg\n",
    ] {
        assert!(calls.contains(call), "{call}: {calls}");
    }
    assert_eq!(
        read("etc/apk/repositories"),
        "http://10.1.0.1/alpine/v3.18/main\nhttp://10.1.0.1/alpine/v3.18/community\nhttp://10.1.0.1/base/?a&b\n#http://10.1.0.1/off\n"
    );
    assert!(read("etc/hosts").ends_with("10.1.0.9 nine nine.x.test\n"));
    assert_eq!(read("etc/motd"), "hello\n");
    assert_eq!(read("etc/timezone"), "Europe/Berlin\n");
    assert_eq!(read("etc/conf.d/hwclock"), "# x\nclock=\"local\"\n");
    assert!(read("etc/chrony/chrony.conf").starts_with("server ntp1.x.test iburst\n"));
    assert_eq!(read("root/.ssh/authorized_keys"), format!("{KEY} root\n"));
    assert!(
        read("etc/default/grub")
            .contains("GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200 audit=1 panic=10'\n")
    );
    assert!(read("etc/grub.d/10_linux").contains("--unrestricted --class gnu-linux"));
    assert!(read("etc/inittab").ends_with("ttyS0::respawn:/sbin/getty -L 0 ttyS0 vt100\n"));
    let rules = read("etc/nftables.nft");
    for rule in [
        "iifname \"eth0\" accept",
        "iifname \"wg0\" accept",
        "udp dport 53 accept",
        "tcp dport 5432 accept",
        "udp dport 5000-5010 accept",
    ] {
        assert!(rules.contains(rule), "{rule}: {rules}");
    }
    assert_eq!(read("local/libexec/miniascape/firstboot-1"), "echo first\n");
    assert_eq!(read("local/libexec/miniascape/firstboot-2"), "EOF\n");
    // They run once, at the first boot; one that must succeed is kept until it does.
    scratch.put("again.sh", "! /etc/local.d/miniascape.start\n");
    scratch.run("/bin/sh", "/again.sh");
    assert!(
        !scratch
            .path("local/libexec/miniascape/firstboot-1")
            .exists()
    );
    assert!(
        scratch
            .path("local/libexec/miniascape/firstboot-2")
            .exists()
    );
    if is_root() {
        let shadow = read("etc/shadow");
        for account in ["\nann:$6$saltstring", "\nbob:*:", "\nweb:*:"] {
            assert!(shadow.contains(account), "{account}: {shadow}");
        }
        assert!(read("home/bob/.ssh/authorized_keys").ends_with(" bob's\n"));
    }
}

#[test]
fn the_overlay_is_what_the_live_system_looks_for() {
    let site = Site::copy("tests/sites/alpine");
    site.run(&["-c", "lab.yml", "generate"]);
    let bin = site.path().join("bin");
    let virsh = "#!/bin/sh\ncase \" $* \" in\n*' domstate '*) exit 1 ;;\n*' vol-info '* | *' pool-dumpxml '*) exit 1 ;;\nesac\n";
    let virt_install = "#!/bin/sh\nfor word; do\n[ \"$before\" != --initrd-inject ] || cp \"$word\" \"$KEPT\"\nbefore=$word\ndone\ncase $1 in --osinfo) ;; *) exit 1 ;; esac\n";
    for (name, text) in [("virsh", virsh), ("virt-install", virt_install)] {
        site.write(&format!("bin/{name}"), text);
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let pack = |to: &str| {
        let kept = site.path().join(to);
        fs::create_dir(&kept).unwrap();
        let output = Command::new(site.path().join("workdir/guests.d/full/vmbuild.sh"))
            .env(
                "PATH",
                format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", bin.display()),
            )
            .env("KEPT", &kept)
            .output();
        let run = Run::of(&output.unwrap());
        let kept = kept.join("lab.apkovl.tar.gz");
        assert!(kept.exists(), "{}", run.stderr);
        kept
    };
    let (one, other) = (pack("one"), pack("other"));
    assert_eq!(fs::read(&one).unwrap(), fs::read(other).unwrap());
    let listed = judge("busybox", &["tar", "-tvzf", &one.display().to_string()]);
    assert_eq!(listed.status, 0, "{}", listed.stderr);
    let found: Vec<String> = listed
        .stdout
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            format!("{} {} {}", words[0], words[1], words[5..].join(" "))
        })
        .collect();
    for wanted in [
        "-rw-r--r-- 0/0 etc/.default_boot_services",
        "-rwxr-xr-x 0/0 etc/local.d/miniascape.start",
        "lrwxrwxrwx 0/0 etc/runlevels/default/local -> /etc/init.d/local",
        "-rw------- 0/0 var/lib/miniascape/answers",
        "-rw------- 0/0 var/lib/miniascape/install.sh",
        "-rw------- 0/0 var/lib/miniascape/system.sh",
    ] {
        assert!(
            found.iter().any(|line| line == wanted),
            "{wanted}: {found:#?}"
        );
    }
    let args = site.read("workdir/guests.d/full/vmbuild.sh");
    assert!(args.contains("apkovl=/lab.apkovl.tar.gz"));
}
