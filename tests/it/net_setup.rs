//! The host's script before a virsh that says what a test wants it to say. What libvirt really does is for `make e2e`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::{Run, Site, judge};

/// Answers out of the files beside it, writes down what it is asked to change, and fails where `FAIL` fits.
const VIRSH: &str = r#"#!/bin/bash
cd "$(dirname "$0")"
shift 3
[[ $* != $FAIL ]] || { echo 'error: connection reset' >&2; exit 1; }
case $* in
  'net-list --all --name') [[ ! -e uuid ]] || echo n ;;
  'net-list --all --uuid' | 'net-uuid n') [[ ! -e uuid ]] || cat uuid ;;
  net-info*) cat info ;;
  'net-dumpxml --inactive '*) cat stored ;;
  net-dumpxml*) cat running ;;
  'net-define /dev/stdin') cat > defined; echo net-define >> log ;;
  pool-* | uri) ;;
  *) echo "$*" >> log ;;
esac
"#;

const INFO: &str = "Name: n\nActive: yes\nPersistent: yes\nAutostart: yes\n";

/// A lab of one network, and a host that has it as it is generated.
struct Host(Site);

impl Host {
    fn new() -> Self {
        let lab = "site: x\nnetworks: {n: {subnet: 10.0.0.0/24, domain: x.test}}\nstorages: {default: {external: true}}\n\
            common: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}}\n\
            guests: {g: {interfaces: [{network: n, ip: 10.0.0.5, mac: '52:54:00:00:00:05'}]}}\n";
        let host = Self(Site::new(&[("lab.yml", lab), ("bin/virsh", VIRSH)]));
        let virsh = host.0.path().join("bin/virsh");
        fs::set_permissions(virsh, fs::Permissions::from_mode(0o755)).unwrap();
        host.generate();
        let xml = host.0.read("workdir/host/networks.d/n.xml");
        let uuid = xml
            .split("<uuid>")
            .nth(1)
            .and_then(|rest| rest.split('<').next());
        host.0.write("bin/uuid", format!("{}\n", uuid.unwrap()));
        host.0.write("bin/info", INFO);
        // libvirt has chosen a name for the bridge.
        let running = xml.replace("<bridge stp", "<bridge name=\"virbr7\" stp");
        host.0.write("bin/stored", &running);
        host.0.write("bin/running", running);
        host
    }

    fn generate(&self) {
        self.0.succeed(&["-c", "lab.yml", "generate"]);
        let script = self.0.path().join("workdir/host/net-setup.sh");
        let run = judge("shellcheck", &[&script.display().to_string()]);
        assert_eq!(run.status, 0, "{}", run.stdout);
    }

    /// Runs the script; returns its run and what it asked to have changed, without UUIDs.
    fn set_up(&self, args: &[&str], fail: &str) -> (Run, String) {
        let bin = self.0.path().join("bin");
        self.0.write("bin/log", "");
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(self.0.path().join("workdir/host/net-setup.sh"))
            .args(args)
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("FAIL", fail)
            .output()
            .unwrap();
        let log = self.0.read("bin/log");
        let log = fs::read_to_string(bin.join("uuid"))
            .map_or_else(|_| log.clone(), |uuid| log.replace(uuid.trim(), "UUID"));
        let mut run = Run::of(&output);
        // The pool is another matter.
        run.stdout = run
            .stdout
            .lines()
            .filter(|line| !line.starts_with("pool "))
            .map(|line| format!("{line}\n"))
            .collect();
        (run, log)
    }

    #[track_caller]
    fn does(&self, said: &str, asked: &str) {
        let (run, log) = self.set_up(&[], "nothing");
        assert_eq!((run.stdout.as_str(), log.as_str()), (said, asked));
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    }
}

#[test]
fn what_is_as_it_should_be_is_left_alone() {
    Host::new().does("n: unchanged\n", "");
}

#[test]
fn a_new_network_is_made() {
    let host = Host::new();
    fs::remove_file(host.0.path().join("bin/uuid")).unwrap();
    let (run, log) = host.set_up(&[], "nothing");
    let said = "n: defined\nn: started\nn: set to start with the host\n";
    assert_eq!((run.status, run.stdout.as_str()), (0, said));
    let words: Vec<&str> = log
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(words, ["net-define", "net-start", "net-autostart"]);
    let (run, log) = host.set_up(&["-n"], "nothing");
    assert!(
        run.stdout.starts_with("n: would be defined\n"),
        "{}",
        run.stdout
    );
    assert_eq!(log, "");
}

#[test]
fn a_network_that_is_off_or_not_stored_is_brought_back() {
    let host = Host::new();
    host.0
        .write("bin/info", INFO.replace("Active: yes", "Active: no"));
    host.does("n: started\n", "net-start UUID\n");
    host.0.write(
        "bin/info",
        INFO.replace("Persistent: yes", "Persistent: no"),
    );
    host.does("n: redefined\n", "net-define\n");
    host.0
        .write("bin/info", INFO.replace("Autostart: yes", "Autostart: no"));
    host.does("n: set to start with the host\n", "net-autostart UUID\n");
}

#[test]
fn changes_go_live_or_are_said_and_the_bridge_keeps_its_name() {
    let host = Host::new();
    host.0.edit("lab.yml", "10.0.0.5", "10.0.0.6");
    host.0
        .edit("lab.yml", "domain: x.test", "domain: x.test, mtu: 1400");
    host.generate();
    let five = "<host mac='52:54:00:00:00:05' name='g.x.test' ip='10.0.0.5'/>";
    let six = five.replace("10.0.0.5", "10.0.0.6");
    let names = |ip: &str| format!("<host ip='{ip}'><hostname>g.x.test</hostname></host>");
    let said = format!(
        "n: redefined\nn: removed live: {}\nn: removed live: {five}\nn: added live: {}\nn: added live: {six}\n\
         n: these changes wait for its next start (virsh net-destroy n; virsh net-start n), which takes running guests off \
         the network:\n    + <mtu size='1400'>\n",
        names("10.0.0.5"),
        names("10.0.0.6"),
    );
    let asked = format!(
        "net-define\n\
         net-update UUID delete dns-host <host ip='10.0.0.5'/> --live\n\
         net-update UUID delete ip-dhcp-host {five} --live --parent-index 0\n\
         net-update UUID add dns-host {} --live\n\
         net-update UUID add ip-dhcp-host {six} --live --parent-index 0\n",
        names("10.0.0.6"),
    );
    host.does(&said, &asked);
    let defined = host.0.read("bin/defined");
    let wanted = host.0.read("workdir/host/networks.d/n.xml");
    assert_eq!(
        defined,
        wanted.replace("<bridge stp", "<bridge name=\"virbr7\" stp")
    );
}

#[test]
fn what_is_not_the_labs_is_refused_before_anything_is_done() {
    let host = Host::new();
    host.0
        .write("bin/uuid", "00000000-0000-4000-8000-000000000001\n");
    let (run, log) = host.set_up(&[], "nothing");
    let said = "n: a network of this name, 00000000-0000-4000-8000-000000000001, exists and is not this lab's; it is left \
        alone, and with `external: true` the lab uses it\nnet-setup.sh: nothing was changed\n";
    assert_eq!((run.status, run.stderr.as_str()), (1, said));
    assert_eq!((run.stdout.as_str(), log.as_str()), ("", ""));
}

#[test]
fn a_missing_definition_stops_it() {
    let host = Host::new();
    let file = host.0.path().join("workdir/host/networks.d/n.xml");
    fs::remove_file(&file).unwrap();
    let (run, log) = host.set_up(&[], "nothing");
    let said = format!(
        "n: its definition is missing: {}\nnet-setup.sh: nothing was changed\n",
        fs::canonicalize(host.0.path())
            .unwrap()
            .join("workdir/host/networks.d/n.xml")
            .display()
    );
    assert_eq!((run.status, run.stderr), (1, said));
    assert_eq!((run.stdout.as_str(), log.as_str()), ("", ""));
}

#[test]
fn nothing_is_done_on_an_answer_that_does_not_come() {
    let host = Host::new();
    for asked in [
        "net-list --all --name",
        "net-list --all --uuid",
        "net-uuid n",
        "net-info *",
        "net-dumpxml --inactive *",
        "net-dumpxml [^-]*",
    ] {
        let (run, log) = host.set_up(&[], asked);
        let said = run
            .stderr
            .contains("net-setup.sh: no answer to `virsh net-");
        assert!(run.status == 1 && said, "{asked}: {}", run.stderr);
        assert_eq!((run.stdout.as_str(), log.as_str()), ("", ""), "{asked}");
    }
}

#[test]
fn a_change_that_fails_is_said_and_the_rest_goes_on() {
    let host = Host::new();
    host.0.edit("lab.yml", "10.0.0.5", "10.0.0.6");
    host.generate();
    let (run, log) = host.set_up(&[], "net-update * delete dns-host *");
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .contains("\nn: could not be removed live: <host ip='10.0.0.5'>")
            && run
                .stderr
                .ends_with("net-setup.sh: not everything could be done, see above\n"),
        "{}",
        run.stderr
    );
    assert_eq!(log.matches("net-update").count(), 3, "{log}");
}
