//! Libvirt, through the `virt` crate.
//!
//! Owns every call to libvirt. So far that is one: making a network what its XML says.

mod network;

pub use network::define_network;
