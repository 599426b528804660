//! Guests as written: identity, hardware and how they are installed. What is installed is in [`super::install`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::argument::Argument;
use super::cidr::Netmask;
use super::duid::Duid;
use super::install::Route;
use super::mac::Mac;
use super::network::ports::PortgroupName;
use super::one_of;
use super::path::DiskPath;
use super::size::{Memory, Size};
use super::text::{DeviceName, DnsName, Line, ObjectName};
use super::words::{Backing, HardwareWord, VolumeName};
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, OneOrMany, Typer, section};

section! {
    /// A guest, sysgroup or common, less its install data.
    "guest" struct GuestSpec {
        /// The host name; the guest's name when nothing is said.
        hostname: Option<Spanned<DnsName>>,
        /// The full name; host name and domain when nothing is said.
        fqdn: Option<Spanned<DnsName>>,
        /// The DNS domain; that of the first interface's network when nothing is said.
        domain: Option<Spanned<DnsName>>,
        /// A line for people, kept in the domain.
        description: Option<Line>,
        /// The site's own data for templates.
        vars: Option<Node>,
        /// Guests that must be up before this one is installed.
        depends_on: Vec<Spanned<ObjectName>>,
        /// Whether its install ends as an image that other guests start from, which name it in a disk's `backing`; what
        /// makes a machine that one machine is removed then, and it is not started any more.
        seal: Option<Spanned<bool>>,
        /// Outputs added or replaced, by key: `autoinst`, `virtinst`, or a name of the site's own.
        templates: IndexMap<Arc<str>, Spanned<TemplateRef>>,
        /// The first interface's address.
        ip: Option<Spanned<Address>>,
        /// The first interface's MAC address.
        mac: Option<Spanned<Mac>>,
        /// The first interface's netmask.
        netmask: Option<Spanned<Netmask>>,
        /// The first interface's gateway.
        gateway: Option<Spanned<Ipv4Addr>>,
        /// Network interfaces, in the order the guest sees them.
        interfaces: Vec<Spanned<InterfaceSpec>>,
        /// Disks, in the order the guest sees them.
        disks: Vec<Spanned<DiskSpec>>,
    }
}

section! {
    /// The machine a guest runs on.
    "guest" struct Hardware {
        /// Hardware and the source of the installation.
        virtinst: Option<VirtinstSpec>,
    }
}

section! {
    /// An output made from a template.
    "template" struct TemplateRef {
        /// The template's path below a template directory.
        src: Option<Spanned<Line>>,
        /// The output's name; the template's when nothing is said.
        dst: Option<Spanned<Line>>,
    }
}

/// An address, or the wish for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<A = Ipv4Addr> {
    /// The lowest free one, kept in the lock.
    Auto,
    /// This one.
    Ip(A),
}

impl<A: FromNode> FromNode for Address<A> {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_text() == Some("auto") {
            return Some(Self::Auto);
        }
        A::from_node(node, typer).map(Self::Ip)
    }

    fn schema(place: Place) -> Schema {
        Schema::words(&[("auto", "The lowest free one, kept in the lock.")]).or(A::schema(place))
    }
}

impl<A: std::fmt::Display> Serialize for Address<A> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Ip(address) => serializer.collect_str(address),
        }
    }
}

one_of! {
    /// How an interface of the installed system gets its address: kickstart's `--bootproto`.
    BootProto {
        /// From a DHCP server, reserved or not.
        Dhcp = "dhcp",
        /// As written here.
        Static = "static",
        /// Not at all.
        None = "none",
    }
}

section! {
    /// A network interface.
    "interface" struct InterfaceSpec {
        /// The network it is in.
        network: Option<Spanned<ObjectName>>,
        /// The host's bridge it is on, instead of a network.
        bridge: Option<Spanned<DeviceName>>,
        /// Its name in the guest; `ethN` when nothing is said.
        device: Option<Spanned<DeviceName>>,
        /// Its MAC address; chosen when nothing is said.
        mac: Option<Spanned<Mac>>,
        /// Its address.
        ip: Option<Spanned<Address>>,
        /// Its IPv6 address.
        ipv6: Option<Spanned<Address<Ipv6Addr>>>,
        /// What it tells a DHCPv6 server of itself; it is known by its name when nothing is said.
        duid: Option<Spanned<Duid>>,
        /// The network's portgroup it is in; the default one, if there is one, when nothing is said.
        portgroup: Option<Spanned<PortgroupName>>,
        /// Its name, when it differs from the guest's.
        host: Option<Spanned<DnsName>>,
        /// Its full name; `host` and the network's domain when nothing is said.
        fqdn: Option<Spanned<DnsName>>,
        /// How the installed system gets the address; `dhcp`, or `static` where the network serves none.
        bootproto: Option<Spanned<BootProto>>,
        /// The netmask of a static address; the network's when nothing is said.
        netmask: Option<Spanned<Netmask>>,
        /// The gateway of a static address; the network's when nothing is said.
        gateway: Option<Spanned<Ipv4Addr>>,
        /// The name servers of a static address.
        nameserver: Option<OneOrMany<IpAddr>>,
        /// Whether the installed system ignores the name servers DHCP offers, as in kickstart.
        nodns: Option<bool>,
        /// Whether the installed system takes no default route from here, as in kickstart.
        nodefroute: Option<bool>,
        /// Whether the name is in the network's DNS; it is when nothing is said.
        dns_record: Option<bool>,
        /// The card's model; `virtio` when nothing is said.
        model: Option<Spanned<HardwareWord>>,
        /// The largest packet, in bytes.
        mtu: Option<Spanned<u32>>,
        /// What the guest reaches here through others than the gateway.
        routes: Vec<Spanned<Route>>,
        /// Further suboptions of virt-install's `--network`.
        options: Option<Line>,
    }
}

one_of! {
    /// A disk image's format.
    DiskFormat {
        /// QEMU's own, which grows as it is written.
        Qcow2 = "qcow2",
        /// The bytes as they are.
        Raw = "raw",
    }
}

one_of! {
    /// How the host caches a disk (formatdomain.html, `cache` of a disk's `driver`).
    Cache {
        /// Not at all: writes go to the device, past the host's page cache.
        None = "none",
        /// Writes go to the device before they are reported done, past the host's page cache.
        Directsync = "directsync",
        /// Reads are cached; writes go to the device before they are reported done.
        Writethrough = "writethrough",
        /// Reads and writes are cached.
        Writeback = "writeback",
        /// Reads and writes are cached, and the guest's flushes ignored.
        Unsafe = "unsafe",
    }
}

one_of! {
    /// What a disk is attached to.
    Bus {
        /// virtio-blk.
        Virtio = "virtio",
        /// virtio-scsi.
        Scsi = "scsi",
        /// AHCI.
        Sata = "sata",
        /// The IDE of machine `pc`.
        Ide = "ide",
        /// A USB stick.
        Usb = "usb",
    }
}

section! {
    /// A disk.
    "disk" struct DiskSpec {
        /// The pool of its volume; `default` when nothing is said.
        pool: Option<Spanned<ObjectName>>,
        /// The volume; `GUEST-N.FORMAT` when nothing is said.
        vol: Option<Spanned<VolumeName>>,
        /// A file or device of the host, instead of a volume.
        path: Option<Spanned<DiskPath>>,
        /// Its size.
        size: Option<Spanned<Size>>,
        /// Its format; when nothing is said `qcow2`, or `raw` for a shared disk or one that is no file.
        format: Option<Spanned<DiskFormat>>,
        /// The host's caching; `none` when nothing is said.
        cache: Option<Spanned<Cache>>,
        /// The bus; `virtio` when nothing is said.
        bus: Option<Spanned<Bus>>,
        /// Whether several guests write to it.
        shareable: Option<Spanned<bool>>,
        /// Whether its space is taken from the host only when written; it is when nothing is said.
        sparse: Option<Spanned<bool>>,
        /// What it starts as a copy-on-write overlay of: a volume of the same pool, a path, or of a guest's first disk the
        /// sealed guest whose image it starts from.
        backing: Option<Spanned<Backing>>,
        /// The format of `backing`, where its name does not end with it.
        backing_format: Option<Spanned<DiskFormat>>,
    }
}

one_of! {
    /// What the guest boots with.
    Firmware {
        /// SeaBIOS.
        Bios = "bios",
        /// OVMF or its kin.
        Uefi = "uefi",
    }
}

one_of! {
    /// Who runs the guest's code.
    VirtType {
        /// The host's processors.
        Kvm = "kvm",
        /// QEMU, which translates it: for hosts without KVM, and for other architectures.
        Qemu = "qemu",
    }
}

one_of! {
    /// How a screen is served (formatdomain.html, `graphics`).
    Graphics {
        /// By VNC.
        Vnc = "vnc",
        /// By SPICE, which QEMU of RHEL 9 and later lacks.
        Spice = "spice",
        /// Not at all; there is no screen then.
        None = "none",
        /// In a window of the host.
        Sdl = "sdl",
        /// By RDP.
        Rdp = "rdp",
        /// By D-Bus.
        Dbus = "dbus",
        /// Rendered by the host's card, for another display to show.
        EglHeadless = "egl-headless",
    }
}

one_of! {
    /// A video card (formatdomain.html, `video`).
    Video {
        /// The one every system has a driver for; virtio-gpu on architectures without VGA.
        Vga = "vga",
        /// virtio-gpu.
        Virtio = "virtio",
        /// Linear memory and nothing else; for UEFI.
        Bochs = "bochs",
        /// SPICE's.
        Qxl = "qxl",
        /// Cirrus Logic's, for systems of the nineties.
        Cirrus = "cirrus",
        /// VMware's.
        Vmvga = "vmvga",
        /// A picture in memory.
        Ramfb = "ramfb",
        /// None.
        None = "none",
    }
}

section! {
    /// Hardware and the source of the installation, in virt-install's words.
    "virtinst" struct VirtinstSpec {
        /// Memory.
        ram: Option<Spanned<Memory>>,
        /// Virtual CPUs.
        vcpus: Option<Spanned<u32>>,
        /// The CPU model or mode.
        cpu: Option<Spanned<HardwareWord>>,
        /// The architecture.
        arch: Option<Spanned<HardwareWord>>,
        /// The machine type.
        machine: Option<Spanned<HardwareWord>>,
        /// `kvm` or `qemu`.
        virt_type: Option<VirtType>,
        /// What it boots with.
        firmware: Option<Spanned<Firmware>>,
        /// Whether UEFI checks signatures.
        secure_boot: Option<Spanned<bool>>,
        /// Whether it has a TPM 2.0.
        tpm: Option<Spanned<bool>>,
        /// How its screen is served.
        graphics: Option<Graphics>,
        /// Its video card.
        video: Option<Video>,
        /// How long an installation may take, in minutes.
        waittime: Option<u32>,
        /// The osinfo id, instead of the OS's own.
        os_variant: Option<Spanned<HardwareWord>>,
        /// The install tree.
        location: Option<Spanned<Line>>,
        /// An image to boot the installer from.
        cdrom: Option<Spanned<Line>>,
        /// A medium with drivers that the installer on `cdrom` lacks: virtio-win, for Windows; `none` for none.
        drivers: Option<Spanned<Line>>,
        /// Which of the systems on `cdrom` to install: its number or its name there.
        edition: Option<Spanned<Line>>,
        /// The key that opens it.
        product_key: Option<Spanned<Line>>,
        /// A cloud image to start from: what the first disk is an overlay of, as in its `backing`.
        image: Option<Spanned<Backing>>,
        /// Whether it installs from the network it boots on.
        pxe: Option<Spanned<bool>>,
        /// Further kernel arguments for the installer.
        extra_args: Option<Line>,
        /// Further virt-install flags, one a list item.
        options: Vec<Spanned<Argument>>,
    }
}
