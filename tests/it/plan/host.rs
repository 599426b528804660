//! Hosts as files for libvirt's test driver, with what the generated scripts make of a lab.

use rayon::prelude::*;
use serde_json::Value;

use crate::judges::build;
use crate::support::{Run, Site};

/// A host as the test driver reads it.
pub(crate) struct Host {
    pub(crate) domains: Vec<(String, String)>,
    pub(crate) networks: Vec<(String, String)>,
    pub(crate) pools: Vec<(String, String)>,
}

impl Host {
    /// A host on which a generated lab was applied: its networks, pools, and the domains that its scripts make.
    pub(crate) fn applied(site: &Site, args: &[&str]) -> Self {
        site.succeed(&[args, &["generate"]].concat());
        let read = |directory: &str| {
            let Ok(entries) = std::fs::read_dir(site.path().join(directory)) else {
                return Vec::new();
            };
            let mut files: Vec<(String, String)> = entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
                .map(|path| {
                    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                    (name, std::fs::read_to_string(path).unwrap())
                })
                .collect();
            files.sort();
            files
        };
        let mut host = Self {
            domains: Vec::new(),
            networks: read("workdir/host/networks.d"),
            pools: read("workdir/host/storages.d"),
        };
        let mut names: Vec<String> = std::fs::read_dir(site.path().join("workdir/guests.d"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        host.domains = names
            .par_iter()
            .map(|name| {
                let script = site
                    .path()
                    .join(format!("workdir/guests.d/{name}/vmbuild.sh"));
                let xml = build(&script, &["-n", "-c", "test:///default"]);
                let end = xml.find("</domain>").unwrap() + "</domain>".len();
                let xml = xml[..end].replace("state=\"installing\"", "state=\"installed\"");
                (name.clone(), xml)
            })
            .collect();
        for name in &names {
            let object = format!("guest/{name}");
            let run = site.succeed(&[args, &["show", &object, "--format", "json"]].concat());
            let guest: Value = serde_json::from_str(&run.stdout).unwrap();
            host.needs(&guest);
        }
        host
    }

    /// Adds what a guest takes from the host: networks and pools that are there already, and its volumes.
    fn needs(&mut self, guest: &Value) {
        for nic in guest["interfaces"].as_array().into_iter().flatten() {
            let Some(name) = nic["network"].as_str() else {
                continue;
            };
            if !self.networks.iter().any(|(known, _)| known == name) {
                let xml = format!("<network><name>{name}</name></network>");
                self.networks.push((name.to_owned(), xml));
            }
        }
        for disk in guest["disks"].as_array().into_iter().flatten() {
            let (Some(pool), Some(volume)) = (disk["pool"].as_str(), disk["vol"].as_str()) else {
                continue;
            };
            let known = self.pools.iter().position(|(known, _)| known == pool);
            let at = known.unwrap_or_else(|| {
                let xml = format!("<pool type='dir'><name>{pool}</name><target><path>/var/lib/libvirt/images</path></target></pool>");
                self.pools.push((pool.to_owned(), xml));
                self.pools.len() - 1
            });
            let xml = &mut self.pools[at].1;
            if xml.contains(&format!("<volume><name>{volume}</name>")) {
                continue;
            }
            let size = disk["size"].as_u64().unwrap_or(1 << 30);
            let target = xml.split("<path>").last().unwrap();
            let target = target.split("</path>").next().unwrap().to_owned();
            let volume = format!(
                "<volume><name>{volume}</name><capacity>{size}</capacity><allocation>0</allocation><target><path>{target}/{volume}</path></target></volume>"
            );
            *xml = xml.replace("</pool>", &format!("{volume}</pool>"));
        }
    }

    /// Writes the host down and returns its URI.
    fn uri(&self, site: &Site) -> String {
        let all = self.domains.iter().chain(&self.networks).chain(&self.pools);
        let all: String = all.map(|(_, xml)| xml.as_str()).collect();
        site.write("host.xml", format!("<node>{all}</node>"));
        format!("test://{}", site.path().join("host.xml").display())
    }

    /// Plans for this host.
    pub(crate) fn plan(&self, site: &Site, args: &[&str]) -> Run {
        let uri = self.uri(site);
        site.run(&[&["--connect", &uri, "plan"], args].concat())
    }
}
