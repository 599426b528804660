//! Base images that subiquity installs: what seals them, and what cloud-init makes of the guests that start from one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{generate, put, seal, system, texts};
use crate::payloads::Scratch;
use crate::support::{judge, project};

/// What is copied to the new system afterwards must not stay there.
#[test]
fn subiquity_seals_last_and_keeps_its_logs_to_itself() {
    let site = generate();
    let scratch = Scratch::new();
    for file in ["installer.sh", "system.sh", "seal.sh"] {
        let text = site.read(&format!("workdir/guests.d/ubuntu/{file}"));
        scratch.put(&format!("run/miniascape/{file}"), &text);
    }
    system(&scratch.path("target"));
    for program in ["curtin", "mount"] {
        scratch.program(
            program,
            "#!/bin/sh\necho \"${0##*/} $*\" >> /root/calls\n[ ! -e /target/root/.miniascape-sealed ] || echo sealed >> /root/calls\n",
        );
    }
    scratch.put("root/late", "sh /run/miniascape/installer.sh late\n");
    scratch.run("/bin/sh", "/root/late");
    assert_eq!(
        fs::read_to_string(scratch.path("root/calls")).unwrap(),
        "curtin in-target --target=/target -- sh /root/system.sh\n\
         curtin in-target --target=/target -- /bin/sh /root/post-1\n\
         curtin in-target --target=/target -- /bin/sh /root/post-2\n\
         mount -t tmpfs -o mode=0700 tmpfs /target/var/log/installer\nsealed\n"
    );
    let target = texts(&scratch.path("target"));
    assert!(!target.iter().any(|(_, text)| text == "goes\n"));
    assert!(scratch.path("target/var/log/installer").is_dir());
    assert!(!scratch.path("target/root/.miniascape-installed").exists());
    assert_eq!(
        fs::read_to_string(scratch.path("dev/console")).unwrap(),
        "miniascape: sealed ubuntu\n"
    );
}

/// Programs by which cloud-init looks at a machine: a virtual one, with the volume of a guest.
const MACHINE: &[(&str, &str)] = &[
    ("systemd-detect-virt", "#!/bin/sh\necho kvm\n"),
    (
        "blkid",
        "#!/bin/sh\nprintf 'DEVNAME=/dev/vdb\\nLABEL=cidata\\nTYPE=iso9660\\n'\n",
    ),
];

/// Asks cloud-init what it is set up from, as the first of its programs does at every boot; it may not look at all.
fn source(root: &Path) -> Option<String> {
    put(root, "proc/cmdline", "root=/dev/vda2 ro\n");
    put(root, "proc/uptime", "1.00 1.00\n");
    for (program, text) in MACHINE {
        put(root, &format!("machine/{program}"), text);
        let program = root.join("machine").join(program);
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = project(".venv/cloud-init/usr/lib/cloud-init/ds-identify");
    assert!(
        program.exists(),
        "cloud-init is missing: install it with `make judges`"
    );
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", root.join("machine").display());
    let answer = root.join("run/cloud-init/cloud.cfg");
    let run = Command::new("sh")
        .arg(program)
        .arg("--force")
        .env("PATH", path)
        .env("PATH_ROOT", root)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    fs::read_to_string(answer).ok()
}

/// Subiquity sets cloud-init up to do what it was told itself and nothing more, and turns it off after that.
#[test]
fn cloud_init_reads_the_seeds_of_guests_again() {
    let site = generate();
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    put(root, "etc/cloud/cloud.cfg", "preserve_hostname: false\n");
    for (path, text) in [
        (
            "cloud.cfg.d/90_dpkg.cfg",
            "datasource_list: [ NoCloud, ConfigDrive, None ]\n",
        ),
        (
            "cloud.cfg.d/99-installer.cfg",
            "datasource:\n  None:\n    metadata: {instance-id: 7}\ndatasource_list: [None]\n",
        ),
        (
            "cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg",
            "network: {config: disabled}\n",
        ),
        (
            "cloud.cfg.d/curtin-preserve-sources.cfg",
            "apt: {preserve_sources_list: true}\n",
        ),
        ("ds-identify.cfg", "policy: enabled\n"),
    ] {
        put(root, &format!("etc/cloud/{path}"), text);
    }
    let settings = || {
        let ask = "import json, sys; from cloudinit import util; print(json.dumps(util.read_conf_with_confd(sys.argv[1])))";
        let config = root.join("etc/cloud/cloud.cfg");
        let run = judge("python", &["-c", ask, &config.display().to_string()]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        serde_json::from_str::<Value>(&run.stdout).unwrap()
    };
    assert_eq!(settings()["network"], json!({"config": "disabled"}));
    assert_eq!(source(root), None);
    let run = seal(&site, &["sh"], "ubuntu", &[root]);
    assert!(run.status.success());
    assert_eq!(
        settings(),
        json!({"preserve_hostname": false, "datasource_list": ["NoCloud", "ConfigDrive", "None"]})
    );
    assert_eq!(
        source(root).as_deref(),
        Some("datasource_list: [ NoCloud, None ]\n")
    );
}
