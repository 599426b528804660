//! The order of linking: networks and pools, names, addresses, hardware addresses, disks.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::addresses::{Family, Granted, Taken, Wish, allocate};
use super::interfaces::{self, Attachment, Owner};
use super::lock::{Choices, Lock, ReadLock};
use super::macs::{self, Request};
use super::{Disk, Guest, Interface, Lab, disks, uuid};
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::files::Files;
use crate::model::guest::{Address, InterfaceSpec};
use crate::model::host::Host;
use crate::model::mac::Mac;
use crate::model::network::{Network, qualify};
use crate::model::read::TypedGuest;
use crate::model::storage::Storage;
use crate::source::{Span, Spanned};

/// What linking starts from.
#[derive(Debug)]
pub struct Input<'a> {
    /// The site's name.
    pub site: String,
    /// The host.
    pub host: Host,
    /// The site's networks.
    pub networks: IndexMap<String, Network>,
    /// The site's pools.
    pub storages: IndexMap<String, Storage>,
    /// The typed guests, in natural order.
    pub guests: Vec<TypedGuest>,
    /// The names of guest files with a `count`, which `depends_on` may use for all they make.
    pub counted: HashSet<Arc<str>>,
    /// The lock file.
    pub lock: &'a Path,
}

/// Resolves every reference between objects.
pub fn link(input: Input<'_>, files: &mut Files, sink: &mut Sink) -> Lab {
    let read = ReadLock::read(input.lock, files, sink);
    let Input {
        site,
        host,
        mut networks,
        mut storages,
        mut guests,
        counted,
        ..
    } = input;

    let mut attached: Vec<Vec<Option<Spanned<String>>>> = Vec::with_capacity(guests.len());
    for guest in &mut guests {
        sink.about(Some(&guest.draft.name));
        interfaces::with_own_address(guest, sink);
        let legacy = guest.draft.legacy;
        let networks_of = |spec| interfaces::network(spec, legacy, &mut networks, sink);
        attached.push(guest.spec.interfaces.iter().map(networks_of).collect());
    }
    sink.about(None);

    let mut lock = Lock::default();
    let (taken, wishes) = wanted(&guests, &attached, sink);
    let granted = allocate(wishes, &networks, &taken, &read, &mut lock, sink);

    let names: HashSet<Arc<str>> = guests
        .iter()
        .map(|guest| Arc::clone(&guest.draft.name))
        .collect();
    let ips: Vec<Vec<Option<Spanned<Ipv4Addr>>>> = guests
        .iter()
        .enumerate()
        .map(|(index, guest)| ips(index, guest, &granted))
        .collect();
    let fixed: Vec<Vec<Option<Mac>>> = guests
        .iter()
        .zip(&attached)
        .zip(&ips)
        .map(|((guest, attached), ips)| {
            let parts = guest.spec.interfaces.iter().zip(attached).zip(ips);
            parts
                .map(|((spec, network), ip)| {
                    fixed_mac(spec, network.as_ref(), ip.as_ref(), &networks)
                })
                .collect()
        })
        .collect();
    let macs = hardware(
        &site,
        &guests,
        &attached,
        fixed,
        &read,
        &mut lock.macs,
        sink,
    );
    let mut hardware = Vec::with_capacity(guests.len());
    for (index, (((guest, attached), ips), macs)) in guests
        .iter_mut()
        .zip(&attached)
        .zip(ips)
        .zip(macs)
        .enumerate()
    {
        sink.about(Some(&guest.draft.name));
        let mut attachments = Vec::with_capacity(attached.len());
        for (position, ((network, ip), mac)) in attached.iter().zip(ips).zip(macs).enumerate() {
            let network = network
                .as_ref()
                .and_then(|name| Some((name, networks.get(&name.value)?)));
            let ipv6 = ipv6(
                guest.spec.interfaces[position].ipv6.as_ref(),
                granted.get(&(index, position, Family::V6)),
            );
            attachments.push(Attachment {
                network,
                ip,
                ipv6,
                mac,
            });
        }
        let wanted = std::mem::take(&mut guest.spec.disks);
        let draft = &guest.draft;
        let disks = disks::resolve(&draft.name, wanted, draft.legacy, &mut storages, sink);
        hardware.push((attachments, disks));
    }
    sink.about(None);
    let mut guests = sink.each(
        guests.into_par_iter().zip(hardware),
        |(guest, _)| &guest.draft.name,
        |(guest, (attachments, disks)), sink| finish(guest, attachments, disks, &site, sink),
    );
    depends_on(&mut guests, &names, &counted, sink);
    Lab {
        site,
        host,
        networks,
        storages,
        guests,
        lock,
    }
}

/// Returns the MAC address of every interface: the `fixed` ones, and chosen ones for the rest.
fn hardware(
    site: &str,
    guests: &[TypedGuest],
    attached: &[Vec<Option<Spanned<String>>>],
    fixed: Vec<Vec<Option<Mac>>>,
    lock: &ReadLock,
    chosen: &mut Choices<Mac>,
    sink: &mut Sink,
) -> Vec<Vec<Mac>> {
    let mut requests = Vec::new();
    for ((guest, attached), fixed) in guests.iter().zip(attached).zip(&fixed) {
        let parts = guest.spec.interfaces.iter().zip(attached).zip(fixed);
        let open = parts.enumerate().filter(|(_, (_, mac))| mac.is_none());
        requests.extend(open.map(|(position, ((spec, network), _))| {
            let bridge = spec.bridge.as_ref().map(|bridge| bridge.as_str());
            let network = network.as_ref().map(|network| network.value.as_str());
            Request {
                guest: &guest.draft.name,
                on: network.or(bridge).unwrap_or_default(),
                position,
            }
        }));
    }
    let specs = guests.iter().flat_map(|guest| &guest.spec.interfaces);
    let written = fixed.iter().flatten().zip(specs);
    let written = written
        .filter_map(|(mac, spec)| Some(((*mac)?, spec.mac.as_ref().map(|mac| mac.span))))
        .collect();
    let mut chosen = macs::choose(site, &requests, lock, written, chosen, sink).into_iter();
    let mut fill = |mac: Option<Mac>| mac.or_else(|| chosen.next()).expect("one for each request");
    fixed
        .into_iter()
        .map(|macs| macs.into_iter().map(&mut fill).collect())
        .collect()
}

/// Gathers explicit addresses by network, and the wishes for one.
fn wanted(
    guests: &[TypedGuest],
    attached: &[Vec<Option<Spanned<String>>>],
    sink: &mut Sink,
) -> (Taken, Vec<Wish>) {
    let mut taken = Taken::new();
    let mut wishes = Vec::new();
    for (guest_index, (guest, attached)) in guests.iter().zip(attached).enumerate() {
        sink.about(Some(&guest.draft.name));
        for (index, (spec, network)) in guest.spec.interfaces.iter().zip(attached).enumerate() {
            for (family, address, span) in asked(spec) {
                let Some(network) = network else {
                    // One with both has had its fault reported.
                    let bridge = spec.bridge.as_ref().filter(|_| spec.network.is_none());
                    if let (Some(bridge), None) = (bridge, address) {
                        no_network(family, span, bridge.span, sink);
                    }
                    continue;
                };
                if let Some(address) = address {
                    let of_network = taken.entry(network.value.clone()).or_default();
                    of_network.entry(address).or_insert(span);
                    continue;
                }
                let same = |other: &&Option<Spanned<String>>| {
                    other.as_ref().is_some_and(|o| o.value == network.value)
                };
                let before = attached[..index].iter().filter(same).count();
                let name = &guest.draft.name;
                let key = if before == 0 {
                    name.to_string()
                } else {
                    format!("{name}/{}", before + 1)
                };
                wishes.push(Wish {
                    guest: guest_index,
                    interface: index,
                    family,
                    key,
                    network: network.value.clone(),
                    span,
                });
            }
        }
    }
    sink.about(None);
    (taken, wishes)
}

/// The addresses an interface asks for; none stands for the wish for one.
fn asked(spec: &InterfaceSpec) -> impl Iterator<Item = (Family, Option<IpAddr>, Span)> {
    let ipv4 = spec.ip.as_ref().map(|ip| {
        let address = match ip.value {
            Address::Ip(address) => Some(IpAddr::V4(address)),
            Address::Auto => None,
        };
        (Family::V4, address, ip.span)
    });
    let ipv6 = spec.ipv6.as_ref().map(|ip| {
        let address = match ip.value {
            Address::Ip(address) => Some(IpAddr::V6(address)),
            Address::Auto => None,
        };
        (Family::V6, address, ip.span)
    });
    ipv4.into_iter().chain(ipv6)
}

fn no_network(family: Family, span: Span, bridge: Span, sink: &mut Sink) {
    let message = format!(
        "`{}: auto` needs a network: what addresses a bridge leads to is not known",
        family.key()
    );
    sink.push(
        Diagnostic::error(Code::AddressNotServed, span, message)
            .also(bridge, "the bridge")
            .help("write the address, or leave it to a DHCP server on that bridge"),
    );
}

fn ips(
    guest_index: usize,
    guest: &TypedGuest,
    granted: &Granted,
) -> Vec<Option<Spanned<Ipv4Addr>>> {
    let of = |(index, spec): (usize, &Spanned<InterfaceSpec>)| {
        let wish = spec.ip.as_ref()?;
        match wish.value {
            Address::Ip(address) => Some(Spanned::new(address, wish.span)),
            Address::Auto => match granted.get(&(guest_index, index, Family::V4))?.value {
                IpAddr::V4(address) => Some(Spanned::new(address, wish.span)),
                IpAddr::V6(_) => None,
            },
        }
    };
    guest.spec.interfaces.iter().enumerate().map(of).collect()
}

/// The IPv6 address of an interface: as written, or as granted.
fn ipv6(
    wish: Option<&Spanned<Address<Ipv6Addr>>>,
    granted: Option<&Spanned<IpAddr>>,
) -> Option<Spanned<Ipv6Addr>> {
    let wish = wish?;
    match (wish.value, granted.map(|granted| granted.value)) {
        (Address::Ip(address), _) | (Address::Auto, Some(IpAddr::V6(address))) => {
            Some(Spanned::new(address, wish.span))
        }
        _ => None,
    }
}

/// Returns the MAC address an interface has without anybody choosing: a written one, or the readable form of a network
/// with a prefix, for host numbers up to 9999.
///
/// Two of them may be the same; that is a fault to report, not one to hide by giving one of them another.
fn fixed_mac(
    spec: &InterfaceSpec,
    network: Option<&Spanned<String>>,
    ip: Option<&Spanned<Ipv4Addr>>,
    networks: &IndexMap<String, Network>,
) -> Option<Mac> {
    if let Some(mac) = &spec.mac {
        return Some(mac.value);
    }
    let network = networks.get(&network?.value)?;
    let host = network.subnet.as_ref()?.host_number(ip?.value.into())?;
    Mac::readable(
        network.mac_prefix.as_ref()?.value,
        u16::try_from(host).ok()?,
    )
}

/// Names the guest and fills in the defaults of its interfaces.
fn finish(
    guest: TypedGuest,
    attachments: Vec<Attachment<'_>>,
    disks: Vec<Disk>,
    site: &str,
    sink: &mut Sink,
) -> Guest {
    let TypedGuest {
        draft,
        spec,
        virtinst,
        install,
        files,
        extra,
    } = guest;
    let first = attachments
        .first()
        .and_then(|first| first.network)
        .map(|(_, network)| network);
    let domain = spec
        .domain
        .or_else(|| first.and_then(|network| network.domain.clone()));
    let domain = domain.map(|domain| domain.as_str().to_owned());
    let hostname = spec.hostname.map_or_else(
        || Spanned::new(draft.name.to_string(), draft.defined),
        |name| Spanned::new(name.as_str().to_owned(), name.span),
    );
    let fqdn = spec.fqdn.map_or_else(
        || Spanned::new(qualify(&hostname, domain.as_deref()), hostname.span),
        |fqdn| Spanned::new(fqdn.as_str().to_owned(), fqdn.span),
    );
    let owner = Owner {
        hostname: &hostname,
        fqdn: &fqdn,
        domain: domain.as_deref(),
        interfaces: spec.interfaces.len(),
        legacy: draft.legacy,
    };
    let parts = spec.interfaces.into_iter().zip(attachments).enumerate();
    let interfaces: Vec<Interface> = parts
        .map(|(position, (spec, attachment))| {
            interfaces::resolve(position, spec, attachment, &owner, sink)
        })
        .collect();
    Guest {
        uuid: uuid(site, "guest", &draft.name),
        defined: draft.defined,
        index: draft.index,
        sysgroups: draft.sysgroups,
        os: draft.os,
        os_span: draft.os_span,
        hostname,
        fqdn,
        domain,
        description: spec.description,
        vars: spec.vars,
        extra,
        depends_on: spec
            .depends_on
            .into_iter()
            .map(|name| Spanned::new(name.as_str().to_owned(), name.span))
            .collect(),
        templates: spec.templates,
        interfaces,
        disks,
        virtinst,
        install,
        files,
        secrets: draft.secrets,
        name: draft.name,
    }
}

/// Resolves `depends_on`: a guest, or all guests that a `count` made.
fn depends_on(
    guests: &mut [Guest],
    names: &HashSet<Arc<str>>,
    counted: &HashSet<Arc<str>>,
    sink: &mut Sink,
) {
    for guest in guests.iter_mut() {
        sink.about(Some(&guest.name));
        let mut resolved: Vec<Spanned<String>> = Vec::with_capacity(guest.depends_on.len());
        for wanted in &guest.depends_on {
            let name = wanted.value.as_str();
            if names.contains(name) {
                resolved.push(wanted.clone());
            } else if counted.contains(name) {
                let made = |number: &u32| names.contains(format!("{name}-{number}").as_str());
                let each = (1..)
                    .take_while(made)
                    .map(|number| Spanned::new(format!("{name}-{number}"), wanted.span));
                resolved.extend(each);
            } else {
                let message = format!("guest `{name}` is not defined");
                let near = nearest(name, names.iter().map(|name| &**name));
                let diagnostic = Diagnostic::error(Code::UnknownGuest, wanted.span, message);
                sink.push(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic
                        .help("name a guest, or a guest file with a `count` for all it makes"),
                });
            }
        }
        guest.depends_on = resolved;
    }
    sink.about(None);
    cycles(guests, sink);
}

fn cycles(guests: &[Guest], sink: &mut Sink) {
    let index: HashMap<&str, usize> = guests
        .iter()
        .enumerate()
        .map(|(at, guest)| (&*guest.name, at))
        .collect();
    // 0: not seen, 1: on the current path, 2: done.
    let mut state = vec![0_u8; guests.len()];
    for start in 0..guests.len() {
        let mut path = vec![(start, 0)];
        while let Some((at, edge)) = path.pop() {
            if edge == 0 {
                if state[at] == 2 {
                    continue;
                }
                state[at] = 1;
            }
            let Some(next) = guests[at].depends_on.get(edge) else {
                state[at] = 2;
                continue;
            };
            path.push((at, edge + 1));
            let Some(&to) = index.get(next.value.as_str()) else {
                continue;
            };
            match state[to] {
                0 => path.push((to, 0)),
                1 => {
                    let from = path
                        .iter()
                        .position(|(on_path, _)| *on_path == to)
                        .unwrap_or_default();
                    let names: Vec<&str> = path[from..]
                        .iter()
                        .map(|(at, _)| &*guests[*at].name)
                        .chain([&*guests[to].name])
                        .collect();
                    let message = format!("guests wait for each other: {}", names.join(" → "));
                    let diagnostic = Diagnostic::error(Code::DependencyCycle, next.span, message);
                    let waits = path[from..path.len() - 1]
                        .iter()
                        .map(|(at, edge)| &guests[*at].depends_on[edge - 1]);
                    let diagnostic = waits.fold(diagnostic, |diagnostic, wait| {
                        diagnostic.also(wait.span, format!("waits for `{}`", wait.value))
                    });
                    sink.push(diagnostic.help("leave out one of them"));
                }
                _ => {}
            }
        }
    }
}
