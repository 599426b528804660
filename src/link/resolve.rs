//! The order of linking: networks and pools, names, addresses, hardware addresses, disks.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::addresses::{Family, allocate};
use super::bases::{Base, Bases};
use super::depends_on::{Known, depends_on};
use super::interfaces::{self, Attachment, Owner};
use super::lock::{Choices, Lock, ReadLock};
use super::macs::{self, Request};
use super::wishes::{ips, ipv6, wanted};
use super::{Aside, Disk, Guest, Interface, Lab, disks, ports, uuid};
use crate::diag::Sink;
use crate::files::Files;
use crate::model::guest::InterfaceSpec;
use crate::model::host::Host;
use crate::model::mac::Mac;
use crate::model::network::{Network, qualify};
use crate::model::read::TypedGuest;
use crate::model::storage::Storage;
use crate::source::Spanned;

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
    /// What was set aside for its faults.
    pub aside: Aside,
    /// The lock file.
    pub lock: &'a Path,
}

/// Resolves every reference between objects.
pub fn link(input: Input<'_>, files: &mut Files, sink: &mut Sink) -> Lab {
    let Input {
        site,
        host,
        mut networks,
        mut storages,
        mut guests,
        counted,
        aside,
        lock,
    } = input;
    let read = ReadLock::read(lock, files, sink);
    let mut bases = Bases::find(&mut guests, &aside, sink);

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
        .par_iter()
        .enumerate()
        .map(|(index, guest)| ips(index, guest, &granted))
        .collect();
    let fixed: Vec<Vec<Option<Mac>>> = guests
        .par_iter()
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
    for (index, (((guest, attached), ips), macs)) in
        guests.iter().zip(&attached).zip(ips).zip(macs).enumerate()
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
        hardware.push(attachments);
    }
    let mut disks: Vec<Vec<Disk>> = vec![Vec::new(); guests.len()];
    for index in bases.order(guests.len()) {
        let guest = &mut guests[index];
        sink.about(Some(&guest.draft.name));
        let image = bases.of(index).map(|(base, _)| disks[base].as_slice());
        bases.apply(index, guest, image, sink);
        disks[index] = disks::resolve(
            &guest.draft.name,
            std::mem::take(&mut guest.spec.disks),
            guest.virtinst.image.as_ref(),
            guest.draft.legacy,
            &mut storages,
            &aside,
            sink,
        );
    }
    sink.about(None);
    let based: Vec<Option<Base>> = bases.named(&guests, &site);
    let mut guests = sink.each(
        guests.into_par_iter().zip(hardware).zip(disks).zip(based),
        |(((guest, _), _), _)| &guest.draft.name,
        |(((guest, attachments), disks), base), sink| {
            finish(guest, attachments, disks, base, &site, sink)
        },
    );
    let known = Known {
        names: &names,
        counted: &counted,
        aside: &aside,
    };
    depends_on(&mut guests, &known, sink);
    Lab {
        site,
        host,
        networks,
        storages,
        guests,
        aside,
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
    base: Option<Base>,
    site: &str,
    sink: &mut Sink,
) -> Guest {
    let TypedGuest {
        draft,
        spec,
        virtinst,
        install,
        files,
        links,
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
    let mut interfaces: Vec<Interface> = parts
        .map(|(position, (spec, attachment))| {
            interfaces::resolve(position, spec, attachment, &owner, sink)
        })
        .collect();
    ports::release(&mut interfaces, &links);
    let depends_on = spec.depends_on.into_iter();
    let depends_on = depends_on.map(|name| Spanned::new(name.as_str().to_owned(), name.span));
    let mut depends_on: Vec<Spanned<String>> = depends_on.collect();
    if let Some(base) = &base
        && !depends_on.iter().any(|name| *name.value == *base.name)
    {
        depends_on.push(Spanned::new(base.name.to_string(), base.span));
    }
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
        depends_on,
        seal: spec.seal.filter(|seal| seal.value).map(|seal| seal.span),
        base,
        templates: spec.templates,
        interfaces,
        disks,
        virtinst,
        install,
        files,
        links,
        secrets: draft.secrets,
        name: draft.name,
    }
}
