//! How the installer of a guest is booted: the file it reads, what lies beside it, and the kernel's arguments.

use serde_json::{Value, json};

use super::targets::{beside, volume};
use crate::link::{Guest, Interface};
use crate::model::guest::BootProto;

/// Stands for the install file, in the kernel arguments of the OS table.
const FILE: &str = "{file}";

/// Stands for the name of the first interface.
const DEVICE: &str = "{device}";

/// Stands for the MAC address of the first interface.
const MAC: &str = "{mac}";

/// Stands for the serial console of the guest's architecture.
const SERIAL: &str = "{serial}";

/// Returns the kernel arguments of the installed system that the OS table has.
pub(crate) fn console_args(guest: &Guest) -> Vec<String> {
    let args = guest.os.console_args.iter();
    args.map(|arg| arg.replace(SERIAL, guest.serial()))
        .collect()
}

/// Stands for the interface the install goes over, as PXELINUX names it: the hardware type and the MAC address.
const BOOTIF: &str = "{bootif}";

/// The install boot: the file the installer reads, and the arguments that make it read it.
pub(super) fn install_boot(guest: &Guest) -> Value {
    let file = install_file(guest);
    let first = guest.interfaces.first();
    let mac = first.map(|nic| nic.mac.to_string()).unwrap_or_default();
    let bootif = connected(guest).map(|nic| format!("01-{}", nic.mac).replace(':', "-"));
    let fill = |arg: &String| {
        arg.replace(FILE, &file)
            .replace(DEVICE, first_device(guest))
            .replace(MAC, &mac)
            .replace(SERIAL, guest.serial())
            .replace(BOOTIF, bootif.as_deref().unwrap_or_default())
    };
    let args = kernel_args(guest).map(|(_, arg)| fill(arg));
    let mut boot = json!({ "file": file, "kernel_args": args.collect::<Vec<_>>() });
    let beside = beside(guest.installer());
    if !beside.is_empty() {
        boot["beside"] = beside.iter().map(|(name, _)| json!(name)).collect();
    }
    if let Some(volume) = volume(guest.installer()) {
        boot["volume"] = json!(volume.label);
    }
    boot
}

/// Returns the arguments of the installer's kernel, unfilled; a cloud image boots with its own.
fn boot_args(guest: &Guest) -> &[String] {
    match guest.virtinst.image {
        Some(_) => &[],
        None => &guest.os.kernel_args,
    }
}

/// Returns the arguments of the installer's kernel, each with its position in the OS table: one that names the interface
/// is left out where there is none.
pub(crate) fn kernel_args(guest: &Guest) -> impl Iterator<Item = (usize, &String)> {
    let is_connected = connected(guest).is_some();
    let args = boot_args(guest).iter().enumerate();
    args.filter(move |(_, arg)| is_connected || !arg.contains(BOOTIF))
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

/// Returns the name of the guest's first interface, or what it would be.
pub(super) fn first_device(guest: &Guest) -> &str {
    let first = guest.interfaces.first();
    first.map_or("eth0", |nic| nic.device.as_str())
}

/// Returns whether the arguments of the installer's kernel are for one machine alone.
pub(super) fn boots_by_mac(guest: &Guest) -> bool {
    let mut args = boot_args(guest).iter();
    args.any(|arg| arg.contains(MAC) || arg.contains(BOOTIF))
}

/// Returns the name of the guest's install file.
pub(super) fn install_file(guest: &Guest) -> String {
    let chosen = guest
        .templates
        .get("autoinst")
        .and_then(|template| template.dst.as_ref());
    let own = || match volume(guest.installer()) {
        Some(volume) => volume.file.to_owned(),
        None => guest.os.install_file.clone(),
    };
    chosen.map_or_else(own, |dst| dst.as_str().to_owned())
}
