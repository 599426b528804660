//! What is said of the names of a context that no section of the model describes.
//!
//! A row is a name, whether it is there whenever what it is part of is, its kind, and its meaning.

use super::{Kind, Row};

macro_rules! rows {
    ($($(#[$doc:meta])+ $table:ident { $($path:literal $presence:ident $kind:ident: $text:literal,)* })+) => {
        $($(#[$doc])+
        pub(super) const $table: &[Row] =
            &[$(Row { path: $path, kind: Kind::$kind, always: rows!(@$presence), doc: $text },)*];)+
    };
    (@always) => { true };
    (@optional) => { false };
}

rows! {
    /// The guest itself.
    GUEST {
        "name" always Text: "The guest's name, which is also the domain's.",
        "index" optional Number: "The trailing number of the name, when it has one.",
        "hostname" always Text: "The host name.",
        "fqdn" always Text: "The full name.",
        "domain" optional Text: "The DNS domain.",
        "description" optional Text: "A line for people.",
        "site" always Text: "The site's name.",
        "sysgroups" always Texts: "Its groups, in load order.",
        "depends_on" optional Texts: "Guests that must be up before this one is installed.",
        "uuid" always Text: "The domain's UUID.",
        "ip" optional Text: "The first interface's address.",
        "mac" optional Text: "The first interface's MAC address.",
        "vars" always Any: "The site's own data; an empty map when there is none.",
        "install" always Map: "The install boot.",
        "install.file" always Text: "The install file's name.",
        "install.kernel_args" always Texts: "Kernel arguments that make the installer read it.",
        "stamp" always Map: "What marks the domain as this site's.",
        "stamp.xmlns" always Text: "The XML namespace of the mark.",
        "stamp.site" always Text: "The site's name.",
        "stamp.digest" always Text: "A digest of everything the guest is made from.",
    }

    /// The operating system.
    OS {
        "os" always Map: "The guest's operating system.",
        "os.name" always Text: "The name as written, such as `rocky9` or `rhel6.3`.",
        "os.version" always Text: "The version, such as `6.3`.",
        "os.major" optional Number: "Its first number.",
        "os.minor" optional Number: "Its second number.",
        "os.distro" always Text: "The distribution, such as `rocky`.",
        "os.family" always Text: "The packaging family, such as `redhat`.",
        "os.installer" always Text: "The program that reads the install file, such as `kickstart`.",
        "os.syntax" optional Text: "The installer's syntax version, such as `RHEL9`.",
        "os.osinfo" always Texts: "Ids of osinfo-db to try, best first.",
    }

    /// The interfaces.
    INTERFACES {
        "interfaces" always Maps: "The network interfaces, in the order the guest sees them.",
        "interfaces[].device" always Text: "Its name in the guest, such as `eth0`.",
        "interfaces[].mac" always Text: "Its MAC address.",
        "interfaces[].network" optional Text: "The network it is in.",
        "interfaces[].bridge" optional Text: "The host's bridge it is on, instead of a network.",
        "interfaces[].ip" optional Text: "Its address.",
        "interfaces[].netmask" optional Text: "The netmask of its address.",
        "interfaces[].prefix" optional Number: "The netmask as the number of its bits.",
        "interfaces[].gateway" optional Text: "The gateway of its network.",
        "interfaces[].ipv6" optional Text: "Its IPv6 address.",
        "interfaces[].ipv6_prefix" optional Number: "The prefix length of its IPv6 address.",
        "interfaces[].nameservers" always Texts: "Name servers of a static address.",
        "interfaces[].bootproto" always Text: "How the system gets the address: `dhcp`, `static` or `none`.",
        "interfaces[].hostname" always Text: "Its name.",
        "interfaces[].fqdn" always Text: "Its full name.",
        "interfaces[].dns_record" always YesNo: "Whether the network's DNS knows it.",
        "interfaces[].nodns" always YesNo: "Whether the system ignores name servers offered here.",
        "interfaces[].nodefroute" always YesNo: "Whether the system takes no default route from here.",
        "interfaces[].model" always Text: "The card's model.",
        "interfaces[].mtu" optional Number: "The largest packet, in bytes.",
        "interfaces[].options" optional Text: "Further suboptions of virt-install's `--network`.",
    }

    /// The disks.
    DISKS {
        "disks" always Maps: "The disks, in the order the guest sees them.",
        "disks[].device" always Text: "Its name in the guest, such as `vda`.",
        "disks[].pool" optional Text: "The pool of its volume.",
        "disks[].vol" optional Text: "Its volume.",
        "disks[].path" optional Text: "The host's file or device it is, instead of a volume.",
        "disks[].size" optional Bytes: "Its size, when the program makes it.",
        "disks[].format" always Text: "`qcow2` or `raw`.",
        "disks[].bus" always Text: "The bus.",
        "disks[].cache" always Text: "The host's caching.",
        "disks[].shareable" always YesNo: "Whether several guests write to it.",
        "disks[].sparse" always YesNo: "Whether its space is taken only when written.",
        "disks[].backing" optional Text: "What it is a copy-on-write overlay of.",
    }

    /// What virt-install is told that the section does not say.
    VIRTINST {
        "virtinst" always Map: "Hardware and the source of the installation.",
        "virtinst.rng" always YesNo: "Whether it has a random number generator.",
    }

    /// Install data that templates see in another form than it is written in.
    INSTALL {
        "rootpw" optional Map: "Root's password.",
        "rootpw.lock" always YesNo: "Whether nobody can log in with it.",
        "rootpw.hash" optional Text: "Its hash.",
        "users[].hash" optional Text: "Its password's hash.",
        "users[].sudo" optional Text: "What it may do as root: a rule of sudoers(5).",
        "packages" always Map: "Packages.",
        "packages.installed" always Texts: "Packages, groups and environments to install.",
        "packages.uninstalled" always Texts: "Packages to leave out.",
        "firewall.ports" always Maps: "Ports let in.",
        "firewall.ports[].port" always Text: "The port, or a range such as `5000-5010`.",
        "firewall.ports[].protocol" always Text: "`tcp`, `udp`, `sctp` or `dccp`.",
        "hosts[].names" always Texts: "Its names, at least one.",
        "setup_data" always Maps: "Files for the guest.",
        "setup_data[].dst" always Text: "Where it goes.",
        "setup_data[].mode" always Text: "Its mode, in octal digits.",
        "setup_data[].owner" always Text: "Its owner.",
        "setup_data[].group" always Text: "Its group.",
        "setup_data[].base64" always Text: "Its bytes, in base64.",
    }

    /// The layout of the disks.
    PARTITIONS {
        "partitions" always Map: "The layout of the disks.",
        "partitions.kind" always Text: "`auto`, `raw` or `layout`.",
        "partitions.text" optional Text: "The installer's own words, of a `raw` layout.",
        "partitions.plain" optional Maps: "Partitions with a file system of their own.",
        "partitions.plain[].mount" always Text: "Where it is mounted, or `swap`.",
        "partitions.plain[].size" optional Bytes: "Its size.",
        "partitions.plain[].percent" optional Number: "Its share of the disk, in hundredths.",
        "partitions.plain[].grow" always YesNo: "Whether it takes what is left.",
        "partitions.plain[].min" optional Bytes: "The least size of a growing one.",
        "partitions.plain[].max" optional Bytes: "The most a growing one grows to.",
        "partitions.plain[].fs" optional Text: "Its file system.",
        "partitions.plain[].disk" optional Text: "The disk it is on.",
        "partitions.plain[].options" optional Text: "Its mount options.",
        "partitions.plain[].label" optional Text: "Its label.",
        "partitions.plain[].passphrase" optional Text: "What opens it, when it is encrypted.",
        "partitions.volume_groups" optional Maps: "LVM volume groups.",
        "partitions.volume_groups[].name" always Text: "Its name.",
        "partitions.volume_groups[].disks" always Texts: "The disks it is on; the first one when there are none.",
        "partitions.volume_groups[].thin_pool" optional Text: "The thin pool its volumes are in.",
        "partitions.volume_groups[].volumes" always Maps: "Its volumes.",
        "partitions.volume_groups[].volumes[].name" always Text: "Its name.",
        "partitions.volume_groups[].volumes[].mount" optional Text: "Where it is mounted, or `swap`.",
        "partitions.volume_groups[].volumes[].size" optional Bytes: "Its size.",
        "partitions.volume_groups[].volumes[].percent" optional Number: "Its share of the group, in hundredths.",
        "partitions.volume_groups[].volumes[].grow" always YesNo: "Whether it takes what is left.",
        "partitions.volume_groups[].volumes[].fs" optional Text: "Its file system.",
        "partitions.raids" optional Maps: "Software RAID arrays.",
        "partitions.raids[].device" always Text: "The device's name, such as `md0`.",
        "partitions.raids[].level" always Number: "Its level.",
        "partitions.raids[].disks" always Texts: "The disks it is on.",
        "partitions.raids[].mount" optional Text: "Where it is mounted.",
        "partitions.raids[].fs" optional Text: "Its file system.",
    }

    /// Every guest, as the templates of each see it.
    GUESTS {
        "guests" always Maps: "Every guest, this one included, in natural order.",
        "guests[].name" always Text: "Its name.",
        "guests[].hostname" always Text: "Its host name.",
        "guests[].fqdn" always Text: "Its full name.",
        "guests[].sysgroups" always Texts: "Its groups, in load order.",
        "guests[].interfaces" always Maps: "Its interfaces; each has the names of `interfaces`.",
    }

    /// Where a guest's templates find networks.
    NETWORKS {
        "networks" always Map: "Every network, by name.",
        "networks.*" always Map: "A network: `networks.lan`, or `networks[nic.network]` for an interface `nic`.",
    }

    /// Where a guest's templates find the host.
    HOST {
        "host" always Map: "The virtualization host.",
    }

    /// A network, as every template sees it.
    NETWORK {
        "name" always Text: "Its name.",
        "mode" always Text: "`nat`, `route`, `isolated`, `open`, `bridge` or `macvtap`.",
        "bridge" optional Text: "The bridge device; libvirt chooses one otherwise.",
        "device" optional Text: "The host interface of a macvtap network.",
        "domain" optional Text: "The DNS domain.",
        "subnet" optional Text: "The subnet, such as `10.0.0.0/24`.",
        "gateway" optional Text: "The host's address in it.",
        "mac_prefix" optional Text: "The first bytes of readable MAC addresses.",
        "dhcp" optional Map: "The range of addresses handed out to anybody.",
        "dhcp.start" always Text: "Its first address.",
        "dhcp.end" always Text: "Its last address.",
        "dhcp.lease" optional Number: "How long a lease lasts, in minutes.",
        "dns" always Maps: "Names for addresses that no guest has.",
        "dns[].ip" always Text: "The address.",
        "dns[].hostname" always Texts: "Its names.",
        "localonly" always YesNo: "Whether names of the domain are never asked of the host's resolvers.",
        "mtu" optional Number: "The largest packet, in bytes.",
        "autostart" always YesNo: "Whether it starts with the host.",
        "external" always YesNo: "Whether it must exist on the host and is never changed.",
    }

    /// What a network's own template sees beside that, or in another form.
    NETWORK_OWN {
        "family" optional Text: "`ipv4` or `ipv6`.",
        "prefix" optional Number: "The subnet's prefix length.",
        "netmask" optional Text: "The subnet's netmask.",
        "dns" always Maps: "An entry for each address that has names: the network's own first, then the guests' by address.",
        "dns[].ip" always Text: "The address.",
        "dns[].hostnames" always Texts: "All its names.",
        "reservations" always Maps: "The addresses that guests hold, by address.",
        "reservations[].mac" always Text: "The interface's MAC address.",
        "reservations[].ip" always Text: "Its address.",
        "reservations[].name" optional Text: "Its full name, when the DNS knows it.",
        "uuid" always Text: "The network's UUID.",
        "bridge_mac" always Text: "The bridge's MAC address.",
        "stamp" always Map: "What marks the network as this site's.",
        "stamp.xmlns" always Text: "The XML namespace of the mark.",
        "stamp.site" always Text: "The site's name.",
        "stamp.digest" always Text: "A digest of everything the network is made from.",
    }
}

/// Optional keys of sections that have a default, and so are always there.
pub(super) const DEFAULTED: &[&str] = &[
    "lang",
    "keyboard",
    "timezone",
    "timezone.timezone",
    "timezone.utc",
    "services",
    "selinux",
    "firewall",
    "firewall.enabled",
    "bootloader",
    "finish",
    "kdump",
    "kdump.enabled",
    "users[].lock",
    "repos[].gpgcheck",
    "repos[].enabled",
    "repos[].install_only",
    "scripts[].on_error",
    "virtinst.ram",
    "virtinst.vcpus",
    "virtinst.arch",
    "virtinst.machine",
    "virtinst.virt_type",
    "virtinst.firmware",
    "virtinst.secure_boot",
    "virtinst.tpm",
    "virtinst.graphics",
    "virtinst.video",
    "virtinst.waittime",
    "virtinst.pxe",
    "virtinst.extra_args",
    "host.connect",
];
