//! Networks of every mode with every feature: the XML, what libvirt makes of it, and what is refused.

mod carried;
mod example;
mod refused;
mod reservations;

use crate::support::Site;

/// A lab of one network and a guest, whose interfaces are `nics`, or one without an address.
fn lab(network: &str, nics: &str) -> String {
    let nics = if nics.is_empty() {
        "{network: n, bootproto: none}"
    } else {
        nics
    };
    format!(
        "site: x\nnetworks:\n  n: {{{network}}}\nguests:\n  g: {{os: rhel9, rootpw: locked, virtinst: {{location: http://x/}}, interfaces: [{nics}]}}\n"
    )
}

/// The site with its workdir.
#[track_caller]
fn generated(network: &str, nics: &str) -> Site {
    let site = Site::new(&[("lab.yml", &lab(network, nics))]);
    site.succeed(&["-c", "lab.yml", "generate", "--strict"]);
    site
}

/// The lines of the network's XML that differ between networks.
fn body(site: &Site) -> String {
    let xml = site.read("workdir/host/networks.d/n.xml");
    let own = [
        "<network",
        "</network",
        "<name>",
        "<uuid>",
        "<metadata>",
        "<lab ",
        "</metadata>",
        "<mac ",
    ];
    let lines = xml.lines().map(str::trim);
    lines
        .filter(|line| !own.iter().any(|start| line.starts_with(start)))
        .collect::<Vec<_>>()
        .join("\n")
}
