//! The example sites, embedded: the files below `examples/`.

/// A site to start from.
pub(in crate::cli) struct Example {
    /// Its name, which is its directory's.
    pub(in crate::cli) name: &'static str,
    /// What it is, in a line.
    pub(in crate::cli) summary: &'static str,
    /// The oldest generation of RHEL among its guests.
    pub(super) oldest: u32,
    /// Its files by their paths, sorted.
    pub(super) files: &'static [(&'static str, &'static str)],
}

macro_rules! embed {
    ($($name:literal, $summary:literal, $oldest:literal: [$($file:literal,)*],)*) => {
        /// Every example, the default one first.
        pub(in crate::cli) const EXAMPLES: &[Example] = &[$(Example {
            name: $name,
            summary: $summary,
            oldest: $oldest,
            files: &[$((
                $file,
                include_str!(concat!("../../../examples/", $name, "/", $file)),
            ),)*],
        },)*];
    };
}

embed! {
    "small", "Two web servers and a database on a network of their own (Rocky Linux 9)", 9: [
        "conf.d/META/site.yml",
        "conf.d/common/guest.yml",
        "conf.d/common/login.yml",
        "conf.d/guests.d/db.yml",
        "conf.d/guests.d/web.yml",
        "conf.d/networks.d/lan.yml",
        "conf.d/sysgroups.d/web.yml",
    ],
    "single", "One guest on libvirt's network `default`", 9: [
        "conf.d/META/site.yml",
        "conf.d/common/login.yml",
        "conf.d/guests.d/box.yml",
    ],
    "three-tier", "A web site in three tiers: load balancer, web, application and database (Rocky Linux 9)", 9: [
        "conf.d/META/site.yml",
        "conf.d/common/install.yml",
        "conf.d/common/login.yml",
        "conf.d/guests.d/app.yml",
        "conf.d/guests.d/db.yml",
        "conf.d/guests.d/lb.yml",
        "conf.d/guests.d/web.yml",
        "conf.d/host.d/host.yml",
        "conf.d/networks.d/app.yml",
        "conf.d/networks.d/db.yml",
        "conf.d/networks.d/dmz.yml",
        "conf.d/sysgroups.d/app.yml",
        "conf.d/sysgroups.d/db.yml",
        "conf.d/sysgroups.d/lb.yml",
        "conf.d/sysgroups.d/server.yml",
        "conf.d/sysgroups.d/web.yml",
        "files/haproxy.cfg",
        "files/nginx-app.conf",
        "keys/ops.pub",
    ],
    "ha-cluster", "A cluster of three nodes with shared disks, a heartbeat and a fencing network (RHEL 9)", 9: [
        "conf.d/META/site.yml",
        "conf.d/common/install.yml",
        "conf.d/common/login.yml",
        "conf.d/guests.d/node.yml",
        "conf.d/host.d/00.yml",
        "conf.d/networks.d/fencing.yml",
        "conf.d/networks.d/heartbeat.yml",
        "conf.d/networks.d/service.yml",
        "conf.d/storages.d/cluster.yml",
        "conf.d/sysgroups.d/node.yml",
    ],
    "multinet", "Networks of every mode, with VLANs, routes and IPv6", 9: [
        "conf.d/META/site.yml",
        "conf.d/common/install.yml",
        "conf.d/common/login.yml",
        "conf.d/guests.d/probe.yml",
        "conf.d/guests.d/router.yml",
        "conf.d/guests.d/store.yml",
        "conf.d/guests.d/web.yml",
        "conf.d/networks.d/default.yml",
        "conf.d/networks.d/dmz.yml",
        "conf.d/networks.d/lan.yml",
        "conf.d/networks.d/office.yml",
        "conf.d/networks.d/six.yml",
        "conf.d/networks.d/storage.yml",
        "conf.d/networks.d/switch.yml",
    ],
    "service", "A Red Hat lab of 2012: management servers, clusters and their clients (RHEL 5 and 6)", 5: [
        "conf.d/META/site.yml",
        "conf.d/common/hardware.yml",
        "conf.d/common/install.yml",
        "conf.d/common/login.yml",
        "conf.d/guests.d/cds-1.yml",
        "conf.d/guests.d/cds-2.yml",
        "conf.d/guests.d/rhel-5-client-1.yml",
        "conf.d/guests.d/rhel-5-cluster-1.yml",
        "conf.d/guests.d/rhel-5-cluster-2.yml",
        "conf.d/guests.d/rhel-6-client-1.yml",
        "conf.d/guests.d/rhel-6-client-2.yml",
        "conf.d/guests.d/rhel-6-cluster-1.yml",
        "conf.d/guests.d/rhel-6-cluster-2.yml",
        "conf.d/guests.d/rhs.yml",
        "conf.d/guests.d/rhua.yml",
        "conf.d/guests.d/rhui-rhel-5-client-1.yml",
        "conf.d/guests.d/rhui-rhel-6-client-1.yml",
        "conf.d/guests.d/sam.yml",
        "conf.d/guests.d/satellite.yml",
        "conf.d/host.d/00.yml",
        "conf.d/networks.d/heartbeat.yml",
        "conf.d/networks.d/service.yml",
        "conf.d/sysgroups.d/cds.yml",
        "conf.d/sysgroups.d/cluster.yml",
        "conf.d/sysgroups.d/rhel-5-client.yml",
        "conf.d/sysgroups.d/rhel-5-cluster.yml",
        "conf.d/sysgroups.d/rhel-5.yml",
        "conf.d/sysgroups.d/rhel-6-client.yml",
        "conf.d/sysgroups.d/rhel-6-cluster.yml",
        "conf.d/sysgroups.d/rhs.yml",
        "conf.d/sysgroups.d/rhua.yml",
        "conf.d/sysgroups.d/rhui-client.yml",
        "conf.d/sysgroups.d/rhui-rhel-5-client.yml",
        "conf.d/sysgroups.d/rhui-rhel-6-client.yml",
        "conf.d/sysgroups.d/rhui-server.yml",
        "conf.d/sysgroups.d/sam.yml",
        "conf.d/sysgroups.d/satellite.yml",
    ],
}

#[cfg(test)]
mod tests {
    use super::EXAMPLES;
    use walkdir::WalkDir;

    #[test]
    fn every_example_is_embedded() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        let mut dirs: Vec<String> = std::fs::read_dir(root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        dirs.sort();
        let mut names: Vec<&str> = EXAMPLES.iter().map(|example| example.name).collect();
        names.sort_unstable();
        assert_eq!(dirs, names, "each directory below examples/ is an example");
        for example in EXAMPLES {
            let root = format!("{root}/{}", example.name);
            let mut files: Vec<String> = WalkDir::new(&root)
                .into_iter()
                .map(Result::unwrap)
                .filter(|entry| entry.file_type().is_file())
                .map(|entry| {
                    entry
                        .path()
                        .strip_prefix(&root)
                        .unwrap()
                        .display()
                        .to_string()
                })
                // Where the choices of a run in the project go.
                .filter(|name| name != "miniascape.lock" && !name.starts_with("workdir/"))
                .collect();
            files.sort();
            let embedded: Vec<&str> = example.files.iter().map(|(name, _)| *name).collect();
            let list: String = files
                .iter()
                .map(|name| format!("        {name:?},\n"))
                .collect();
            assert_eq!(
                embedded, files,
                "the files of `{}` are\n{list}",
                example.name
            );
        }
    }
}
