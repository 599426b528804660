//! The mistakes that the original miniascape shipped in its own sites, and built without a word: each is found.

use crate::support::{Run, Site};

/// A site with all of them. What one stage finds keeps the next ones from running, so they are mended stage by stage.
const SITE: &[(&str, &str)] = &[
    (
        "conf.d/common/base.yml",
        "os: rhel5.11\nrootpw: locked\nvirtinst: {location: \"http://x/\"}\ninterfaces: [{network: service}]\n",
    ),
    (
        "conf.d/networks.d/service.yml",
        "subnet: 192.168.155.0/24\ndhcp: {start: 192.168.155.200, end: 192.168.155.250}\n",
    ),
    (
        "conf.d/guests.d/rhel-5-client-1.yml",
        "ip: 192.158.155.151\nkickstar: {}\nssh_root_acces: true\n",
    ),
    (
        "conf.d/guests.d/sam.yml",
        "virtinst: {arch: x86_24}\nfirewall: {ports: [\"9999:tcpp\"]}\nvars:\n  guests: 1\n  guests: 2\n",
    ),
    ("conf.d/guests.d/rhel-5-cluster.yml", "count: 2\n"),
    ("conf.d/guests.d/rhel-5-cluster-1.yml", "{}\n"),
];

/// Returns each fault as its code and place, and the help that comes with it.
fn found(run: &Run) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in run.stderr.lines() {
        let code = ["error[", "warning["]
            .iter()
            .find_map(|level| line.strip_prefix(level));
        if let Some((code, _)) = code.and_then(|rest| rest.split_once(']')) {
            found.push((code.to_owned(), String::new()));
        } else if let Some(place) = line.trim().strip_prefix("--> conf.d/")
            && let Some((code, _)) = found.last_mut()
        {
            *code = format!("{code} {place}");
        } else if let Some((_, help)) = line.split_once("= help: ")
            && let Some((_, last)) = found.last_mut()
        {
            *last = help.to_owned();
        }
    }
    found
}

#[track_caller]
fn expect(site: &Site, faults: &[(&str, &str)]) {
    let run = site.run(&["validate"]);
    let found = found(&run);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(place, help)| (place.as_str(), help.as_str()))
        .collect();
    assert_eq!(found, faults, "{}", run.stderr);
}

#[test]
fn what_the_original_shipped_is_found() {
    let site = Site::new(SITE);
    // One key twice in a map, where the second used to win, and one guest in two files, of which one did. Nothing more is
    // said of these objects.
    expect(
        &site,
        &[
            (
                "address-outside-network guests.d/rhel-5-client-1.yml:1:5",
                "192.168.155.151 is free in network `service`",
            ),
            (
                "unknown-key guests.d/rhel-5-client-1.yml:2:1",
                "the keys of `kickstart` stand at the top level: `repos`, `users`, `rootpw`, `finish`",
            ),
            (
                "unknown-key guests.d/rhel-5-client-1.yml:3:1",
                "root logs in with `ssh_authorized_keys`, or with `rootpw`",
            ),
            (
                "defined-twice guests.d/rhel-5-cluster.yml:1:1",
                "rename one of them, or let the other `count` fewer",
            ),
            (
                "duplicate-key guests.d/sam.yml:5:3",
                "keep one of the two, with what both say",
            ),
        ],
    );
    site.write("conf.d/guests.d/rhel-5-cluster.yml", "{}\n");
    site.write(
        "conf.d/guests.d/rhel-5-client-1.yml",
        "ip: 192.168.155.151\n",
    );
    site.edit("conf.d/guests.d/sam.yml", "  guests: 2\n", "");
    expect(
        &site,
        &[(
            "invalid-value guests.d/sam.yml:2:20",
            "did you mean `9999/tcp`?",
        )],
    );
    site.edit("conf.d/guests.d/sam.yml", "9999:tcpp", "9999/tcp");
    expect(
        &site,
        &[(
            "unknown-arch guests.d/sam.yml:1:18",
            "did you mean `x86_64`?",
        )],
    );
    site.edit("conf.d/guests.d/sam.yml", "x86_24", "x86_64");
    expect(&site, &[]);
}
