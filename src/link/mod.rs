//! Typed objects → one lab whose references, names and addresses are resolved.
//!
//! Owns every decision that needs two objects: which network an interface is in, which address, MAC and UUID something
//! gets, and the lock that keeps those choices. Rules about the result as a whole are `check`'s.

mod addresses;
mod aside;
mod bases;
mod depends_on;
mod disks;
mod ids;
mod interfaces;
mod lock;
mod macs;
mod origin;
mod ports;
mod resolve;
mod volumes;
mod wishes;

pub use aside::Aside;
pub use bases::Base;
pub use ids::uuid;
pub use lock::{Choices, Lock};
pub use origin::{AddressRule, MacRule, Rules};
pub use resolve::{Input, link};

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::arch::serial;
use crate::model::guest::{BootProto, Bus, Cache, DiskFormat, TemplateRef, VirtinstSpec};
use crate::model::host::Host;
use crate::model::install::{Files, Install, Links, Route};
use crate::model::mac::Mac;
use crate::model::network::Network;
use crate::model::network::ports::PortgroupName;
use crate::model::os::Os;
use crate::model::size::Size;
use crate::model::storage::Storage;
use crate::model::text::{DeviceName, Line};
use crate::model::words::{Backing, HardwareWord};
use crate::secret::Secrets;
use crate::source::{Span, Spanned};
use crate::yaml::{Map, Node};

/// The resolved lab: what checks look at and outputs are made from.
#[derive(Debug)]
pub struct Lab {
    /// The site's name.
    pub site: String,
    /// The host.
    pub host: Host,
    /// Networks by name, those that must exist on the host included.
    pub networks: IndexMap<String, Network>,
    /// Storage pools by name, those that must exist on the host included.
    pub storages: IndexMap<String, Storage>,
    /// Guests in natural order of their names.
    pub guests: Vec<Guest>,
    /// What is not among them: sums over the guests lack these, and what they are called is not known.
    pub aside: Aside,
    /// The addresses chosen, for the lock file.
    pub lock: Lock,
}

impl Lab {
    /// Returns the keys of guests that the program does not know, which templates see by these names.
    #[must_use]
    pub fn own_keys(&self) -> BTreeSet<&str> {
        let keys = self.guests.iter().flat_map(|guest| guest.extra.keys());
        keys.map(|key| &**key).collect()
    }
}

/// A resolved guest.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Its name, which is also the domain's.
    pub name: Arc<str>,
    /// Where it is defined.
    pub defined: Span,
    /// The trailing number of its name.
    pub index: Option<u32>,
    /// Its groups in load order.
    pub sysgroups: Arc<Vec<Arc<str>>>,
    /// Its operating system.
    pub os: Arc<Os>,
    /// Where that is written.
    pub os_span: Span,
    /// Its UUID.
    pub uuid: String,
    /// Its host name.
    pub hostname: Spanned<String>,
    /// Its full name.
    pub fqdn: Spanned<String>,
    /// Its DNS domain.
    pub domain: Option<String>,
    /// A line for people.
    pub description: Option<Line>,
    /// The site's own data.
    pub vars: Option<Node>,
    /// Unknown keys, for templates.
    pub extra: Map,
    /// Guests that must be up first, and the one whose image it starts from.
    pub depends_on: Vec<Spanned<String>>,
    /// Where it says that its install ends as an image for other guests.
    pub seal: Option<Span>,
    /// The sealed guest whose image it starts from.
    pub base: Option<Base>,
    /// Outputs added or replaced.
    pub templates: IndexMap<Arc<str>, Spanned<TemplateRef>>,
    /// Network interfaces.
    pub interfaces: Vec<Interface>,
    /// Disks.
    pub disks: Vec<Disk>,
    /// Hardware and source; guests that share all of it share this.
    pub virtinst: Arc<VirtinstSpec>,
    /// What is installed; guests that share all of it share this.
    pub install: Arc<Install>,
    /// The files it gets; guests that share all of them share this.
    pub files: Arc<Files>,
    /// What it makes of its interfaces; guests that share all of it share this.
    pub links: Arc<Links>,
    /// Its secrets: what came from outside the site, plain passwords and passphrases.
    pub secrets: Secrets,
}

/// What sets up the system of a cloud image.
pub const CLOUD_INIT: &str = "cloud-init";

impl Guest {
    /// Returns what reads its install file: the installer of its system, or cloud-init in a cloud image.
    #[must_use]
    pub fn installer(&self) -> &str {
        match self.virtinst.image {
            Some(_) => CLOUD_INIT,
            None => &self.os.installer,
        }
    }

    /// Returns the serial console of its architecture, as the kernel names it.
    #[must_use]
    pub fn serial(&self) -> &'static str {
        let arch = self.virtinst.arch.as_ref();
        serial(arch.map_or("x86_64", |arch| arch.as_str()))
    }
}

/// A resolved network interface.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Where it is written.
    pub span: Span,
    /// Its name in the guest.
    pub device: String,
    /// Where that is written; else where the interface is.
    pub device_span: Span,
    /// The network it is in.
    pub network: Option<Spanned<String>>,
    /// The host's bridge it is on.
    pub bridge: Option<DeviceName>,
    /// Its MAC address, and where it was written when it was.
    pub mac: Mac,
    /// Where the MAC address is written.
    pub mac_span: Option<Span>,
    /// Its address.
    pub ip: Option<Spanned<Ipv4Addr>>,
    /// The netmask of its address.
    pub netmask: Option<Ipv4Addr>,
    /// Where the interface's own netmask is written.
    pub netmask_span: Option<Span>,
    /// The gateway of its network.
    pub gateway: Option<Ipv4Addr>,
    /// Where the interface's own gateway is written.
    pub gateway_span: Option<Span>,
    /// Its IPv6 address.
    pub ipv6: Option<Spanned<Ipv6Addr>>,
    /// The number of bits of its IPv6 address that are the network's.
    pub ipv6_prefix: u8,
    /// The IPv6 gateway of its network, when it leads out.
    pub ipv6_gateway: Option<Ipv6Addr>,
    /// What it tells a DHCPv6 server of itself, where it is known by that.
    pub duid: Option<Spanned<String>>,
    /// The network's portgroup it is in.
    pub portgroup: Option<Spanned<PortgroupName>>,
    /// Name servers of a static address.
    pub nameservers: Vec<IpAddr>,
    /// How the installed system gets its address.
    pub bootproto: BootProto,
    /// Whether that is written.
    pub bootproto_said: bool,
    /// Its name.
    pub hostname: String,
    /// Its full name.
    pub fqdn: String,
    /// Where a name of its own is written; else where the interface is.
    pub name_span: Span,
    /// Whether the network's DNS knows it.
    pub dns_record: bool,
    /// Whether the system ignores name servers offered here.
    pub nodns: bool,
    /// Whether the system takes no default route from here.
    pub nodefroute: bool,
    /// The card's model.
    pub model: HardwareWord,
    /// Where the model is written.
    pub model_span: Option<Span>,
    /// The largest packet.
    pub mtu: Option<u32>,
    /// Where the interface's own is written.
    pub mtu_span: Option<Span>,
    /// Further suboptions of `--network`.
    pub options: Option<Line>,
    /// What the guest reaches here through others than the gateway.
    pub routes: Vec<Spanned<Route>>,
}

/// A resolved disk.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Where it is written.
    pub span: Span,
    /// Its name in the guest.
    pub device: String,
    /// Where its bytes are.
    pub place: DiskPlace,
    /// Where that is written; else where the disk is.
    pub place_span: Span,
    /// Its size, when the program makes it.
    pub size: Option<Size>,
    /// Its format.
    pub format: DiskFormat,
    /// The host's caching.
    pub cache: Cache,
    /// The bus.
    pub bus: Bus,
    /// Whether several guests write to it.
    pub shareable: bool,
    /// Whether its space is taken only when written.
    pub sparse: bool,
    /// What it is an overlay of.
    pub backing: Option<Spanned<Backing>>,
    /// The format of that.
    pub backing_format: Option<DiskFormat>,
}

/// Where a disk's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DiskPlace {
    /// A volume of a pool.
    Volume {
        /// The pool.
        pool: String,
        /// The volume.
        vol: String,
    },
    /// A file or device of the host.
    Path(String),
}
