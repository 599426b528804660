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
[[ "$*" == '--osinfo list' ]] && { echo ubuntu24.04; exit; }
printf '%s\n' "$@" > installed
touch domain
"#;

const LAB: &str = "site: x
networks: {lan: {subnet: 10.0.0.0/24}}
guests:
  a:
    os: ubuntu24.04
    rootpw: locked
    virtinst: {location: '/srv/a, b.iso'}
    interfaces: [{network: lan, ip: auto}]
";

#[test]
fn the_volume_goes_when_the_guest_is_installed() {
    let site = Site::new(&[
        ("lab.yml", LAB),
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
        "--location\nlocation=\"/srv/a, b.iso\",kernel=casper/vmlinuz,initrd=casper/initrd\n",
        "--extra-args\nautoinstall noprompt console=tty0 console=ttyS0,115200\n",
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
    for text in [
        "cidata",
        "#cloud-config\n",
        "instance-id: ",
        "curtin in-target",
    ] {
        assert!(holds(text), "{text}");
    }
}
