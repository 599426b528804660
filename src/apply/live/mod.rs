//! libvirt's XML → the fields the model has.
//!
//! What libvirt adds by itself (addresses of devices, ports, defaults) is not read, so it is no difference. The lab's own
//! XML is read in the same way: both sides of a comparison come from here.

mod domain;
mod entry;
mod network;
mod pool;
mod stamp;
mod volume;
mod xml;

pub use domain::{Disk, Domain, Interface, Processors, Source};
pub use entry::{Entry, Rate, Vlan};
pub use network::Network;
pub use pool::Pool;
pub use stamp::Stamp;
pub use volume::Volume;
