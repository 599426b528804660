//! Plans for hosts that only these tests know: what runs otherwise than it is stored, and what is whose.

mod fake;

use self::fake::{Fake, Which, compiled, expect};
use super::{Action, Kind, Scope, plan};
use crate::link::uuid;

#[test]
fn a_host_as_the_lab_says_is_unchanged() {
    let plan = Fake::applied().plan();
    assert!(plan.is_empty() && !plan.stops(), "{plan:#?}");
    assert_eq!(plan.summary(), "3 unchanged");
    assert_eq!(plan.to_text(false), "");
}

#[test]
fn what_is_stored_comes_at_the_next_boot_and_what_runs_takes_a_restart() {
    let memory = "memory unit=\"KiB\">2097152</memory";
    let less = "memory unit=\"KiB\">1048576</memory";
    let boot = "next boot: memory: 1024 MiB → 2048 MiB";
    let restart = "needs restart: memory: 1024 MiB → 2048 MiB";
    let host = Fake::applied;
    let plan = host().with(Which::Both, memory, less).plan();
    expect(&plan, "db", Action::NextBoot, &[boot]);
    let plan = host().with(Which::Stored, memory, less).plan();
    expect(&plan, "db", Action::NextBoot, &[boot]);
    let plan = host().with(Which::Running, memory, less).plan();
    expect(&plan, "db", Action::NeedsRestart, &[restart]);
    // What a balloon took of a running guest is the host's affair.
    let (all, part) = (
        "currentMemory unit=\"KiB\">2097152",
        "currentMemory unit=\"KiB\">1048576",
    );
    let plan = host().with(Which::Running, all, part).plan();
    expect(&plan, "db", Action::Unchanged, &[]);
    let plan = host().with(Which::Stored, all, part).plan();
    expect(&plan, "db", Action::NextBoot, &[boot]);
}

#[test]
fn networks_change_live_where_libvirt_can() {
    let host = Fake::applied;
    let plan = host()
        .with(Which::Both, "ip=\"10.20.0.5\"/>", "ip=\"10.20.0.6\"/>")
        .plan();
    let change = "update live: reservation of 52:54:00:00:00:05: 10.20.0.6 db.web.test → 10.20.0.5 db.web.test";
    expect(&plan, "lan", Action::UpdateLive, &[change]);
    let plan = host()
        .with(Which::Both, "name=\"web.test\"", "name=\"old.test\"")
        .plan();
    expect(
        &plan,
        "lan",
        Action::NeedsRestart,
        &["needs restart: domain: old.test → web.test"],
    );
    // Defined already, but the network was not started again.
    let plan = host()
        .with(Which::Running, "name=\"web.test\"", "name=\"old.test\"")
        .plan();
    expect(
        &plan,
        "lan",
        Action::NeedsRestart,
        &["needs restart: domain: old.test → web.test"],
    );
    let plan = host()
        .with(Which::Stored, "name=\"web.test\"", "name=\"old.test\"")
        .plan();
    expect(
        &plan,
        "lan",
        Action::UpdateLive,
        &["update live: domain, as it is stored: old.test → web.test"],
    );
}

#[test]
fn what_libvirt_chose_is_no_difference() {
    let bridge = "<bridge stp=\"on\" delay=\"0\"/>";
    let chosen = "<bridge name='virbr3' stp='on' delay='0'/>";
    let nat = [
        "<forward mode=\"nat\"/>",
        "<forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>",
    ];
    let host = Fake::applied().with(Which::Running, bridge, chosen);
    let plan = host.with(Which::Both, nat[0], nat[1]).plan();
    expect(&plan, "lan", Action::Unchanged, &[]);
}

#[test]
fn what_is_off_is_started() {
    let mut host = Fake::applied();
    host.networks[0].running = None;
    host.pools[0].running = None;
    host.pools[0].autostart = Some(false);
    host.domains[0].running = None;
    let plan = host.plan();
    expect(
        &plan,
        "lan",
        Action::UpdateLive,
        &["update live: state: off → on"],
    );
    let changes = [
        "update live: state: off → on",
        "update live: autostart: off → on",
    ];
    expect(&plan, "disks", Action::UpdateLive, &changes);
    expect(&plan, "db", Action::Unchanged, &[]);
}

#[test]
fn disks_grow_and_never_shrink() {
    let sized = |bytes| {
        let mut host = Fake::applied();
        host.volumes.get_mut("disks/db-1.qcow2").unwrap().capacity = bytes;
        host.plan()
    };
    let grown = "update live: size of disk vda: 8G → 10G";
    expect(&sized(8 << 30), "db", Action::UpdateLive, &[grown]);
    let smaller = "replace (destroys data): size of disk vda: 20G → 10G";
    expect(&sized(20 << 30), "db", Action::Replace, &[smaller]);
    let mut host = Fake::applied();
    host.volumes.clear();
    let gone = "replace (destroys data): source of disk vda: gone from its pool → disks/db-1.qcow2";
    expect(&host.plan(), "db", Action::Replace, &[gone]);
}

#[test]
fn changed_install_data_wait_for_a_rebuild() {
    let plan = Fake::applied()
        .with(Which::Both, "digest=\"", "digest=\"0")
        .plan();
    let item = expect(
        &plan,
        "db",
        Action::NextRebuild,
        &["next rebuild: install data: - → -"],
    );
    assert_eq!(item.kind, Kind::Guest);
    // The stamps of networks have digests too; what they say of a network its definition says better.
    expect(&plan, "lan", Action::Unchanged, &[]);
}

#[test]
fn an_install_that_did_not_end_is_to_be_done() {
    let mut host = Fake::applied().with(Which::Both, "state=\"installed\"", "state=\"installing\"");
    let item = expect(&host.plan(), "db", Action::Create, &[]);
    assert_eq!(
        item.reason.unwrap(),
        "its install goes on; it is waited for"
    );
    host.domains[0].running = None;
    let item = expect(&host.plan(), "db", Action::Create, &[]);
    assert!(item.reason.unwrap().contains("cut short"));
}

#[test]
fn what_is_somebody_elses_stops_the_plan() {
    let mut host = Fake::applied().with(Which::Both, "site=\"web\"", "site=\"other\"");
    let plan = host.plan();
    for name in ["lan", "db"] {
        let item = expect(&plan, name, Action::NotOurs, &[]);
        assert!(item.reason.unwrap().contains("it is site `other`'s"));
    }
    assert!(plan.stops());
    let adopted = host.adopting();
    let stamp = "update live: site in the stamp: other → web";
    expect(&adopted, "lan", Action::UpdateLive, &[stamp]);
    expect(&adopted, "db", Action::UpdateLive, &[stamp]);
    assert!(!adopted.stops());
    for object in [&mut host.networks, &mut host.pools, &mut host.domains] {
        object[0].uuid = "11111111-2222-4333-8444-555555555555".to_owned();
    }
    let plan = host.plan();
    for name in ["lan", "disks", "db"] {
        let item = expect(&plan, name, Action::NotOurs, &[]);
        assert!(
            item.reason.unwrap().contains("its UUID is 11111111-"),
            "{name}"
        );
    }
}

#[test]
fn what_was_renamed_on_the_host_stops_the_plan_and_is_no_orphan() {
    let mut host = Fake::applied();
    for objects in [&mut host.networks, &mut host.pools, &mut host.domains] {
        "mine".clone_into(&mut objects[0].name);
    }
    let plan = host.plan();
    assert_eq!(plan.items.len(), 3, "{plan:#?}");
    for name in ["lan", "disks", "db"] {
        let item = expect(&plan, name, Action::NotOurs, &[]);
        assert!(
            item.reason
                .unwrap()
                .contains("is called `mine` on this host")
        );
    }
    assert!(host.adopting().stops());
}

#[test]
fn what_the_lab_has_no_more_is_an_orphan_and_what_it_never_had_is_left_alone() {
    let mut host = Fake::applied();
    for (kind, objects) in [
        ("network", &mut host.networks),
        ("storage", &mut host.pools),
        ("guest", &mut host.domains),
    ] {
        let mut old = objects[0].clone();
        "old".clone_into(&mut old.name);
        old.uuid = uuid("web", kind, "old");
        let mut foreign = old.clone();
        "foreign".clone_into(&mut foreign.name);
        foreign.uuid = uuid("other", kind, "foreign");
        for xml in [&mut foreign.stored, &mut foreign.running]
            .into_iter()
            .flatten()
        {
            *xml = xml.replace("site=\"web\"", "site=\"other\"");
        }
        objects.extend([old, foreign]);
    }
    let all = host.plan();
    let actions: Vec<(&str, Action)> = all
        .items
        .iter()
        .map(|item| (item.name.as_str(), item.action))
        .collect();
    let unchanged = ["lan", "disks", "db"].map(|name| (name, Action::Unchanged));
    let orphans = ["old"; 3].map(|name| (name, Action::Orphan));
    assert_eq!(actions, [unchanged, orphans].concat());
    let scope = Scope {
        objects: Some([(Kind::Guest, "db".to_owned())].into()),
        ..Scope::default()
    };
    let some = compiled(|desired| plan(desired, &host, &scope).unwrap());
    assert_eq!(some.items.len(), 1);
}

#[test]
fn nothing_on_the_host_is_all_to_be_made_unless_a_volume_is_in_the_way() {
    let mut host = Fake::applied();
    host.networks.clear();
    host.domains.clear();
    let plan = host.plan();
    expect(&plan, "lan", Action::Create, &[]);
    let item = expect(&plan, "db", Action::NotOurs, &[]);
    assert!(
        item.reason
            .unwrap()
            .contains("virsh vol-delete --pool disks db-1.qcow2")
    );
    // What a run that was killed left behind holds nothing.
    host.volumes.get_mut("disks/db-1.qcow2").unwrap().allocation = 196_616;
    expect(&host.plan(), "db", Action::Create, &[]);
    host.pools.clear();
    let plan = host.plan();
    assert_eq!(plan.summary(), "3 create");
}

#[test]
fn xml_that_cannot_be_read_is_the_hosts_failure() {
    let host = Fake::applied().with(Which::Both, "<memory unit", "<memory <");
    let error = compiled(|desired| plan(desired, &host, &Scope::default()).unwrap_err());
    let said = error.to_string();
    assert!(
        said.starts_with("cannot read domain `db` on `fake:///system`"),
        "{said}"
    );
}
