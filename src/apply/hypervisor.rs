//! What plans ask of a host.

use super::HostError;
use super::live::Volume;

/// A libvirt host.
pub trait Hypervisor {
    /// Returns the URI it is reached by.
    fn uri(&self) -> &str;

    /// Returns all networks.
    ///
    /// # Errors
    /// Returns what the host did not answer.
    fn networks(&self) -> Result<Vec<Object>, HostError>;

    /// Returns all storage pools.
    ///
    /// # Errors
    /// Returns what the host did not answer.
    fn pools(&self) -> Result<Vec<Object>, HostError>;

    /// Returns all domains.
    ///
    /// # Errors
    /// Returns what the host did not answer.
    fn domains(&self) -> Result<Vec<Object>, HostError>;

    /// Returns a volume of a started pool, or nothing when the pool has none of that name.
    ///
    /// # Errors
    /// Returns what the host did not answer.
    fn volume(&self, pool: &str, name: &str) -> Result<Option<Volume>, HostError>;
}

/// A network, pool or domain of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name, unique on the host among objects of its kind.
    pub name: String,
    /// Its UUID, in lower case with hyphens.
    pub uuid: String,
    /// The definition it starts from next time; one that was started without being defined has none.
    pub stored: Option<String>,
    /// The definition it runs with; one that is off has none.
    pub running: Option<String>,
    /// Whether it starts with the host; nobody asks this of domains.
    pub autostart: Option<bool>,
}

impl Object {
    /// Returns whether it is on.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.running.is_some()
    }

    /// Returns the definition it starts from, else the one it runs with.
    #[must_use]
    pub fn xml(&self) -> &str {
        let either = self.stored.as_ref().or(self.running.as_ref());
        either.map_or("", String::as_str)
    }
}
