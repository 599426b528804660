//! How the installer of a guest is booted: the file it reads, and what lies beside it.

use serde_json::{Value, json};

use super::arguments::kernel_args;
use super::targets::{beside, overlay, volume};
use crate::link::Guest;

/// The install boot: the file the installer reads, and the arguments that make it read it.
pub(super) fn install_boot(guest: &Guest) -> Value {
    let args = kernel_args(guest).map(|(_, arg)| arg);
    let mut boot = json!({
        "file": install_file(guest),
        "kernel_args": args.collect::<Vec<_>>(),
    });
    let beside: Vec<&str> = beside(guest).map(|(name, _)| name).collect();
    if !beside.is_empty() {
        boot["beside"] = json!(beside);
    }
    if let Some(volume) = volume(guest.installer()) {
        boot["volume"] = json!(volume.label);
        if volume.cdrom {
            boot["cdrom"] = json!(true);
        }
    }
    if let Some(overlay) = overlay(guest.installer()) {
        boot["overlay"] = json!(overlay);
    }
    if let Some((kernel, initrd)) = boot_files(guest) {
        boot["kernel"] = json!(kernel);
        boot["initrd"] = json!(initrd);
    }
    boot
}

/// Stands for the guest's architecture.
const ARCH: &str = "{arch}";

/// Returns the installer's kernel and initrd where virt-install must be told of them.
fn boot_files(guest: &Guest) -> Option<(String, String)> {
    let (kernel, initrd) = (guest.os.kernel.as_ref()?, guest.os.initrd.as_ref()?);
    let virtinst = &guest.virtinst;
    if virtinst.image.is_some() {
        return None;
    }
    let location = virtinst.location.as_ref();
    let is_medium =
        virtinst.cdrom.is_some() || location.is_some_and(|place| place.ends_with(".iso"));
    let dir = guest.os.medium_dir.as_deref().filter(|_| is_medium);
    let arch = virtinst.arch.as_ref().map_or("", |arch| arch.as_str());
    let place = |file: &str| {
        let file = file.replace(ARCH, arch);
        match dir {
            Some(dir) => format!("{}/{file}", dir.trim_end_matches('/')),
            None => file,
        }
    };
    Some((place(kernel), place(initrd)))
}

/// Returns the name of the guest's first interface, or what it would be.
pub(super) fn first_device(guest: &Guest) -> &str {
    let first = guest.interfaces.first();
    first.map_or("eth0", |nic| nic.device.as_str())
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
