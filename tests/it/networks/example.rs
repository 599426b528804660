//! The example with networks of every mode, and the script that makes them.

use std::process::Command;

use crate::support::{Run, Site, judge, tree};

/// The example has networks of every mode, and the script that makes them.
#[test]
fn the_example_is_complete() {
    let site = Site::copy("examples/multinet");
    let lock = site.read("miniascape.lock");
    site.succeed(&["generate", "--strict"]);
    assert_eq!(site.read("miniascape.lock"), lock);
    let script = site.path().join("workdir/host/net-setup.sh");
    assert_eq!(
        tree(&site.path().join("workdir"))["host/net-setup.sh"].0,
        0o755
    );
    let run = judge("shellcheck", &[&script.display().to_string()]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    // From elsewhere, and with a network `default` that is there.
    let output = Command::new(&script)
        .args(["-n", "--connect", "test:///default"])
        .current_dir("/")
        .output()
        .unwrap();
    let run = Run::of(&output);
    assert!(run.status == 0 && run.stderr.is_empty(), "{}", run.stderr);
    let want = "office: would be defined\noffice: would be started\noffice: would be set to start with the host\n";
    assert!(run.stdout.contains(want), "{}", run.stdout);
    assert!(
        run.stdout.contains("lan: would be started\n") && !run.stdout.contains("lan: would be set"),
        "{}",
        run.stdout
    );
    // A network of the lab's name that is not the lab's.
    site.write(
        "conf.d/networks.d/default.yml",
        "subnet: 10.99.0.0/24\ndhcp: {start: 10.99.0.8, end: 10.99.0.15}\n",
    );
    site.succeed(&["generate"]);
    let output = Command::new(&script)
        .args(["-n", "-c", "test:///default"])
        .output()
        .unwrap();
    let run = Run::of(&output);
    assert!(run.status == 1 && run.stdout.is_empty(), "{}", run.stdout);
    assert!(
        run.stderr.starts_with("default: a network of this name, ")
            && run
                .stderr
                .contains(", exists and is not this lab's; it is left alone, and ")
            && run.stderr.ends_with("net-setup.sh: nothing was changed\n"),
        "{}",
        run.stderr
    );
    for (args, status) in [
        (&["-h"][..], 0),
        (&["-c"], 2),
        (&["--frob"], 2),
        (&["x"], 2),
    ] {
        assert_eq!(
            Command::new(&script)
                .args(args)
                .output()
                .unwrap()
                .status
                .code(),
            Some(status),
            "{args:?}"
        );
    }
}
