//! Generated files, read by the programs they are made for: pykickstart, libvirt, virt-install, the shell.
//!
//! Nothing here needs a daemon. Domains are made on virt-install's own test connection, which plays a host with KVM,
//! and networks are defined on libvirt's test driver.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use roxmltree::{Document, Node};
use serde_json::Value;

use crate::support::{Run, SITES, Site, judge, project, tree};

/// A site with its workdir.
struct Lab {
    site: Site,
    options: Vec<&'static str>,
}

impl Lab {
    fn new(from: &str, file: Option<&'static str>) -> Self {
        let lab = Self {
            site: Site::copy(from),
            options: file.map_or_else(Vec::new, |file| vec!["-c", file]),
        };
        lab.site
            .succeed(&[&lab.options[..], &["generate"]].concat());
        lab
    }

    fn all() -> Vec<Self> {
        SITES
            .iter()
            .map(|(from, file)| Self::new(from, *file))
            .collect()
    }

    fn workdir(&self) -> PathBuf {
        self.site.path().join("workdir")
    }

    /// The absolute paths of the generated files whose path ends so; a lab with no network of its own has no XML.
    fn files(&self, ending: &str) -> Vec<String> {
        let names = tree(&self.workdir())
            .into_keys()
            .filter(|name| name.ends_with(ending));
        let files: Vec<String> = names
            .map(|name| self.workdir().join(name).display().to_string())
            .collect();
        assert!(
            !files.is_empty()
                || (ending == ".xml" && !self.workdir().join("host/networks.d").exists()),
            "{} has no {ending}",
            self.workdir().display()
        );
        files
    }

    /// The resolved values of every guest.
    fn guests(&self) -> Vec<Value> {
        let mut guests: Vec<String> = fs::read_dir(self.workdir().join("guests.d"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        guests.sort();
        guests
            .into_par_iter()
            .map(|name| self.guest(&name))
            .collect()
    }

    fn guest(&self, name: &str) -> Value {
        let object = format!("guest/{name}");
        let run = self
            .site
            .run(&[&self.options[..], &["show", &object, "--format", "json"]].concat());
        serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{object}: {error}\n{}", run.stderr))
    }

    fn script(&self, guest: &Value) -> PathBuf {
        self.workdir()
            .join("guests.d")
            .join(text(&guest["name"]))
            .join("vmbuild.sh")
    }
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("text is due, not {value}"))
}

/// A connection of virt-install's own to a host that is described by files: KVM, nothing real.
pub(crate) fn kvm_host() -> String {
    let file = |name: &str| project("tests/judges").join(name).display().to_string();
    format!(
        "__virtinst_test__test://{},predictable,fakeuri=qemu:///system,caps={},domcaps={}",
        file("testdriver.xml"),
        file("capabilities.xml"),
        file("domain-capabilities.xml")
    )
}

/// Runs a build script from a directory of its own, which must stay empty.
#[track_caller]
pub(crate) fn build(script: &Path, args: &[&str]) -> String {
    build_with(None, script, args)
}

/// The directory of another release of virt-install than the installed one: 5 beside 4, or 4 beside 5.
fn other_release() -> PathBuf {
    let dir = project(".venv/virt-install/usr/bin");
    assert!(
        dir.join("virt-install").exists(),
        "the other release of virt-install is missing: install it with `make judges`"
    );
    dir
}

/// Runs a build script, with programs of a directory before those of the host.
#[track_caller]
fn build_with(programs: Option<&Path>, script: &Path, args: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let (here, home) = (dir.path().join("here"), dir.path().join("home"));
    fs::create_dir(&here).unwrap();
    fs::create_dir(&home).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let path = programs
        .map(Path::to_owned)
        .into_iter()
        .chain(std::env::split_paths(&path));
    let output = Command::new(script)
        .args(args)
        .current_dir(&here)
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("HOME", &home)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("LIBVIRT_DEFAULT_URI")
        .output()
        .unwrap();
    let run = Run::of(&output);
    let missing = ["virsh", "virt-install"]
        .iter()
        .find(|name| run.stderr.contains(&format!("{name} is not installed")));
    assert!(
        missing.is_none(),
        "{missing:?} cannot be run: install it with `make judges`"
    );
    assert_eq!(
        run.status,
        0,
        "{} {args:?}:\n{}",
        script.display(),
        run.stderr
    );
    assert!(
        tree(&here).is_empty(),
        "{} {args:?} left files where it was run",
        script.display()
    );
    run.stdout
}

#[test]
fn kickstarts_are_what_pykickstart_reads() {
    for lab in Lab::all() {
        let guests = lab.guests();
        let kickstarted = guests.par_iter().filter(|guest| {
            guest["os"]["installer"] == "kickstart" && guest["virtinst"].get("image").is_none()
        });
        kickstarted.for_each(|guest| {
            let syntax = text(&guest["os"]["syntax"]);
            let file = lab
                .workdir()
                .join("guests.d")
                .join(text(&guest["name"]))
                .join("ks.cfg")
                .display()
                .to_string();
            let run = judge("ksvalidator", &["-v", syntax, &file]);
            let said: Vec<&str> = run
                .stdout
                .lines()
                .chain(run.stderr.lines())
                .filter(|line| !line.is_empty())
                .collect();
            assert!(
                run.status == 0 && said == [format!("Checking kickstart file {file}")],
                "{syntax} {file}: {said:#?}"
            );
        });
    }
}

#[test]
fn the_kickstart_judge_sees_faults() {
    let site = Site::new(&[
        ("gone.cfg", "lang C\nauthconfig --enableshadow\n"),
        ("wrong.cfg", "zerombr yes\n"),
    ]);
    for (file, syntax, complaint) in [
        ("gone.cfg", "RHEL8", "deprecated"),
        ("wrong.cfg", "RHEL6", "unrecognized arguments"),
    ] {
        let run = judge(
            "ksvalidator",
            &["-v", syntax, &site.path().join(file).display().to_string()],
        );
        let said = run.stdout + &run.stderr;
        assert!(said.contains(complaint), "{syntax} {file}: {said}");
    }
}

#[test]
fn networks_are_valid_and_can_be_defined_twice() {
    for lab in Lab::all() {
        for file in lab
            .files(".xml")
            .iter()
            .filter(|file| file.contains("/host/networks.d/"))
        {
            let run = judge("virt-xml-validate", &[file, "network"]);
            assert_eq!(run.status, 0, "{file}: {}{}", run.stdout, run.stderr);
            let define = format!("net-define {file}; net-define {file}");
            let run = judge("virsh", &["-c", "test:///default", &define]);
            assert!(
                run.status == 0 && run.stdout.matches(" defined from ").count() == 2,
                "{file}: {}",
                run.stderr
            );
            #[cfg(feature = "apply")]
            defined_by_the_library(file);
        }
    }
}

/// What libvirt keeps of a network is what its XML says, also the second time.
#[cfg(feature = "apply")]
fn defined_by_the_library(file: &str) {
    let connection = virt::connect::Connect::open(Some("test:///default")).unwrap();
    let xml = fs::read_to_string(file).unwrap();
    let mut name = String::new();
    for _ in 0..2 {
        name = miniascape::apply::define_network(&connection, &xml)
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let kept = connection
            .lookup_network_by_name(&name)
            .unwrap()
            .xml_desc(0)
            .unwrap();
        let (kept, asked) = (
            Document::parse(&kept).unwrap(),
            Document::parse(&xml).unwrap(),
        );
        for tag in ["uuid", "host", "hostname", "range", "lab", "mac", "domain"] {
            assert_eq!(
                said(&kept, tag),
                said(&asked, tag),
                "{file}: <{tag}> as libvirt keeps it"
            );
        }
    }
    // The test driver is one host for the whole process, and the next site may have a network of this name.
    connection
        .lookup_network_by_name(&name)
        .unwrap()
        .undefine()
        .unwrap();
}

/// The text and attributes of all elements of a name, in order.
#[cfg(feature = "apply")]
fn said(document: &Document, tag: &str) -> Vec<String> {
    let elements = document
        .descendants()
        .filter(|node| node.tag_name().name() == tag);
    elements
        .map(|node| {
            let mut attributes: Vec<String> = node
                .attributes()
                .map(|a| format!("{}={}", a.name(), a.value()))
                .collect();
            attributes.sort();
            format!(
                "{} {}",
                attributes.join(" "),
                node.text().unwrap_or_default().trim()
            )
        })
        .collect()
}

#[test]
fn scripts_satisfy_bash_and_shellcheck() {
    for lab in Lab::all() {
        let scripts = lab.files("/vmbuild.sh");
        scripts.par_iter().for_each(|script| {
            let run = judge("bash", &["-n", script]);
            assert_eq!(run.status, 0, "{}", run.stderr);
            let run = judge("shellcheck", &[script]);
            assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        });
    }
}

#[test]
fn scripts_ask_virt_install_for_the_resolved_machine() {
    let other = other_release();
    let mut seen = HashSet::new();
    let mut kinds = HashSet::new();
    for lab in Lab::all() {
        let networks: Vec<String> = tree(&lab.workdir())
            .into_keys()
            .filter(|name| name.ends_with(".xml"))
            .collect();
        let mut guests = lab.guests();
        guests.retain(|guest| seen.insert(shape(guest)));
        let kinds: Vec<(Value, bool)> = guests
            .into_iter()
            .map(|guest| {
                let first = kinds.insert(kind(&guest));
                (guest, first)
            })
            .collect();
        kinds.par_iter().for_each(|(guest, first_of_its_kind)| {
            let script = lab.script(guest);
            let kernel_args = kernel_args(guest);
            // How the installer is started depends on less.
            let modes = if *first_of_its_kind {
                &["-n", "-i"][..]
            } else {
                &["-n"]
            };
            for &mode in modes {
                let args = [mode, "-c", &kvm_host()];
                let printed = build(&script, &args);
                if *first_of_its_kind {
                    let other = build_with(Some(&other), &script, &args);
                    // They sort some elements differently.
                    let sorted = |xml: &str| {
                        let mut lines: Vec<String> = xml.lines().map(str::to_owned).collect();
                        lines.sort_unstable();
                        lines
                    };
                    assert_eq!(
                        sorted(&other),
                        sorted(&printed),
                        "{} {mode}",
                        script.display()
                    );
                }
                let file = lab
                    .site
                    .path()
                    .join(format!("{}{mode}.xml", text(&guest["name"])));
                fs::write(&file, &printed).unwrap();
                let run = judge(
                    "virt-xml-validate",
                    &[&file.display().to_string(), "domain"],
                );
                assert_eq!(
                    run.status,
                    0,
                    "{}: {}{}",
                    file.display(),
                    run.stdout,
                    run.stderr
                );
                let document = Document::parse(&printed).unwrap();
                let domain = document.root_element();
                machine(&domain, guest);
                devices(&domain, guest, mode == "-i", &networks);
                stamp(&domain, guest);
                let boots_itself = guest["install"].get("cdrom").is_some();
                if guest["virtinst"].get("image").is_some() || boots_itself {
                    assert!(
                        find(&domain, "os/kernel").is_none(),
                        "an image or medium boots its own kernel"
                    );
                } else if mode == "-i" {
                    assert_eq!(at(&domain, "os/cmdline").text(), Some(&*kernel_args));
                } else {
                    let comment = document
                        .root()
                        .children()
                        .find_map(|node| node.is_comment().then(|| node.text()))
                        .flatten();
                    assert!(
                        comment.is_some_and(|text| text.trim().ends_with(&kernel_args)),
                        "{comment:?}"
                    );
                    assert!(
                        find(&domain, "os/kernel").is_none(),
                        "the finished guest boots from its disk"
                    );
                }
            }
        });
    }
}

/// What decides which arguments virt-install is given. One guest of each shape is tried: virt-install takes seconds.
fn shape(guest: &Value) -> String {
    let fields = |object: &Value, wanted: fn(&str) -> bool| -> Vec<(String, Value)> {
        let fields = object.as_object().into_iter().flatten();
        let wanted = fields.filter(|(key, _)| wanted(key));
        wanted
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    let each = |list: &Value, wanted: fn(&str) -> bool| -> Vec<_> {
        let items = list.as_array().into_iter().flatten();
        items.map(|item| fields(item, wanted)).collect()
    };
    let virtinst = fields(&guest["virtinst"], |key| {
        !matches!(
            key,
            "ram" | "vcpus" | "location" | "extra_args" | "waittime"
        )
    });
    let install = fields(&guest["install"], |key| {
        matches!(key, "file" | "volume" | "cdrom" | "kernel")
    });
    let disks = each(&guest["disks"], |key| {
        matches!(
            key,
            "pool" | "path" | "bus" | "format" | "cache" | "shareable" | "backing"
        )
    });
    let nics = each(&guest["interfaces"], |key| matches!(key, "model" | "mtu"));
    format!(
        "{virtinst:?} {install:?} {disks:?} {nics:?} {}",
        guest["seal"]
    )
}

/// What releases of virt-install may see differently: one guest of each kind is shown to two of them.
fn kind(guest: &Value) -> String {
    let (virtinst, install) = (&guest["virtinst"], &guest["install"]);
    format!(
        "{} {} {} {} {}",
        install["file"],
        install["cdrom"],
        virtinst["arch"],
        virtinst["machine"],
        virtinst["firmware"]
    )
}

/// The installer's kernel arguments: the program's own, then the user's.
fn kernel_args(guest: &Value) -> String {
    let own = guest["install"]["kernel_args"]
        .as_array()
        .unwrap()
        .iter()
        .map(text);
    own.chain([text(&guest["virtinst"]["extra_args"])])
        .filter(|arg| !arg.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first element at a path of names below `node`.
fn find<'a, 'input>(node: &Node<'a, 'input>, path: &str) -> Option<Node<'a, 'input>> {
    path.split('/').try_fold(*node, |node, name| {
        node.children()
            .find(|child| child.tag_name().name() == name)
    })
}

#[track_caller]
pub(crate) fn at<'a, 'input>(node: &Node<'a, 'input>, path: &str) -> Node<'a, 'input> {
    find(node, path).unwrap_or_else(|| panic!("<{}> has no {path}", node.tag_name().name()))
}

#[track_caller]
fn attribute<'a>(node: &Node<'a, '_>, path: &str) -> &'a str {
    let (path, name) = path.rsplit_once('@').unwrap();
    let element = if path.is_empty() {
        *node
    } else {
        at(node, path)
    };
    element
        .attribute(name)
        .unwrap_or_else(|| panic!("{path} has no {name}"))
}

fn machine(domain: &Node, guest: &Value) {
    let virtinst = &guest["virtinst"];
    assert_eq!(attribute(domain, "@type"), virtinst["virt_type"]);
    assert_eq!(at(domain, "name").text().unwrap(), guest["name"]);
    assert_eq!(at(domain, "uuid").text().unwrap(), guest["uuid"]);
    assert_eq!(
        find(domain, "description").and_then(|node| node.text()),
        guest["description"].as_str()
    );
    for tag in ["memory", "currentMemory"] {
        assert!(matches!(
            at(domain, tag).attribute("unit"),
            None | Some("KiB")
        ));
        assert_eq!(
            at(domain, tag).text().unwrap().parse::<u64>().unwrap(),
            virtinst["ram"].as_u64().unwrap() * 1024
        );
    }
    assert_eq!(
        at(domain, "vcpu").text().unwrap(),
        virtinst["vcpus"].to_string()
    );
    assert_eq!(attribute(domain, "os/type@arch"), virtinst["arch"]);
    assert_eq!(attribute(domain, "os/type@machine"), virtinst["machine"]);
    let uefi = virtinst["firmware"] == "uefi";
    assert_eq!(
        at(domain, "os").attribute("firmware"),
        uefi.then_some("efi")
    );
    if uefi {
        let features = at(domain, "os/firmware")
            .children()
            .filter(Node::is_element);
        let enabled = if virtinst["secure_boot"] == true {
            "yes"
        } else {
            "no"
        };
        assert!(
            features
                .map(|feature| attribute(&feature, "@enabled"))
                .all(|state| state == enabled)
        );
    }
    assert_eq!(
        find(domain, "devices/tpm").is_some(),
        virtinst["tpm"] == true
    );
    assert_eq!(
        attribute(domain, "devices/graphics@type"),
        virtinst["graphics"]
    );
    let has_it = virtinst["video"] != "vga" || virtinst["arch"] == "x86_64";
    let video = if has_it {
        text(&virtinst["video"])
    } else {
        "virtio"
    };
    assert_eq!(attribute(domain, "devices/video/model@type"), video);
}

fn devices(domain: &Node, guest: &Value, installing: bool, networks: &[String]) {
    let all = |name: &'static str| {
        at(domain, "devices")
            .children()
            .filter(move |node| node.has_tag_name(name))
    };
    let disks: Vec<Node> = all("disk")
        .filter(|disk| disk.attribute("device") != Some("cdrom"))
        .collect();
    let wanted = guest["disks"].as_array().unwrap();
    // After the guest's own disks, the volume with what a cloud image is told, or an installer that has no medium for it.
    let install = &guest["install"];
    let told = installing && install.get("volume").is_some() && install.get("cdrom").is_none();
    let seed = told || guest["virtinst"].get("image").is_some();
    assert_eq!(disks.len(), wanted.len() + usize::from(seed));
    if seed {
        let name = format!("{}-seed.iso", text(&guest["name"]));
        let disk = &disks[wanted.len()];
        assert_eq!(attribute(disk, "source@volume"), name);
        assert_eq!(attribute(disk, "target@bus"), "virtio");
        assert!(find(disk, "readonly").is_some(), "{name} is read-only");
    }
    for (disk, wanted) in disks.iter().zip(wanted) {
        let source = at(disk, "source");
        if wanted.get("pool").is_some() {
            assert_eq!(attribute(disk, "@type"), "volume");
            assert_eq!(
                (attribute(&source, "@pool"), attribute(&source, "@volume")),
                (text(&wanted["pool"]), text(&wanted["vol"]))
            );
        } else if text(&wanted["path"]).starts_with("/dev/") {
            assert_eq!(attribute(disk, "@type"), "block");
            assert_eq!(attribute(&source, "@dev"), wanted["path"]);
        } else {
            assert_eq!(attribute(&source, "@file"), wanted["path"]);
        }
        assert_eq!(attribute(disk, "target@dev"), wanted["device"]);
        assert_eq!(attribute(disk, "target@bus"), wanted["bus"]);
        assert_eq!(attribute(disk, "driver@type"), wanted["format"]);
        assert_eq!(attribute(disk, "driver@cache"), wanted["cache"]);
        assert_eq!(
            find(disk, "shareable").is_some(),
            wanted["shareable"] == true
        );
    }
    let nics: Vec<Node> = all("interface").collect();
    let wanted = guest["interfaces"].as_array().unwrap();
    assert_eq!(nics.len(), wanted.len());
    for (nic, wanted) in nics.iter().zip(wanted) {
        assert_eq!(attribute(nic, "mac@address"), wanted["mac"]);
        assert_eq!(attribute(nic, "model@type"), wanted["model"]);
        let network = attribute(nic, "source@network");
        assert_eq!(network, wanted["network"]);
        assert!(
            // libvirt's own network is the host's.
            network == "default" || networks.contains(&format!("host/networks.d/{network}.xml")),
            "network {network} is generated"
        );
        let mtu = find(nic, "mtu").map(|mtu| attribute(&mtu, "@size").parse::<u64>().unwrap());
        assert_eq!(mtu, wanted["mtu"].as_u64());
    }
}

fn stamp(domain: &Node, guest: &Value) {
    let stamp = at(domain, "metadata/lab");
    assert_eq!(
        stamp.tag_name().namespace().unwrap(),
        "urn:miniascape:lab:1"
    );
    assert_eq!(attribute(&stamp, "@site"), guest["site"]);
    assert_eq!(attribute(&stamp, "@digest"), guest["stamp"]["digest"]);
    let volumes: Vec<&str> = attribute(&stamp, "@volumes").split_whitespace().collect();
    let made = guest["disks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|disk| disk.get("size").is_some() && disk["shareable"] == false);
    let mut made: Vec<String> = made
        .filter_map(|disk| Some(format!("{}/{}", disk["pool"].as_str()?, text(&disk["vol"]))))
        .collect();
    if guest["install"].get("volume").is_some() {
        made.push(format!("default/{}-seed.iso", text(&guest["name"])));
    }
    assert_eq!(volumes, made);
}

#[test]
fn sam_is_the_sessions_machine() {
    let lab = Lab::new("examples/service", None);
    let sam = lab.guest("sam");
    let script = lab.script(&sam);
    let printed = build(&script, &["--dry-run", "--connect", &kvm_host()]);
    let document = Document::parse(&printed).unwrap();
    let domain = document.root_element();
    let value = |path: &str| at(&domain, path).text().unwrap();
    assert_eq!(value("name"), "sam");
    assert_eq!(value("memory"), (2048 * 1024).to_string());
    assert_eq!(value("vcpu"), "2");
    for (path, wanted) in [
        ("devices/disk/source@pool", "default"),
        ("devices/disk/driver@type", "qcow2"),
        ("devices/disk/driver@cache", "none"),
        ("devices/disk/target@bus", "virtio"),
        ("devices/interface/source@network", "service"),
        ("devices/interface/mac@address", "52:54:00:05:00:15"),
        ("devices/interface/model@type", "virtio"),
        ("devices/graphics@type", "vnc"),
    ] {
        assert_eq!(attribute(&domain, path), wanted, "{path}");
    }
    assert_eq!(sam["disks"][0]["size"], 5_u64 << 30);
    let script = fs::read_to_string(script).unwrap();
    for wanted in [
        "--initrd-inject \"$answers\"",
        "ks=file:/ks.cfg ksdevice=eth0",
        "5368709120",
    ] {
        assert!(script.contains(wanted), "the script has no {wanted}");
    }
    assert!(
        script
            .lines()
            .any(|line| line.starts_with("answers=") && line.ends_with("/ks.cfg")),
        "ks.cfg is not what is injected"
    );
}

/// With libvirt's own test driver there is a pool to look up, and the environment may name the connection.
#[test]
fn scripts_take_a_volumes_place_from_its_pool() {
    let lab = Lab::new("examples/service", None);
    let script = lab.script(&lab.guest("rhel-6-cluster-1"));
    let uri = format!(
        "test://{}",
        project("tests/judges/testdriver.xml").display()
    );
    let output = Command::new(&script)
        .arg("-n")
        .env("LIBVIRT_DEFAULT_URI", &uri)
        .current_dir("/")
        .output()
        .unwrap();
    let run = Run::of(&output);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let document = Document::parse(&run.stdout).unwrap();
    let sources = document
        .descendants()
        .filter(|node| node.has_tag_name("source") && node.has_attribute("file"));
    let files: Vec<&str> = sources.map(|source| attribute(&source, "@file")).collect();
    assert_eq!(
        files,
        [
            "/srv/images/rhel-6-cluster-1-1.qcow2",
            "/srv/images/quorum6.img"
        ]
    );
}

#[test]
fn scripts_explain_themselves_and_refuse_what_they_do_not_know() {
    let lab = Lab::new("tests/sites/normative-c", Some("farm.yml"));
    let script = lab.script(&lab.guest("mon"));
    assert!(build(&script, &["-h"]).contains("Usage: vmbuild.sh"));
    for args in [&["--frob"][..], &["-c"], &["-n", "extra"]] {
        let output = Command::new(&script).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            output.stdout.is_empty(),
            "{args:?}: talk goes to standard error"
        );
    }
}
