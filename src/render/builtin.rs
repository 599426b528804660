//! The templates that ship inside the program.

macro_rules! embed {
    ($($name:literal,)*) => {
        /// Every built-in template by its path below `templates/`.
        pub(super) const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../templates/", $name))),)*];
    };
}

embed! {
    "autoinstall/agama.json",
    "autoinstall/agama/connection.json",
    "autoinstall/agama/filesystem.json",
    "autoinstall/agama/group.json",
    "autoinstall/agama/installer.sh",
    "autoinstall/agama/layout.json",
    "autoinstall/agama/network.json",
    "autoinstall/agama/part.json",
    "autoinstall/agama/size.json",
    "autoinstall/agama/software.json",
    "autoinstall/agama/storage.json",
    "autoinstall/agama/system.sh",
    "autoinstall/agama/system/boot.sh",
    "autoinstall/agama/system/packages.sh",
    "autoinstall/alpine/answers",
    "autoinstall/alpine/disks.sh",
    "autoinstall/alpine/format.sh",
    "autoinstall/alpine/install.sh",
    "autoinstall/alpine/layout.sh",
    "autoinstall/alpine/script.sh",
    "autoinstall/alpine/system.sh",
    "autoinstall/alpine/system/accounts.sh",
    "autoinstall/alpine/system/boot.sh",
    "autoinstall/alpine/system/firewall.sh",
    "autoinstall/alpine/system/firstboot.sh",
    "autoinstall/alpine/system/network.sh",
    "autoinstall/alpine/system/packages.sh",
    "autoinstall/alpine/system/services.sh",
    "autoinstall/autoyast.profile",
    "autoinstall/autoyast/array.profile",
    "autoinstall/autoyast/arrays.profile",
    "autoinstall/autoyast/bootloader.profile",
    "autoinstall/autoyast/disklabel.profile",
    "autoinstall/autoyast/encryption.profile",
    "autoinstall/autoyast/filesystem.profile",
    "autoinstall/autoyast/firmware.profile",
    "autoinstall/autoyast/layout.profile",
    "autoinstall/autoyast/member.profile",
    "autoinstall/autoyast/partitioning.profile",
    "autoinstall/autoyast/pool.profile",
    "autoinstall/autoyast/script.profile",
    "autoinstall/autoyast/scripts.profile",
    "autoinstall/autoyast/size.profile",
    "autoinstall/autoyast/software.profile",
    "autoinstall/autoyast/subvolumes.profile",
    "autoinstall/autoyast/system.sh",
    "autoinstall/autoyast/system/accounts.sh",
    "autoinstall/autoyast/system/locale.sh",
    "autoinstall/autoyast/system/network.sh",
    "autoinstall/autoyast/system/packages.sh",
    "autoinstall/autoyast/system/proxy.sh",
    "autoinstall/autoyast/system/repository.repo",
    "autoinstall/autoyast/system/services.sh",
    "autoinstall/autoyast/system/setting.sh",
    "autoinstall/autoyast/system/wicked.sh",
    "autoinstall/cloud/accounts.yml",
    "autoinstall/cloud/apt-key.sh",
    "autoinstall/cloud/files.yml",
    "autoinstall/cloud/hosts",
    "autoinstall/cloud/keyboard.yml",
    "autoinstall/cloud/meta-data",
    "autoinstall/cloud/network-config",
    "autoinstall/cloud/packages.sh",
    "autoinstall/cloud/redhat.sh",
    "autoinstall/cloud/setup.sh",
    "autoinstall/ks.cfg",
    "autoinstall/ks/accounts.cfg",
    "autoinstall/ks/autopart.cfg",
    "autoinstall/ks/disks.cfg",
    "autoinstall/ks/files.cfg",
    "autoinstall/ks/firstboot.cfg",
    "autoinstall/ks/ifcfg.cfg",
    "autoinstall/ks/layout.cfg",
    "autoinstall/ks/links.cfg",
    "autoinstall/ks/network.cfg",
    "autoinstall/ks/packages.cfg",
    "autoinstall/ks/repository.repo",
    "autoinstall/ks/scripts.cfg",
    "autoinstall/ks/security.cfg",
    "autoinstall/ks/source.cfg",
    "autoinstall/ks/system-network.cfg",
    "autoinstall/ks/system-repos.cfg",
    "autoinstall/ks/system.cfg",
    "autoinstall/ks/volume.cfg",
    "autoinstall/preseed.cfg",
    "autoinstall/preseed/apt-proxy.conf",
    "autoinstall/preseed/disks.cfg",
    "autoinstall/preseed/firmware.cfg",
    "autoinstall/preseed/installer.sh",
    "autoinstall/preseed/layout.cfg",
    "autoinstall/preseed/mirror.cfg",
    "autoinstall/preseed/network.cfg",
    "autoinstall/preseed/packages.cfg",
    "autoinstall/preseed/room.cfg",
    "autoinstall/preseed/script.sh",
    "autoinstall/preseed/system.sh",
    "autoinstall/preseed/system/accounts.sh",
    "autoinstall/preseed/system/boot.sh",
    "autoinstall/preseed/system/ifupdown.sh",
    "autoinstall/preseed/system/locale.sh",
    "autoinstall/preseed/system/netplan.sh",
    "autoinstall/preseed/system/network.sh",
    "autoinstall/preseed/system/packages.sh",
    "autoinstall/preseed/system/services.sh",
    "autoinstall/preseed/use.cfg",
    "autoinstall/proxy.sh",
    "autoinstall/seal.sh",
    "autoinstall/subiquity.yml",
    "autoinstall/subiquity/crypt.yml",
    "autoinstall/subiquity/disk.yml",
    "autoinstall/subiquity/efi.yml",
    "autoinstall/subiquity/filesystem.yml",
    "autoinstall/subiquity/group.yml",
    "autoinstall/subiquity/installer.sh",
    "autoinstall/subiquity/layout.yml",
    "autoinstall/subiquity/network.yml",
    "autoinstall/subiquity/packages.sh",
    "autoinstall/subiquity/size.yml",
    "autoinstall/subiquity/storage.yml",
    "autoinstall/subiquity/system.sh",
    "autoinstall/system/device.sh",
    "autoinstall/system/files.sh",
    "autoinstall/system/firstboot.sh",
    "autoinstall/system/names.sh",
    "autoinstall/system/netplan-reach.yml",
    "autoinstall/system/netplan.yml",
    "autoinstall/system/networkmanager.sh",
    "autoinstall/unattend.xml",
    "autoinstall/unattend/SetupComplete.cmd",
    "autoinstall/unattend/disk.xml",
    "autoinstall/unattend/disks.xml",
    "autoinstall/unattend/drivers.xml",
    "autoinstall/unattend/interfaces.xml",
    "autoinstall/unattend/setup.json",
    "autoinstall/unattend/setup.ps1",
    "autoinstall/user-data",
    "guest/vmbuild.sh",
    "guest/vmbuild/cdroms.sh",
    "guest/vmbuild/devices.sh",
    "guest/vmbuild/disks.sh",
    "guest/vmbuild/image.sh",
    "guest/vmbuild/install.sh",
    "guest/vmbuild/machine.sh",
    "guest/vmbuild/overlay.sh",
    "guest/vmbuild/seed.sh",
    "guest/vmbuild/values.sh",
    "guest/vmbuild/volumes.sh",
    "host/net-setup.sh",
    "host/net-setup/networks.sh",
    "host/net-setup/parts.sh",
    "host/net-setup/pools.sh",
    "host/network.xml",
    "host/network/dns.xml",
    "host/network/ip.xml",
    "host/network/vlan.xml",
    "host/storage.xml",
}

/// Returns the text of a template that ships inside the program.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let mut templates = TEMPLATES.iter();
    templates
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use walkdir::WalkDir;

    #[test]
    fn every_template_is_embedded() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut files: Vec<String> = WalkDir::new(root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                entry
                    .path()
                    .strip_prefix(root)
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        files.sort();
        let embedded: Vec<&str> = super::TEMPLATES.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, embedded);
    }
}
