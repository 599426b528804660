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
        "install.beside" optional Texts: "What the installer gets beside it: scripts, or the other files of its volume.",
        "install.volume" optional Text: "The label of the volume it finds them on; without one, they are put into its initrd.",
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
        "os.generation" optional Number: "The release of the family whose installer this one's is: `9` for Rocky Linux 9.",
        "os.tree" optional Text: "Where public mirrors have the install tree, with `{arch}` for the architecture.",
        "os.mirror" optional Text: "Where packages come from when the install tree does not tell.",
        "os.suite" optional Text: "What the release is called on mirrors, such as `bookworm`.",
        "os.cloud_user" optional Text: "The account its cloud images come with.",
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
        "interfaces[].ipv6_gateway" optional Text: "The IPv6 gateway of its network.",
        "interfaces[].duid" optional Text: "The DUID that DHCPv6 knows it by, when that is not its name.",
        "interfaces[].portgroup" optional Text: "The class of interfaces it is in, on its network.",
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
        "disks[].backing_format" optional Text: "The format of that: `qcow2` or `raw`.",
        "drives" always Maps: "The disks again, as the installer knows them: guests with different volumes have them alike.",
        "drives[].device" always Text: "Its name in the guest, such as `vda`.",
        "drives[].shareable" always YesNo: "Whether several guests write to it.",
        "drives[].size" optional Bytes: "Its size, when the program makes it.",
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
        "setup_data[].secret" always YesNo: "Whether a secret is in it.",
        "setup_data[].base64" always Text: "Its bytes, in base64.",
    }

    /// The layout of the disks.
    PARTITIONS {
        "partitions" always Map: "The layout of the disks.",
        "partitions.kind" always Text: "`auto`, `raw` or `layout`.",
        "partitions.text" optional Text: "The installer's own words, of a `raw` layout.",
        "partitions.disks" optional Texts: "The disks the layout is confined to; empty when some part is on whatever disk the installer takes.",
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
        "partitions.volume_groups[].passphrase" optional Text: "What opens the disks it is on, when they are encrypted.",
        "partitions.volume_groups[].volumes" always Maps: "Its volumes.",
        "partitions.volume_groups[].volumes[].name" always Text: "Its name.",
        "partitions.volume_groups[].volumes[].mount" always Text: "Where it is mounted, or `swap`.",
        "partitions.volume_groups[].volumes[].size" optional Bytes: "Its size.",
        "partitions.volume_groups[].volumes[].percent" optional Number: "Its share of the group, in hundredths.",
        "partitions.volume_groups[].volumes[].grow" always YesNo: "Whether it takes what is left.",
        "partitions.volume_groups[].volumes[].min" optional Bytes: "The least size of a growing one.",
        "partitions.volume_groups[].volumes[].max" optional Bytes: "The most a growing one grows to.",
        "partitions.volume_groups[].volumes[].fs" optional Text: "Its file system.",
        "partitions.volume_groups[].volumes[].options" optional Text: "Its mount options.",
        "partitions.volume_groups[].volumes[].label" optional Text: "Its label.",
        "partitions.volume_groups[].volumes[].passphrase" optional Text: "What opens it, when it is encrypted.",
        "partitions.raids" optional Maps: "Software RAID arrays.",
        "partitions.raids[].device" always Text: "The device's name, such as `md0`.",
        "partitions.raids[].level" always Number: "Its level.",
        "partitions.raids[].disks" always Texts: "The disks it is on.",
        "partitions.raids[].mount" optional Text: "Where it is mounted.",
        "partitions.raids[].size" optional Bytes: "How much of each disk it takes; what is left when it is not said.",
        "partitions.raids[].fs" optional Text: "Its file system.",
        "partitions.raids[].passphrase" optional Text: "What opens it, when it is encrypted.",
        "partitions.btrfs" optional Maps: "Btrfs file systems with subvolumes.",
        "partitions.btrfs[].label" always Text: "Its label.",
        "partitions.btrfs[].disks" always Texts: "The disks it is on; the first one when there are none.",
        "partitions.btrfs[].level" always Text: "How data is spread over them: `single`, `raid0`, `raid1` or `raid10`.",
        "partitions.btrfs[].volumes" always Maps: "Its subvolumes.",
        "partitions.btrfs[].volumes[].name" always Text: "Its name.",
        "partitions.btrfs[].volumes[].mount" always Text: "Where it is mounted.",
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
        "device" optional Text: "The host interface of a macvtap network, or the one that forwarded packets leave by.",
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
        "ipv6" optional Map: "The IPv6 side.",
        "ipv6.subnet" always Text: "The IPv6 subnet.",
        "ipv6.gateway" optional Text: "The host's address in it.",
        "ipv6.dhcp" optional Map: "The range of DHCPv6.",
        "ipv6.dhcp.start" always Text: "Its first address.",
        "ipv6.dhcp.end" always Text: "Its last address.",
        "ipv6.dhcp.lease" optional Number: "How long a lease lasts, in minutes.",
        "ipv6.nat" always YesNo: "Whether addresses are translated to the host's.",
        "routes" optional Maps: "Subnets behind a guest.",
        "routes[].subnet" always Text: "The subnet.",
        "routes[].gateway" always Text: "The guest's address.",
        "routes[].metric" optional Number: "Which of several routes counts: the one with the lowest number.",
        "srv" optional Maps: "Services and where they are (RFC 2782).",
        "srv[].service" always Text: "The service, such as `ldap`.",
        "srv[].protocol" always Text: "`tcp` or `udp`.",
        "srv[].domain" optional Text: "The domain that has it.",
        "srv[].target" always Text: "Who offers it.",
        "srv[].port" always Number: "The port.",
        "srv[].priority" optional Number: "Targets with a lower number are asked first.",
        "srv[].weight" optional Number: "Of targets with the same priority, one with a higher number is asked more often.",
        "txt" optional Maps: "Texts by name.",
        "txt[].name" always Text: "The name.",
        "txt[].value" always Texts: "The texts.",
        "txt[].record" always Text: "The texts as dnsmasq's `txt-record` has them.",
        "forwarders" optional Maps: "Who is asked for names the network does not know.",
        "forwarders[].addr" optional Text: "The server; without one the host's resolvers.",
        "forwarders[].domain" optional Text: "The domain whose names are asked there; without one all.",
        "dnsmasq" optional Texts: "Lines for dnsmasq's own configuration.",
        "localonly" always YesNo: "Whether names of the domain are never asked of the host's resolvers.",
        "mtu" optional Number: "The largest packet, in bytes.",
        "virtualport" optional Text: "The kind of switch, when it is not Linux's own: `openvswitch`.",
        "vlan" optional Map: "The VLANs of guests that are in no portgroup with VLANs of its own.",
        "vlan.trunk" always YesNo: "Whether frames reach the guest with their tags.",
        "vlan.tags" always Maps: "The VLANs.",
        "vlan.tags[].id" always Number: "Its number.",
        "vlan.tags[].native" optional Text: "On the VLAN of frames without a tag: `tagged` or `untagged`.",
        "portgroups" optional Maps: "Classes of guests' interfaces.",
        "portgroups[].name" always Text: "Its name.",
        "portgroups[].default" optional YesNo: "Whether interfaces that choose none are in it.",
        "portgroups[].vlan" optional Map: "Its VLANs.",
        "portgroups[].vlan.trunk" always YesNo: "Whether frames reach the guest with their tags.",
        "portgroups[].vlan.tags" always Maps: "The VLANs.",
        "portgroups[].vlan.tags[].id" always Number: "Its number.",
        "portgroups[].vlan.tags[].native" optional Text: "On the VLAN of frames without a tag: `tagged` or `untagged`.",
        "portgroups[].bandwidth" optional Map: "What its interfaces may receive and send.",
        "portgroups[].bandwidth.inbound" optional Map: "To the guest.",
        "portgroups[].bandwidth.inbound.average" always Number: "The average, in KiB a second.",
        "portgroups[].bandwidth.inbound.peak" optional Number: "The most, in KiB a second.",
        "portgroups[].bandwidth.inbound.burst" optional Number: "How much may come at `peak`, in KiB.",
        "portgroups[].bandwidth.outbound" optional Map: "From the guest.",
        "portgroups[].bandwidth.outbound.average" always Number: "The average, in KiB a second.",
        "portgroups[].bandwidth.outbound.peak" optional Number: "The most, in KiB a second.",
        "portgroups[].bandwidth.outbound.burst" optional Number: "How much may come at `peak`, in KiB.",
        "isolated_ports" optional YesNo: "Whether guests reach the host and the outside only, not one another.",
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
        "ipv6.prefix" always Number: "The IPv6 subnet's prefix length.",
        "ipv6.reservations" always Maps: "The IPv6 addresses that guests hold, by address.",
        "ipv6.reservations[].ip" always Text: "The address.",
        "ipv6.reservations[].name" optional Text: "The interface's full name, when the DNS knows it.",
        "ipv6.reservations[].id" optional Text: "The DUID that DHCPv6 knows it by.",
        "routes" optional Maps: "Subnets behind a guest.",
        "routes[].family" always Text: "`ipv4` or `ipv6`.",
        "routes[].address" always Text: "The subnet's address.",
        "routes[].prefix" always Number: "The subnet's prefix length.",
        "routes[].gateway" always Text: "The guest's address.",
        "routes[].metric" optional Number: "Which of several routes counts: the one with the lowest number.",
        "uuid" always Text: "The network's UUID.",
        "bridge_mac" always Text: "The bridge's MAC address.",
        "stamp" always Map: "What marks the network as this site's.",
        "stamp.xmlns" always Text: "The XML namespace of the mark.",
        "stamp.site" always Text: "The site's name.",
        "stamp.digest" always Text: "A digest of everything the network is made from.",
    }

    /// A storage pool, as its template sees it.
    STORAGE {
        "name" always Text: "Its name.",
        "type" always Text: "`dir`, `logical`, `netfs` or `iscsi`.",
        "source" optional Map: "Where a pool that is no directory has its volumes from.",
        "source.name" optional Text: "The volume group (`logical`).",
        "source.devices" optional Texts: "Its disks, as far as they are known (`logical`).",
        "source.host" optional Text: "The server (`netfs`, `iscsi`).",
        "source.dir" optional Text: "The path, volume or share (`netfs`).",
        "source.format" optional Text: "The file system: `nfs`, `glusterfs` or `cifs` (`netfs`).",
        "source.port" optional Number: "The server's port (`iscsi`).",
        "source.device" optional Text: "The target's name (`iscsi`).",
        "source.initiator" optional Text: "The host's name (`iscsi`).",
        "source.auth" optional Map: "How the host proves who it is (`iscsi`).",
        "source.auth.username" always Text: "The user.",
        "source.auth.secret_usage" always Text: "The `usage` of libvirt's secret that has the password.",
        "target" always Text: "The directory its volumes appear in.",
        "autostart" always YesNo: "Whether it starts with the host.",
        "external" always YesNo: "Whether it must exist on the host and is never changed.",
        "uuid" always Text: "The pool's UUID.",
    }

    /// What the host's script sees.
    HOST_SCRIPT {
        "site" always Text: "The site's name.",
        "connect" always Text: "The libvirt URI.",
        "networks" always Maps: "Every network.",
        "networks[].name" always Text: "Its name.",
        "networks[].uuid" always Text: "Its UUID.",
        "networks[].autostart" always YesNo: "Whether it starts with the host.",
        "networks[].external" always YesNo: "Whether it must exist on the host and is never changed.",
        "storages" always Maps: "Every pool; each has the names of a pool's template.",
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
