//! A host through the `virt` crate.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use virt::connect::Connect;
use virt::domain::Domain;
use virt::error::{Error, ErrorNumber, clear_error_callback};
use virt::network::Network;
use virt::storage_pool::StoragePool;
use virt::sys;

use super::live::Volume;
use super::{HostError, Hypervisor, Object};

/// A connection to libvirt.
#[derive(Debug)]
pub struct Libvirt {
    uri: String,
    connection: Connect,
    /// Whether it can show stored definitions of networks and pools apart from running ones: the test driver cannot.
    shows_stored: bool,
    /// The pools that volumes were looked for in.
    pools: Mutex<HashMap<String, StoragePool>>,
}

impl Libvirt {
    /// Connects to a host to look at it; libvirt refuses changes then.
    ///
    /// # Errors
    /// Returns why the host is not reached.
    pub fn look_at(uri: &str) -> Result<Self, HostError> {
        // libvirt prints every error by itself as well.
        clear_error_callback();
        // The daemon of a session starts when somebody connects who may change things.
        let opened = if uri.ends_with("/session") {
            Connect::open(Some(uri))
        } else {
            Connect::open_read_only(Some(uri))
        };
        let failed = |error| HostError::new(uri, "connect to libvirt", &error);
        let connection = opened.map_err(failed)?;
        let driver = connection.driver_type().map_err(failed)?;
        Ok(Self {
            uri: uri.to_owned(),
            connection,
            shows_stored: !driver.eq_ignore_ascii_case("test"),
            pools: Mutex::default(),
        })
    }

    /// Gathers what is known of listed objects. One that went away meanwhile is left out.
    fn gather<T>(
        &self,
        doing: &str,
        gone: ErrorNumber,
        listed: Result<Vec<T>, Error>,
        read: impl Fn(&T) -> Result<Object, Error>,
    ) -> Result<Vec<Object>, HostError> {
        let failed = |error: Error| HostError::new(&self.uri, doing, &error);
        let mut objects = Vec::new();
        for listed in listed.map_err(failed)? {
            match read(&listed) {
                Ok(object) => objects.push(object),
                Err(error) if error.code().is(gone) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(objects)
    }

    /// Returns a pool, which is looked up once.
    fn open_pool(&self, name: &str) -> Result<StoragePool, Error> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(name) {
            return Ok(pool.clone());
        }
        let pool = self.connection.lookup_storage_pool_by_name(name)?;
        pools.insert(name.to_owned(), pool.clone());
        Ok(pool)
    }

    fn network(&self, network: &Network) -> Result<Object, Error> {
        let inactive = if self.shows_stored {
            sys::VIR_NETWORK_XML_INACTIVE
        } else {
            0
        };
        Ok(Object {
            name: network.name()?,
            uuid: network.uuid_string()?,
            stored: definition(network.is_persistent()?, || network.xml_desc(inactive))?,
            running: definition(network.is_active()?, || network.xml_desc(0))?,
            autostart: Some(network.is_persistent()? && network.autostart()?),
        })
    }

    fn pool(&self, pool: &StoragePool) -> Result<Object, Error> {
        let inactive = if self.shows_stored {
            sys::VIR_STORAGE_XML_INACTIVE
        } else {
            0
        };
        Ok(Object {
            name: pool.name()?,
            uuid: pool.uuid_string()?,
            stored: definition(pool.is_persistent()?, || pool.xml_desc(inactive))?,
            running: definition(pool.is_active()?, || pool.xml_desc(0))?,
            autostart: Some(pool.is_persistent()? && pool.autostart()?),
        })
    }
}

/// Returns a definition when there is one.
fn definition(
    is_there: bool,
    xml: impl FnOnce() -> Result<String, Error>,
) -> Result<Option<String>, Error> {
    is_there.then(xml).transpose()
}

impl Hypervisor for Libvirt {
    fn uri(&self) -> &str {
        &self.uri
    }

    fn networks(&self) -> Result<Vec<Object>, HostError> {
        let listed = self.connection.list_all_networks(0);
        self.gather("list networks", ErrorNumber::NoNetwork, listed, |network| {
            self.network(network)
        })
    }

    fn pools(&self) -> Result<Vec<Object>, HostError> {
        let listed = self.connection.list_all_storage_pools(0);
        self.gather(
            "list storage pools",
            ErrorNumber::NoStoragePool,
            listed,
            |pool| self.pool(pool),
        )
    }

    fn domains(&self) -> Result<Vec<Object>, HostError> {
        let doing = "list domains";
        let list = |flags| self.connection.list_all_domains(flags);
        // Hosts have many, and each question takes a while.
        let transient = list(sys::VIR_CONNECT_LIST_DOMAINS_TRANSIENT);
        let transient = transient.and_then(|all| all.iter().map(Domain::uuid_string).collect());
        let failed = |error| HostError::new(&self.uri, doing, &error);
        let transient: HashSet<String> = transient.map_err(failed)?;
        self.gather(doing, ErrorNumber::NoDomain, list(0), |domain| {
            let uuid = domain.uuid_string()?;
            Ok(Object {
                name: domain.name()?,
                stored: definition(!transient.contains(&uuid), || {
                    domain.xml_desc(sys::VIR_DOMAIN_XML_INACTIVE)
                })?,
                running: definition(domain.id().is_some(), || domain.xml_desc(0))?,
                autostart: None,
                uuid,
            })
        })
    }

    fn volume(&self, pool: &str, name: &str) -> Result<Option<Volume>, HostError> {
        let doing = || format!("look for volume `{name}` in pool `{pool}`");
        let xml = self
            .open_pool(pool)
            .and_then(|pool| pool.lookup_storage_vol_by_name(name)?.xml_desc(0));
        match xml {
            Ok(xml) => Volume::read(&xml)
                .map(Some)
                .map_err(|error| HostError::unread(&self.uri, doing(), &error)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(HostError::new(&self.uri, doing(), &error)),
        }
    }
}

fn is_missing(error: &Error) -> bool {
    let code = error.code();
    code.is(ErrorNumber::NoStorageVolume) || code.is(ErrorNumber::NoStoragePool)
}
