//! Values that would be syntax to a shell, in the places of an Alpine guest where a text can land. The program refuses
//! one, or the scripts do with it what they do with a harmless word.

use std::collections::BTreeMap;
use std::fs;

use rayon::prelude::*;
use serde_json::{Value, json};
use walkdir::WalkDir;

use super::live;
use crate::payloads::Scratch;
use crate::support::Site;

/// The harmless word.
const WORD: &str = "benign";

/// The values. Whoever lets one become a command makes a file `CANARY`.
const VALUES: &[&str] = &[
    "$(touch /CANARY)",
    "`touch /CANARY`",
    "';touch /CANARY;'",
    "\";touch /CANARY;\"",
    "a *\\ %s",
    "-x",
    "one\nEOF\ntouch /CANARY\n",
    "END",
];

/// The places: keys of the guest; `@` is the value.
const PLACES: &[&str] = &[
    r#"{"description": "@"}"#,
    r#"{"hostname": "@"}"#,
    r#"{"domain": "@"}"#,
    r#"{"lang": "@"}"#,
    r#"{"keyboard": {"layout": "us", "vconsole": "@"}}"#,
    r#"{"rootpw": "$6$x$@"}"#,
    r#"{"users": [{"name": "@"}]}"#,
    r#"{"users": [{"name": "ann", "gecos": "@"}]}"#,
    r#"{"users": [{"name": "ann", "home": "/home/@", "shell": "/bin/@"}]}"#,
    r#"{"users": [{"name": "ann", "sudo": "ALL=/bin/@"}]}"#,
    r#"{"users": [{"name": "ann", "groups": ["@"]}]}"#,
    r#"{"ssh_authorized_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 @"]}"#,
    r#"{"packages": ["@"]}"#,
    r#"{"packages": ["-@"]}"#,
    r#"{"services": {"enabled": ["@"], "disabled": ["@"]}}"#,
    r#"{"repos": [{"name": "x", "baseurl": "http://x/@", "gpgkey": "http://x/@"}]}"#,
    r#"{"repos": [{"name": "x", "baseurl": "http://x/@", "enabled": false}]}"#,
    r#"{"firewall": {"trusted": ["@"]}}"#,
    r#"{"bootloader": {"append": ["@"]}}"#,
    r#"{"ntp": ["@"]}"#,
    r#"{"hosts": [{"ip": "10.9.0.9", "names": ["@"]}]}"#,
    r#"{"proxy": {"url": "http://p/@", "no_proxy": ["*", "@"]}}"#,
    r#"{"virtinst": {"location": "http://x/@/releases/y"}}"#,
    r#"{"scripts": [{"when": "firstboot", "name": "@", "run": "true", "interpreter": "/bin/@"}]}"#,
    r#"{"scripts": [{"when": "pre", "name": "@", "run": "true"}]}"#,
    r#"{"setup_data": [{"content": "@", "dst": "/etc/@"}]}"#,
    r#"{"setup_data": [{"content": "x", "dst": "/etc/x", "owner": "@", "group": "@"}]}"#,
    r#"{"partitions": [{"mount": "/", "size": "4G"}, {"mount": "/@", "size": "1G"}]}"#,
    r#"{"partitions": [{"mount": "/", "size": "4G", "label": "@"}]}"#,
    r#"{"partitions": [{"mount": "/", "size": "4G", "options": "@"}]}"#,
    r#"{"partitions": [{"mount": "/", "size": "4G", "encrypt": {"passphrase": "@"}}]}"#,
    r#"{"partitions": [{"volume_group": "@", "volumes": [{"name": "@", "mount": "/", "size": "4G"}]}]}"#,
    r#"{"partitions": [{"btrfs": "@", "volumes": [{"name": "@", "mount": "/"}]}]}"#,
];

fn fill(node: Value, value: &str) -> Value {
    match node {
        Value::String(text) => Value::String(text.replace('@', value)),
        Value::Array(items) => items.into_iter().map(|item| fill(item, value)).collect(),
        Value::Object(map) => {
            let items = map.into_iter();
            items.map(|(key, item)| (key, fill(item, value))).collect()
        }
        other => other,
    }
}

/// What the scripts did: their calls, and the files they left.
type Seen = BTreeMap<String, String>;

/// Generates a guest with a value in a place, and runs its scripts; nothing is seen of a value that is refused.
fn run(place: &str, value: &str) -> Result<Option<Seen>, String> {
    let mut guest = json!({"os": "alpinelinux3.22", "rootpw": "locked", "interfaces": [{"network": "lan", "ip": "10.9.0.2", "mac": "52:54:00:00:00:01"}]});
    let more = fill(serde_json::from_str(place).unwrap(), value);
    let more = more.as_object().cloned().unwrap();
    guest.as_object_mut().unwrap().extend(more);
    let lab = json!({"site": "x", "networks": {"lan": {"subnet": "10.9.0.0/24"}}, "guests": {"g": guest}});
    let site = Site::new(&[("lab.yml", &lab.to_string())]);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    if run.status != 0 {
        let explained = run.status == 1 && run.stderr.contains("error[");
        let fine = explained && !run.stderr.contains("panicked");
        return if fine { Ok(None) } else { Err(run.stderr) };
    }
    let scratch = live(&site, "g");
    scratch.program(
        "sfdisk",
        "#!/bin/sh\necho \"sfdisk $*\" >> /root/calls\necho '/dev/vda9 : '\n",
    );
    for program in ["useradd", "groupadd", "chown"] {
        let note = format!("#!/bin/sh\necho \"{program} $*\" >> /root/calls\n");
        scratch.program(program, &note);
    }
    scratch.program("getent", "#!/bin/sh\necho x:x:0:0::/root:/bin/sh\n");
    let answers = site.read("workdir/guests.d/g/answers");
    let keymap = answers.split("KEYMAPOPTS='us ").nth(1).unwrap();
    let keymap = keymap.split('\'').next().unwrap();
    scratch.put(&format!("bkeymaps/us/{keymap}.bmap.gz"), "");
    for dir in ["etc/conf.d", "etc/default", "etc/chrony", "boot/grub"] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    for file in ["etc/conf.d/hwclock", "etc/inittab"] {
        scratch.put(file, "");
    }
    scratch.put(
        "all.sh",
        "sh /var/lib/miniascape/install.sh && sh /var/lib/miniascape/system.sh\n",
    );
    scratch.run("/bin/sh", "/all.sh");
    Ok(Some(seen(&scratch)))
}

fn seen(scratch: &Scratch) -> Seen {
    let root = scratch.path("");
    let dirs = ["etc", "root", "mnt", "local/libexec", "CANARY", "var/lib"];
    let files = dirs
        .iter()
        .flat_map(|dir| WalkDir::new(scratch.path(dir)))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(&root).unwrap();
            let bytes = fs::read(entry.path()).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            (name.display().to_string(), text)
        })
        // The scripts themselves spell a value as they must.
        .filter(|(name, _)| {
            !name.starts_with("var/lib/miniascape/") || name.ends_with("mounts.sorted")
        })
        .collect()
}

#[test]
fn hostile_values_are_data_or_refused() {
    let faults: Vec<String> = PLACES
        .par_iter()
        .flat_map_iter(|place| {
            let word = run(place, WORD);
            // Without the package.
            let minus = place.starts_with(r#"{"packages": ["@"#);
            let values = VALUES
                .iter()
                .filter(move |value| !(minus && **value == "-x"));
            values.filter_map(move |value| {
                let (found, word) = match (run(place, value), &word) {
                    (Ok(Some(found)), Ok(Some(word))) => (found, word),
                    (Ok(None), _) => return None,
                    (found, _) => return Some(format!("{place} {value:?}: {found:?}")),
                };
                if found.keys().any(|name| name.ends_with("CANARY")) {
                    return Some(format!("{place} {value:?}: it ran"));
                }
                let calls = |seen: &Seen| seen["root/calls"].replace(WORD, value);
                let same = calls(word) == calls(&found) || place.contains("scripts");
                (!same).then(|| format!("{place} {value:?}:\n{}\n{}", calls(word), calls(&found)))
            })
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
