//! Networks on a libvirt host.

use virt::connect::Connect;
use virt::error::Error;

/// Defines a network from its XML, or redefines the one that has its UUID; returns its name.
///
/// # Errors
/// Returns libvirt's error: the XML is refused, or another network has the name.
pub fn define_network(connection: &Connect, xml: &str) -> Result<String, Error> {
    // libvirt prints every error by itself as well.
    virt::error::clear_error_callback();
    connection.define_network_xml(xml)?.name()
}
