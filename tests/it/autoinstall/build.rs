//! A build script whose installer finds its files on a volume, before a virsh and a virt-install that say what a libvirt
//! would on which the install ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::Site;

/// Keeps the volumes as files of `volumes/`, and the domain's state as `domain`; notes each call.
const VIRSH: &str = r#"#!/bin/bash
[[ $1 == --quiet ]] && shift 3
echo "$*" >> calls
case "$*" in
  uri) echo stub ;;
  'vol-info --bytes --pool '*)
    [[ -e volumes/$5 ]] || exit 1
    printf 'Type: file\nCapacity: %s bytes\nAllocation: 0 bytes\n' "$(< "volumes/$5")"
    ;;
  'vol-info --pool '*) [[ -e volumes/$4 ]] || exit 1 ;;
  'vol-create-as '*) echo "$4" > "volumes/$3" ;;
  'vol-upload --pool '*) cp "$5" seed.iso ;;
  'vol-delete --pool '*) rm "volumes/$4" ;;
  'domstate --reason '*) echo 'shut off (shutdown)' ;;
  'domstate '*) [[ -e domain ]] && echo 'shut off' ;;
  'domblklist '*) printf ' vda   /var/lib/libvirt/images/a-1.qcow2\n vdb   /var/lib/libvirt/images/a-seed.iso\n' ;;
esac
"#;

const VIRT_INSTALL: &str = r#"#!/bin/bash
[[ "$*" == '--osinfo list' ]] && { echo linux2022; exit; }
printf '%s\n' "$@" > installed
touch domain
"#;

/// A guest of the system.
fn lab(os: &str) -> String {
    format!(
        "site: x
networks: {{lan: {{subnet: 10.0.0.0/24}}}}
guests:
  a:
    os: {os}
    rootpw: locked
    virtinst: {{location: '/srv/a, b.iso'}}
    interfaces: [{{network: lan, ip: auto}}]
"
    )
}

/// What is different for each installer: the system, its kernel and initrd, its first arguments, and what is on its volume.
const INSTALLERS: &[(&str, &str, &str, &[&str])] = &[
    (
        "ubuntu24.04",
        "kernel=casper/vmlinuz,initrd=casper/initrd",
        "autoinstall noprompt",
        &[
            "cidata",
            "#cloud-config\n",
            "instance-id: ",
            "curtin in-target",
        ],
    ),
    (
        "opensuse16.0",
        "kernel=boot/x86_64/loader/linux,initrd=boot/x86_64/loader/initrd",
        "inst.auto=label://OEMDRV/autoinst.json inst.finish=poweroff",
        &[
            "OEMDRV",
            "  \"product\": {",
            "chroot /mnt sh /root/system.sh",
            "/etc/NetworkManager/",
        ],
    ),
];

#[test]
fn the_volume_goes_when_the_guest_is_installed() {
    for (os, kernel, arguments, texts) in INSTALLERS {
        installs(os, kernel, arguments, texts);
    }
}

/// Builds a guest, and looks at what virt-install and virsh are told.
fn installs(os: &str, kernel: &str, arguments: &str, texts: &[&str]) {
    let site = Site::new(&[
        ("lab.yml", &lab(os)),
        ("bin/virsh", VIRSH),
        ("bin/virt-install", VIRT_INSTALL),
        ("volumes/none", ""),
    ]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    for program in ["virsh", "virt-install"] {
        let program = site.path().join("bin").join(program);
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let run = Command::new("bash")
        .arg("workdir/guests.d/a/vmbuild.sh")
        .current_dir(site.path())
        .env(
            "PATH",
            format!("{}:{path}", site.path().join("bin").display()),
        )
        .env_remove("LIBVIRT_DEFAULT_URI")
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success(), "{said}");
    assert!(said.ends_with("a: installed, and shut off\n"), "{said}");
    let installed = site.read("installed");
    for argument in [
        &*format!("--location\nlocation=\"/srv/a, b.iso\",{kernel}\n"),
        &format!("--extra-args\n{arguments} console=tty0 console=ttyS0,115200\n"),
        "--disk\nvol=\"default/a-seed.iso\",target.bus=virtio,driver.type=raw,readonly=yes\n",
    ] {
        assert!(installed.contains(argument), "{installed}");
    }
    assert!(!installed.contains("--initrd-inject"), "{installed}");
    let calls = site.read("calls");
    let detached = calls.find(" vdb --config\n").unwrap();
    let deleted = calls
        .find("vol-delete --pool default a-seed.iso\n")
        .unwrap();
    let finished = calls.find("state='installed'").unwrap();
    assert!(detached < deleted && deleted < finished, "{calls}");
    let stamp = calls[finished..].lines().next().unwrap();
    assert!(stamp.contains("volumes='default/a-1.qcow2'"), "{stamp}");
    assert!(site.path().join("volumes/a-1.qcow2").exists());
    let seed = fs::read(site.path().join("seed.iso")).unwrap();
    let holds = |text: &str| {
        seed.windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    for text in texts {
        assert!(holds(text), "{text}");
    }
}
