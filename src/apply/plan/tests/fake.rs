//! A host that answers what it is told to, and the lab that was applied to it.

use std::collections::HashMap;
use std::path::Path;

use crate::apply::live::Volume;
use crate::apply::plan::{Action, Desired, Item, Plan, Scope, plan};
use crate::apply::{HostError, Hypervisor, Object};
use crate::diag::Sink;
use crate::files::Files;
use crate::link::uuid;
use crate::load_text;
use crate::render::{Selection, digests, render};

const LAB: &str = "\
site: web
networks: {lan: {subnet: 10.20.0.0/24, domain: web.test}}
storages: {disks: {target: /srv/disks}}
common:
  os: debian12
  rootpw: locked
  ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnqRnRcUa7VbWTfDpPvxFZkBIPEDQcq9YKu5vCwoWW2 me]
  interfaces: [{network: lan, ip: 10.20.0.5, mac: \"52:54:00:00:00:05\"}]
  disks: [{pool: disks, size: 10}]
  virtinst: {ram: 2048, vcpus: 2}
guests: {db: {}}
";

/// A host that answers what it is told to.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) networks: Vec<Object>,
    pub(super) pools: Vec<Object>,
    pub(super) domains: Vec<Object>,
    pub(super) volumes: HashMap<String, Volume>,
}

impl Hypervisor for Fake {
    fn uri(&self) -> &'static str {
        "fake:///system"
    }

    fn networks(&self) -> Result<Vec<Object>, HostError> {
        Ok(self.networks.clone())
    }

    fn pools(&self) -> Result<Vec<Object>, HostError> {
        Ok(self.pools.clone())
    }

    fn domains(&self) -> Result<Vec<Object>, HostError> {
        Ok(self.domains.clone())
    }

    fn volume(&self, pool: &str, name: &str) -> Result<Option<Volume>, HostError> {
        Ok(self.volumes.get(&format!("{pool}/{name}")).cloned())
    }
}

impl Fake {
    /// The host on which the lab was applied, with its guest on.
    pub(super) fn applied() -> Self {
        let (network, pool, digest) = compiled(|desired| {
            (
                desired.networks["lan"].clone(),
                desired.storages["disks"].clone(),
                desired.digests["db"].clone(),
            )
        });
        let object = |kind: &str, name: &str, xml: String| Object {
            name: name.to_owned(),
            uuid: uuid("web", kind, name),
            stored: Some(xml.clone()),
            running: Some(xml),
            autostart: Some(true),
        };
        let volume = Volume {
            path: "/srv/disks/db-1.qcow2".to_owned(),
            capacity: 10 << 30,
            allocation: 5 << 30,
            is_block: false,
        };
        Self {
            networks: vec![object("network", "lan", network)],
            pools: vec![object("storage", "disks", pool)],
            domains: vec![object("guest", "db", domain(&digest))],
            volumes: HashMap::from([("disks/db-1.qcow2".to_owned(), volume)]),
        }
    }

    /// The same, with text replaced in an object's stored definition, its running one, or both.
    pub(super) fn with(mut self, which: Which, from: &str, to: &str) -> Self {
        let objects = self.networks.iter_mut().chain(&mut self.pools);
        let mut found = false;
        for object in objects.chain(&mut self.domains) {
            let sides = [
                (which != Which::Running).then_some(&mut object.stored),
                (which != Which::Stored).then_some(&mut object.running),
            ];
            for xml in sides.into_iter().flatten().flatten() {
                found |= xml.contains(from);
                *xml = xml.replace(from, to);
            }
        }
        assert!(found, "no definition has {from:?}");
        self
    }

    pub(super) fn plan(&self) -> Plan {
        compiled(|desired| plan(desired, self, &Scope::default()).unwrap())
    }

    pub(super) fn adopting(&self) -> Plan {
        let scope = Scope {
            adopt: true,
            ..Scope::default()
        };
        compiled(|desired| plan(desired, self, &scope).unwrap())
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Which {
    Stored,
    Running,
    Both,
}

/// Calls something with what the lab is to be.
pub(super) fn compiled<T>(then: impl FnOnce(&Desired<'_>) -> T) -> T {
    let (mut files, mut sink) = (Files::default(), Sink::default());
    let loaded = load_text("lab.yml", LAB, Path::new("."), &mut files, &mut sink).unwrap();
    let (lab, engine, payloads) = (&loaded.lab, &loaded.engine, &loaded.payloads);
    let sources = &files.sources;
    let all = Selection::all();
    let files = render(lab, engine, payloads, &all, sources, &mut sink);
    let xml = |path: &str, name: &str| {
        let file = files.iter().find(|file| file.path == path).unwrap();
        let text = String::from_utf8(file.content.to_vec()).unwrap();
        HashMap::from([(name.to_owned(), text)])
    };
    then(&Desired {
        lab,
        networks: &xml("host/networks.d/lan.xml", "lan"),
        storages: &xml("host/storages.d/disks.xml", "disks"),
        digests: &digests(lab, engine, payloads, sources),
    })
}

fn domain(digest: &str) -> String {
    format!(
        r#"<domain type="kvm" id="3">
  <name>db</name>
  <metadata>
    <lab xmlns="urn:miniascape:lab:1" site="web" state="installed" digest="{digest}" volumes="disks/db-1.qcow2"/>
  </metadata>
  <memory unit="KiB">2097152</memory>
  <currentMemory unit="KiB">2097152</currentMemory>
  <vcpu placement="static">2</vcpu>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="qcow2" cache="none" discard="unmap"/>
      <source file="/srv/disks/db-1.qcow2" index="1"/>
      <target dev="vda" bus="virtio"/>
      <alias name="virtio-disk0"/>
    </disk>
    <disk type="file" device="cdrom"><target dev="sda" bus="sata"/></disk>
    <interface type="network">
      <mac address="52:54:00:00:00:05"/>
      <source network="lan" portid="e0d1" bridge="virbr3"/>
      <target dev="vnet1"/>
      <model type="virtio"/>
    </interface>
  </devices>
</domain>"#
    )
}

/// What is planned for an object, and what differs: `when: what: was → will`.
#[track_caller]
pub(super) fn expect(plan: &Plan, name: &str, action: Action, changes: &[&str]) -> Item {
    let item = plan.items.iter().find(|item| item.name == name).unwrap();
    let words = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let found: Vec<String> = item
        .changes
        .iter()
        .map(|change| {
            let when = change.action.as_str();
            let (was, will) = (words(&change.was), words(&change.will));
            format!("{when}: {}: {was} → {will}", change.what)
        })
        .collect();
    assert_eq!(found, changes, "{name}");
    assert_eq!(item.action, action, "{name}");
    item.clone()
}
