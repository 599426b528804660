//! The lab → what is to be done to a libvirt host.
//!
//! Owns every call to libvirt, behind [`Hypervisor`]. [`live`] reads the host's XML into the fields the model has, [`plan`]
//! compares those with the lab. It decides nothing about the lab itself, and prints nothing.

mod host_error;
mod hypervisor;
mod libvirt;
pub mod live;
mod network;
pub mod plan;

pub use host_error::HostError;
pub use hypervisor::{Hypervisor, Object};
pub use libvirt::Libvirt;
pub use network::define_network;
