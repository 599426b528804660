//! The kernel arguments of the OS table, with what stands in braces filled in.

use crate::link::{Guest, Interface};
use crate::model::guest::BootProto;
use crate::model::install::system::Finish;

use super::boot::{first_device, install_file};

/// Stands for the install file.
const FILE: &str = "{file}";

/// Stands for the name of the first interface.
const DEVICE: &str = "{device}";

/// Stands for the MAC address of the first interface.
const MAC: &str = "{mac}";

/// Stands for the serial console of the guest's architecture.
const SERIAL: &str = "{serial}";

/// Stands for the interface the install goes over, as PXELINUX names it: the hardware type and the MAC address.
const BOOTIF: &str = "{bootif}";

/// Stands for that interface and its addresses, as linuxrc's `ifcfg` has them.
const IFCFG: &str = "{ifcfg}";

/// Stands for that interface's addresses, as the kernel's `ip` has them.
const IP: &str = "{ip}";

/// Stands for that interface by its MAC address, and its addresses, as dracut's `ip` has them.
const IP_BY_MAC: &str = "{ip_by_mac}";

/// Stands for what the machine does when the installer is done.
const FINISH: &str = "{finish}";

/// Stands for the install tree, where the guest reaches it by a URL.
const SOURCE: &str = "{source}";

/// Stands for that tree where the name of a file follows.
const SOURCE_DIR: &str = "{source}/";

/// Stands for Alpine's repository `main` on the mirror that has the install tree.
const REPO: &str = "{repo}";

/// Stands for the proxy that the install tree is fetched through.
const PROXY: &str = "{proxy}";

/// Stands for the proxy, unless there is an install tree that is reached without it.
const ANY_PROXY: &str = "{any_proxy}";

/// What is different in each guest, or depends on its install data.
const OWN: &[&str] = &[MAC, BOOTIF, IFCFG, IP, IP_BY_MAC, FINISH, PROXY, ANY_PROXY];

/// Returns whether the arguments of the installer's kernel are for one machine alone.
pub(super) fn has_own_args(guest: &Guest) -> bool {
    let mut args = unfilled(guest).iter();
    args.any(|arg| arg.contains('{') && OWN.iter().any(|own| arg.contains(own)))
}

/// Returns the kernel arguments of the installed system that the OS table has.
pub(crate) fn console_args(guest: &Guest) -> Vec<String> {
    let args = guest.os.console_args.iter();
    args.map(|arg| arg.replace(SERIAL, guest.serial()))
        .collect()
}

/// Returns the arguments of the installer's kernel, each with its position in the OS table: one with nothing to fill in is
/// left out.
pub(crate) fn kernel_args(guest: &Guest) -> impl Iterator<Item = (usize, String)> {
    let first = guest.interfaces.first();
    let mac = first.map(|nic| nic.mac.to_string()).unwrap_or_default();
    let connected = connected(guest);
    let values = [
        (FILE, Some(install_file(guest))),
        (DEVICE, Some(first_device(guest).to_owned())),
        (MAC, Some(mac)),
        (SERIAL, Some(guest.serial().to_owned())),
        (BOOTIF, connected.map(bootif)),
        (IFCFG, connected.map(|nic| ifcfg(guest, nic))),
        (IP, connected.and_then(|nic| ip(guest, nic))),
        (IP_BY_MAC, connected.and_then(|nic| ip_by_mac(guest, nic))),
        (FINISH, Some(finish(guest).to_owned())),
        (
            SOURCE_DIR,
            source(guest).map(|url| format!("{}/", url.trim_end_matches('/'))),
        ),
        (SOURCE, source(guest)),
        (REPO, repository(guest)),
        (PROXY, proxy(guest)),
        (ANY_PROXY, any_proxy(guest)),
    ];
    let fill = move |arg: &String| {
        values.iter().try_fold(arg.clone(), |arg, (name, value)| {
            if arg.contains(name) {
                value.as_ref().map(|value| arg.replace(name, value))
            } else {
                Some(arg)
            }
        })
    };
    let args = unfilled(guest).iter().enumerate();
    args.filter_map(move |(position, arg)| Some((position, fill(arg)?)))
}

/// Returns the arguments of the installer's kernel as the OS table has them; a cloud image boots with its own.
fn unfilled(guest: &Guest) -> &[String] {
    match guest.virtinst.image {
        Some(_) => &[],
        None => &guest.os.kernel_args,
    }
}

/// Returns the interface an install goes over: the first with an address and a default route, or with an address.
fn connected(guest: &Guest) -> Option<&Interface> {
    let used = || {
        let nics = guest.interfaces.iter();
        nics.filter(|nic| nic.bootproto != BootProto::None)
    };
    let routed = used().find(|nic| !nic.nodefroute);
    routed.or_else(|| used().next())
}

fn bootif(nic: &Interface) -> String {
    format!("01-{}", nic.mac).replace(':', "-")
}

/// The interface by its MAC address, and `dhcp4`, or address, gateway, name server and domain (SDB:Linuxrc, "ifcfg").
fn ifcfg(guest: &Guest, nic: &Interface) -> String {
    let address = match (&nic.ip, nic.netmask, &nic.ipv6) {
        _ if nic.bootproto == BootProto::Dhcp => return format!("{}=dhcp4", nic.mac),
        (Some(ip), Some(netmask), _) => format!("{}/{}", ip.value, netmask.to_bits().count_ones()),
        (_, _, Some(ipv6)) => format!("{}/{}", ipv6.value, nic.ipv6_prefix),
        _ => return format!("{}=dhcp4", nic.mac),
    };
    let gateway = match (&nic.ip, nic.gateway, nic.ipv6_gateway) {
        _ if nic.nodefroute => String::new(),
        (Some(_), gateway, _) => gateway.map(|ip| ip.to_string()).unwrap_or_default(),
        (None, _, gateway) => gateway.map(|ip| ip.to_string()).unwrap_or_default(),
    };
    let mut servers = nic.nameservers.iter().chain(&guest.install.nameservers);
    let server = servers.next().map(ToString::to_string).unwrap_or_default();
    let domain = guest.domain.as_deref().unwrap_or_default();
    let parts = [address, gateway, server, domain.to_owned()].join(",");
    format!("{}={}", nic.mac, parts.trim_end_matches(','))
}

/// `dhcp`, or address, gateway, netmask, name and name servers (nfsroot.txt of the kernel, "ip="); IPv6 has no words for
/// it. Nobody asks for it who boots from a medium.
fn ip(guest: &Guest, nic: &Interface) -> Option<String> {
    source(guest)?;
    if nic.bootproto == BootProto::Dhcp {
        return Some("dhcp".to_owned());
    }
    let (address, netmask) = (nic.ip.as_ref()?, nic.netmask?);
    let gateway = nic.gateway.filter(|_| !nic.nodefroute);
    let gateway = gateway.map(|ip| ip.to_string()).unwrap_or_default();
    let mut servers = nic.nameservers.iter().chain(&guest.install.nameservers);
    let server = servers.next().map(ToString::to_string).unwrap_or_default();
    let text = format!("{}::{gateway}:{netmask}:::none:{server}", address.value);
    Some(text.trim_end_matches(':').to_owned())
}

/// The interface and `dhcp`, or address, gateway, prefix length, interface and name server (dracut.cmdline(7), "ip=", where
/// NetworkManager takes a MAC address for the name as well). Nobody asks for it who boots from a medium.
fn ip_by_mac(guest: &Guest, nic: &Interface) -> Option<String> {
    source(guest)?;
    let mac = nic.mac.to_string().replace(':', "-");
    if nic.bootproto == BootProto::Dhcp {
        return Some(format!("{mac}:dhcp"));
    }
    let routed = !nic.nodefroute;
    let (address, prefix, gateway) = match (&nic.ip, nic.netmask, &nic.ipv6) {
        (Some(ip), Some(netmask), _) => {
            let gateway = nic.gateway.map(|ip| ip.to_string());
            (
                ip.value.to_string(),
                netmask.to_bits().count_ones(),
                gateway,
            )
        }
        (_, _, Some(ip)) => {
            let gateway = nic.ipv6_gateway.map(|ip| format!("[{ip}]"));
            (format!("[{}]", ip.value), nic.ipv6_prefix.into(), gateway)
        }
        _ => return None,
    };
    let gateway = gateway.filter(|_| routed).unwrap_or_default();
    let mut servers = nic.nameservers.iter().chain(&guest.install.nameservers);
    let server = servers.next().map(|server| match server.to_string() {
        ipv6 if ipv6.contains(':') => format!("[{ipv6}]"),
        ipv4 => ipv4,
    });
    let server = server.unwrap_or_default();
    let text = format!("{address}::{gateway}:{prefix}::{mac}:none:{server}");
    Some(text.trim_end_matches(':').to_owned())
}

/// The word of the site, or what the program does by itself.
fn finish(guest: &Guest) -> &'static str {
    let finish = guest.install.finish.as_ref();
    finish
        .map_or(Finish::Poweroff, |finish| finish.value)
        .as_str()
}

/// The directory of a release on the mirror that has the install tree, or else on the public one, and `main` in it.
fn repository(guest: &Guest) -> Option<String> {
    let source = source(guest)?;
    let base = match source.split_once("/releases/") {
        Some((base, _)) => base.to_owned(),
        None => format!("{}/v{}", guest.os.mirror.as_ref()?, guest.os.version),
    };
    Some(format!("{base}/main"))
}

/// The install tree as a URL; one on NFS may be written without slashes.
fn source(guest: &Guest) -> Option<String> {
    let location = guest.virtinst.location.as_ref()?.as_str();
    if location.ends_with(".iso") {
        return None;
    }
    if let Some(place) = location.strip_prefix("nfs:") {
        let place = place.trim_start_matches('/').replacen(":/", "/", 1);
        return Some(format!("nfs://{place}"));
    }
    let schemes = ["http://", "https://", "ftp://"];
    let remote = schemes.iter().any(|scheme| location.starts_with(scheme));
    remote.then(|| location.to_owned())
}

/// The proxy, unless the install tree is reached without it.
fn proxy(guest: &Guest) -> Option<String> {
    let proxy = guest.install.proxy.as_ref()?;
    let source = source(guest).filter(|source| !source.starts_with("nfs:"))?;
    (!proxy.spares(&source)).then(|| proxy.url.value.to_string())
}

/// The proxy, for an install that may need the network whatever it boots from.
fn any_proxy(guest: &Guest) -> Option<String> {
    let proxy = guest.install.proxy.as_ref()?;
    let spared = source(guest).is_some_and(|source| proxy.spares(&source));
    (!spared).then(|| proxy.url.value.to_string())
}
