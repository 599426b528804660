//! Sites with one fault each: the code, the place and the message, and that nothing is written.

use crate::support::{Run, Site};

/// A lab that is fine; each test breaks one thing.
const LAB: &str = "\
site: x
networks:
  lan: {subnet: 10.0.0.0/24, domain: x.test, dhcp: {start: 10.0.0.100, end: 10.0.0.199}}
common:
  os: rhel9
  rootpw: locked
  virtinst: {location: http://x/}
  interfaces: [{network: lan}]
guests:
  a: {ip: 10.0.0.5}
  b-1: {ip: 10.0.0.6, os: rhel9}
";

/// The first line that says where: `--> FILE:LINE:COLUMN`.
fn place(run: &Run) -> &str {
    let line = run
        .stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("--> "))
        .unwrap_or_default();
    line.strip_prefix("lab.yml:").unwrap_or(line)
}

/// Expects one fault of `code` at `at` (line and column) whose message is `message`.
#[track_caller]
pub(crate) fn fault(lab: &str, code: &str, at: &str, message: &str) {
    let site = Site::new(&[("lab.yml", lab)]);
    let run = site.run(&["-c", "lab.yml", "generate", "--strict"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(
        run.stderr.lines().next().unwrap(),
        format!("error[{code}]: {message}"),
        "{}",
        run.stderr
    );
    assert_eq!(place(&run), at, "{}", run.stderr);
    assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    assert!(!site.path().join("workdir").exists() && !site.path().join("lab.lock").exists());
}

/// Expects the lab with `from` replaced by `to` to be faulty.
#[track_caller]
fn broken(from: &str, to: &str, code: &str, at: &str, message: &str) {
    assert!(LAB.contains(from), "{from}");
    fault(&LAB.replace(from, to), code, at, message);
}

/// Expects the lab with `from` replaced by `to` to be as good as before.
#[track_caller]
fn fine(from: &str, to: &str) {
    assert!(LAB.contains(from), "{from}");
    let site = Site::new(&[("lab.yml", &LAB.replace(from, to))]);
    site.succeed(&["-c", "lab.yml", "generate", "--strict"]);
}

#[test]
fn the_lab_is_fine() {
    fine("site: x", "site: x");
}

#[test]
fn text_that_is_nested_without_end_is_stopped() {
    fault(
        &"[".repeat(100_000),
        "yaml-too-large",
        "1:65",
        "values are nested more than 64 deep",
    );
}

#[test]
fn files_that_are_none_are_reported() {
    let site = Site::new(&[
        ("conf.d/common/empty.yml", ""),
        ("conf.d/guests.d/none.yml", "# nothing yet\n"),
    ]);
    assert_eq!(site.run(&["validate"]).codes(), ["missing-os"]);

    let run = Site::new(&[]).run(&["validate"]);
    assert_eq!(
        (run.status, run.codes()),
        (1, vec!["unreadable-file"]),
        "{}",
        run.stderr
    );

    let site = Site::new(&[
        ("conf.d/guests.d/a.yml", "os: rhel9\n"),
        ("conf.d/guests.d/a/b.yml", "os: rhel9\n"),
    ]);
    assert_eq!(site.run(&["validate"]).codes(), ["defined-twice"]);
}

#[test]
fn layers_must_fit_together() {
    broken(
        "ip: 10.0.0.5",
        "sysgroups: [g]",
        "unknown-sysgroup",
        "10:19",
        "sysgroup `g` is not defined",
    );
    broken(
        "guests:\n",
        "sysgroups: {g: {sysgroups: [h]}, h: {sysgroups: [g]}}\nguests:\n  c: {sysgroups: [h], ip: 10.0.0.9}\n",
        "sysgroup-cycle",
        "9:29",
        "sysgroup `h` is its own parent: h → g → h",
    );
    broken(
        "  b-1: {",
        "  b: {count: 1}\n  b-1: {",
        "defined-twice",
        "12:3",
        "guest `b-1` is made twice",
    );
    broken(
        "os: rhel9\n",
        "os: rhle9\n",
        "unknown-os",
        "5:7",
        "operating system `rhle9` is not in the table",
    );
    broken(
        "os: rhel9\n",
        "domain: x.test\n",
        "missing-os",
        "10:3",
        "guest `a` has no operating system",
    );
}

#[test]
fn expressions_are_located() {
    broken(
        "location: http://x/",
        "location: '{{ nme }}'",
        "unknown-name",
        "7:28",
        "`nme` is not a name this expression can see",
    );
    broken(
        "location: http://x/",
        "location: 'http://{{ os.versoin }}'",
        "unknown-name",
        "7:38",
        "`os` has no `versoin`",
    );
    broken(
        "location: http://x/",
        "location: 'x{{ name'",
        "expression",
        "7:26",
        "`{{` is never closed with `}}`",
    );
    broken(
        "location: http://x/",
        "location: '{{ name | uper }}'",
        "expression",
        "7:35",
        "the expression cannot be evaluated: unknown filter `uper`",
    );
    broken(
        "location: http://x/",
        "location: '{{ virtinst.location }}'",
        "expression-cycle",
        "7:24",
        "`virtinst.location` needs itself: virtinst.location → virtinst.location",
    );
    fine(
        "location: http://x/",
        "location: 'http://{{ name }}.{{ domain }}/{% x %}${#a[@]}'",
    );
}

#[test]
fn expressions_that_grow_without_end_are_stopped() {
    let vars = |value: fn(usize) -> String| {
        let vars: Vec<String> = (1..60)
            .map(|n| format!("a{n}: \"{{{{ {} }}}}\"", value(n - 1)))
            .collect();
        format!("vars: {{a0: xxxxxxxxxx, {}}}", vars.join(", "))
    };
    for (value, code) in [
        (
            (|n| format!("vars.a{n} ~ vars.a{n}")) as fn(usize) -> String,
            "expression",
        ),
        (|n| format!("[vars.a{n}, vars.a{n}]"), "expression"),
        (|_| "vars".to_owned(), "expression-cycle"),
    ] {
        let site = Site::new(&[("lab.yml", &LAB.replace("ip: 10.0.0.5", &vars(value)))]);
        let run = site.run(&["-c", "lab.yml", "validate"]);
        assert_eq!((run.status, run.codes()[0]), (1, code), "{}", run.stderr);
    }
}

#[test]
fn values_have_their_types() {
    let bad = |value: &str, at: &str, message: &str| {
        broken("ip: 10.0.0.5", value, "invalid-value", at, message)
    };
    bad(
        "ip: 10.0.0.500",
        "10:11",
        "`10.0.0.500` is not an IPv4 address",
    );
    bad(
        "mac: 53:54:00:00:00:01",
        "10:12",
        "`53:54:00:00:00:01` is a multicast MAC address: the first byte of a card's is even",
    );
    broken(
        "subnet: 10.0.0.0/24",
        "subnet: 10.0.0.7/24",
        "invalid-value",
        "3:17",
        "`10.0.0.7/24` has host bits set: the subnet is 10.0.0.0/24",
    );
}

#[test]
fn references_are_checked() {
    broken(
        "[{network: lan}]",
        "[{network: lna}]",
        "unknown-network",
        "8:26",
        "network `lna` is not defined",
    );
    broken(
        "ip: 10.0.0.5",
        "disks: [{pool: fast, size: 1}]",
        "unknown-pool",
        "10:22",
        "storage pool `fast` is not defined",
    );
    broken(
        "ip: 10.0.0.5",
        "depends_on: [c]",
        "unknown-guest",
        "10:20",
        "guest `c` is not defined",
    );
    broken(
        "ip: 10.0.0.5",
        "depends_on: [a]",
        "dependency-cycle",
        "10:20",
        "guests wait for each other: a → a",
    );
    broken(
        "ip: 10.0.0.5",
        "templates: {autoinst: {src: x.cfg}}",
        "unknown-template",
        "10:35",
        "template `x.cfg` does not exist",
    );
}

#[test]
fn addresses_are_checked() {
    let address = |ip: &str, code: &str, message: &str| {
        broken("ip: 10.0.0.5", &format!("ip: {ip}"), code, "10:11", message)
    };
    address(
        "10.0.1.5",
        "address-outside-network",
        "address 10.0.1.5 is outside network `lan`",
    );
    address(
        "10.0.0.1",
        "reserved-address",
        "10.0.0.1 is the gateway of network `lan`",
    );
    address(
        "10.0.0.0",
        "reserved-address",
        "10.0.0.0 is the network address of network `lan`",
    );
    address(
        "10.0.0.255",
        "reserved-address",
        "10.0.0.255 is the broadcast address of network `lan`",
    );
    address(
        "10.0.0.150",
        "address-in-range",
        "address 10.0.0.150 lies in the dynamic range of network `lan`",
    );
    broken(
        "10.0.0.6",
        "10.0.0.5",
        "duplicate-address",
        "11:13",
        "address 10.0.0.5 is guest `a`'s already",
    );
    fine("10.0.0.6", "10.0.0.254");
    fine("10.0.0.6", "10.0.0.99");
    broken(
        "end: 10.0.0.199",
        "end: 10.0.1.9",
        "bad-range",
        "3:77",
        "10.0.1.9 is no host address of network `lan`",
    );
    broken(
        "end: 10.0.0.199",
        "end: 10.0.0.9",
        "bad-range",
        "3:77",
        "the range of `lan` ends before it starts",
    );
    broken(
        "end: 10.0.0.199",
        "end: 10.0.0.100",
        "range-too-small",
        "3:60",
        "network `lan` has 2 interfaces, but its range allows only 1 leases",
    );
    fine("end: 10.0.0.199", "end: 10.0.0.101");
    broken(
        "common:",
        "  san: {subnet: 10.0.0.128/25}\ncommon:",
        "overlapping-networks",
        "4:17",
        "network `san` shares addresses with network `lan`",
    );
    fine("common:", "  san: {subnet: 10.0.1.0/24}\ncommon:");
    broken(
        "a: {ip: 10.0.0.5}",
        "a: {mac: '52:54:00:00:00:01'}\n  c: {mac: '52:54:00:00:00:01'}",
        "duplicate-mac",
        "11:12",
        "MAC address 52:54:00:00:00:01 is guest `a`'s already",
    );
}

#[test]
fn names_are_checked() {
    broken(
        "  b-1:",
        "  'b;1':",
        "bad-name",
        "11:3",
        "`b;1` cannot be a name: `;` is not a letter, digit or one of . _ - +",
    );
    broken(
        "ip: 10.0.0.5",
        "hostname: b-1",
        "duplicate-name",
        "11:3",
        "the name `b-1.x.test` is guest `a`'s already",
    );
    broken(
        "domain: x.test",
        "domain: x_test",
        "invalid-value",
        "3:38",
        "`x_test` is not a host name: `_` is not a letter, digit or `-`",
    );
    broken(
        "subnet: 10",
        "bridge: virbr-too-long-16, subnet: 10",
        "invalid-value",
        "3:17",
        "`virbr-too-long-16` cannot be a network device: it is longer than 15 characters, the kernel's limit",
    );
    fine("subnet: 10", "bridge: virbr-15-chars, subnet: 10");
}

#[test]
fn secrets_are_not_shown() {
    for (line, code) in [
        ("rootpw: hunter2", "plain-password"),
        ("rootpw: \"hunter2\\nx\"", "invalid-value"),
        (
            "users: [{name: ann, password: hunter2, shell: bash}]",
            "invalid-value",
        ),
        ("vars: {x: '{{ rootpw }}'}, rootpw: hunter2", "expression"),
    ] {
        let site = Site::new(&[("lab.yml", &LAB.replace("ip: 10.0.0.5", line))]);
        for format in ["text", "json"] {
            let run = site.run(&["-c", "lab.yml", "validate", "--strict", "--format", format]);
            assert_eq!(run.status, 1);
            assert!(
                (run.stderr.clone() + &run.stdout).contains(code),
                "{}",
                run.stderr
            );
            assert!(
                !run.stderr.contains("hunter2") && !run.stdout.contains("hunter2"),
                "{}{}",
                run.stderr,
                run.stdout
            );
        }
    }
}

#[test]
fn interfaces_and_networks_make_sense() {
    broken(
        "[{network: lan}]",
        "[{}]",
        "missing-key",
        "8:16",
        "an interface needs a `network` or a `bridge`",
    );
    broken(
        "ip: 10.0.0.5",
        "interfaces: [{bridge: br0, ip: auto}]",
        "address-not-served",
        "10:38",
        "`ip: auto` needs a network: what addresses a bridge leads to is not known",
    );
    broken(
        "ip: 10.0.0.5",
        "interfaces: [{network: lan, device: e}, {network: lan, device: e}]",
        "duplicate-name",
        "10:47",
        "guest `a` has two interfaces `e`",
    );
    broken(
        "subnet: 10.0.0.0/24, domain: x.test, dhcp: {start: 10.0.0.100, end: 10.0.0.199}",
        "subnet: 127.0.0.0/24",
        "invalid-value",
        "3:17",
        "127.0.0.0/24 cannot be the subnet of a network",
    );
    broken(
        "end: 10.0.0.199}",
        "end: 10.0.0.199, lease: 1}",
        "invalid-value",
        "3:96",
        "dnsmasq's leases last 2 to 35791394 minutes, not 1",
    );
    broken(
        "end: 10.0.0.199}",
        "end: 10.0.0.199, lease: 35791395}",
        "invalid-value",
        "3:96",
        "dnsmasq's leases last 2 to 35791394 minutes, not 35791395",
    );
    fine("end: 10.0.0.199}", "end: 10.0.0.199, lease: 35791394}");
}

#[test]
fn readable_hardware_addresses_that_collide_are_reported() {
    let lab = "networks:\n  l: {subnet: 10.1.0.0/24, mac_prefix: '52:54:00:05'}\n  m: {subnet: 10.2.0.0/24, mac_prefix: '52:54:00:05'}\n\
               common: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}}\nguests:\n  \
               a: {ip: 10.1.0.9, interfaces: [{network: l}]}\n  b: {ip: 10.2.0.9, interfaces: [{network: m}]}\n";
    fault(
        lab,
        "duplicate-mac",
        "7:34",
        "MAC address 52:54:00:05:00:09 is guest `a`'s already",
    );
}

#[test]
fn a_name_that_is_not_there_may_have_a_default() {
    fine(
        "ip: 10.0.0.5",
        "vars: {a: '{{ vars.nope | default(value=1) }}', b: '{{ nope | default(value=2) }}'}",
    );
}

#[test]
fn all_faults_of_a_stage_come_in_one_run() {
    let lab = LAB
        .replace("10.0.0.5", "10.0.1.5")
        .replace("10.0.0.6", "10.0.0.1");
    let site = Site::new(&[("lab.yml", &lab)]);
    let run = site.run(&["-c", "lab.yml", "validate", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.status, &report["format"]), (1, &1.into()));
    let found: Vec<(&str, u64)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (
                fault["code"].as_str().unwrap(),
                fault["spans"][0]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [("address-outside-network", 10), ("reserved-address", 11)]
    );
}

#[test]
fn a_diagnostic_shows_the_source_and_the_second_place() {
    let site = Site::new(&[("lab.yml", &LAB.replace("10.0.0.5", "10.0.1.5"))]);
    let run = site.run(&["-c", "lab.yml", "validate"]);
    let want = "\
error[address-outside-network]: address 10.0.1.5 is outside network `lan`
  --> lab.yml:10:11
   |
 3 |   lan: {subnet: 10.0.0.0/24, domain: x.test, dhcp: {start: 10.0.0.100, end: 10.0.0.199}}
   |                 ----------- network `lan` is declared here
...
10 |   a: {ip: 10.0.1.5}
   |           ^^^^^^^^ not in 10.0.0.0/24

1 error
";
    assert_eq!(run.stderr, want);
}
