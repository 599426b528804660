//! Interfaces and disks as templates read them. The names are those of the site's YAML as far as the values are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use crate::link::{Disk, DiskPlace, Interface};
use crate::model::guest::{BootProto, Bus, Cache, DiskFormat};
use crate::model::install::Route;
use crate::model::mac::Mac;
use crate::model::size::Size;
use crate::model::words::Backing;
use crate::source::Spanned;

/// A network interface.
#[derive(Serialize)]
pub(super) struct InterfaceView<'a> {
    device: &'a str,
    mac: Mac,
    model: &'a str,
    bootproto: BootProto,
    hostname: &'a str,
    fqdn: &'a str,
    nameservers: &'a [IpAddr],
    dns_record: bool,
    nodns: bool,
    nodefroute: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bridge: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    netmask: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6: Option<Ipv6Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_prefix: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_gateway: Option<Ipv6Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    portgroup: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    routes: &'a [Spanned<Route>],
}

impl<'a> From<&'a Interface> for InterfaceView<'a> {
    fn from(nic: &'a Interface) -> Self {
        let ipv6 = nic.ipv6.as_ref().map(|ipv6| ipv6.value);
        Self {
            device: &nic.device,
            mac: nic.mac,
            model: nic.model.as_str(),
            bootproto: nic.bootproto,
            hostname: &nic.hostname,
            fqdn: &nic.fqdn,
            nameservers: &nic.nameservers,
            dns_record: nic.dns_record,
            nodns: nic.nodns,
            nodefroute: nic.nodefroute,
            network: nic.network.as_ref().map(|name| name.value.as_str()),
            bridge: nic.bridge.as_ref().map(|bridge| bridge.as_str()),
            ip: nic.ip.as_ref().map(|ip| ip.value),
            netmask: nic.netmask,
            prefix: nic.netmask.map(|netmask| netmask.to_bits().count_ones()),
            gateway: nic.gateway,
            ipv6,
            ipv6_prefix: ipv6.map(|_| nic.ipv6_prefix),
            ipv6_gateway: nic.ipv6_gateway.filter(|_| ipv6.is_some()),
            duid: nic.duid.as_ref().map(|duid| duid.value.as_str()),
            portgroup: nic.portgroup.as_ref().map(|group| group.value.as_str()),
            mtu: nic.mtu,
            options: nic.options.as_ref().map(|options| options.as_str()),
            routes: &nic.routes,
        }
    }
}

impl InterfaceView<'_> {
    /// Returns what an install has of it; the rest the host changes.
    pub(super) fn installed(self) -> Self {
        Self {
            model: "",
            portgroup: None,
            ..self
        }
    }
}

/// A disk.
#[derive(Serialize)]
pub(super) struct DiskView<'a> {
    device: &'a str,
    format: DiskFormat,
    cache: Cache,
    bus: Bus,
    shareable: bool,
    sparse: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pool: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vol: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backing: Option<&'a Backing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backing_format: Option<DiskFormat>,
}

impl<'a> From<&'a Disk> for DiskView<'a> {
    fn from(disk: &'a Disk) -> Self {
        let (pool, vol, path) = match &disk.place {
            DiskPlace::Volume { pool, vol } => (Some(pool.as_str()), Some(vol.as_str()), None),
            DiskPlace::Path(path) => (None, None, Some(path.as_str())),
        };
        Self {
            device: &disk.device,
            format: disk.format,
            cache: disk.cache,
            bus: disk.bus,
            shareable: disk.shareable,
            sparse: disk.sparse,
            pool,
            vol,
            path,
            size: disk.size,
            backing: disk.backing.as_ref().map(|backing| &backing.value),
            backing_format: disk.backing_format,
        }
    }
}

impl DiskView<'_> {
    /// Returns what an install has of it; the rest the host changes.
    pub(super) fn installed(self) -> Self {
        Self {
            cache: Cache::None,
            size: None,
            ..self
        }
    }
}

/// A disk as the installer knows it. Guests with different volumes have this in common.
#[derive(Serialize)]
pub(super) struct DriveView<'a> {
    device: &'a str,
    shareable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Size>,
}

impl<'a> From<&'a Disk> for DriveView<'a> {
    fn from(disk: &'a Disk) -> Self {
        Self {
            device: &disk.device,
            shareable: disk.shareable,
            size: disk.size,
        }
    }
}
