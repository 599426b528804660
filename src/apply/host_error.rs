//! What a host did not do, in words for people: what was tried, on which host, what libvirt says, and what to try.

use std::fmt;

use virt::error::{Error, ErrorNumber};

/// A host that could not be asked, or refused.
#[derive(Debug)]
pub struct HostError {
    uri: String,
    doing: String,
    message: String,
    hint: Option<String>,
}

impl HostError {
    /// Makes the error of something tried on the host `uri`: `list networks`.
    #[must_use]
    pub fn new(uri: &str, doing: impl Into<String>, error: &Error) -> Self {
        Self {
            uri: uri.to_owned(),
            doing: doing.into(),
            message: error.message().to_owned(),
            hint: hint(uri, error.code().known(), error.message()),
        }
    }

    /// Makes the error of an answer that cannot be understood.
    #[must_use]
    pub fn unread(uri: &str, doing: impl Into<String>, error: &roxmltree::Error) -> Self {
        Self {
            uri: uri.to_owned(),
            doing: doing.into(),
            message: format!("its XML cannot be read: {error}"),
            hint: None,
        }
    }
}

impl std::error::Error for HostError {}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            uri,
            doing,
            message,
            hint,
        } = self;
        write!(f, "cannot {doing} on `{uri}`: {}", message.trim_end())?;
        hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// Returns what to try. The code tells little of a connection that fails, so libvirt's words decide, in English.
fn hint(uri: &str, code: Option<ErrorNumber>, message: &str) -> Option<String> {
    let says = |words: &str| message.contains(words);
    let transport = uri.split_once(':').map_or(uri, |(scheme, _)| scheme);
    let is_local = !transport.contains('+') && (uri.contains(":///") || !uri.contains("://"));
    let text = match code {
        _ if says("failed to parse xml document") && transport == "test" => {
            "the test driver reads the file of that path, which is missing or no XML"
        }
        _ if says("Permission denied") && is_local => {
            "join the group `libvirt` (`sudo usermod -aG libvirt $USER`, then log in again), or run this as root"
        }
        Some(
            ErrorNumber::AuthUnavailable | ErrorNumber::AuthFailed | ErrorNumber::AuthCancelled,
        ) if is_local => {
            "join the group `libvirt` (`sudo usermod -aG libvirt $USER`, then log in again), or run this as root"
        }
        _ if is_local && (says("No such file or directory") || says("Connection refused")) => {
            "is libvirt installed and started? `systemctl start libvirtd`, or `virtqemud.socket`, `virtnetworkd.socket` and `virtstoraged.socket`"
        }
        _ if says("Could not resolve hostname") || says("unable to resolve") => {
            "the host name in the URI is not known here"
        }
        _ if says("Connection refused") || says("Connection timed out") => {
            "does libvirt listen on that host? Most hosts are reached as `qemu+ssh://USER@HOST/system`"
        }
        _ if transport.ends_with("+ssh") && (says("Permission denied") || says("Host key")) => {
            "does `ssh` to that host work without a password, and is that user in its group `libvirt`?"
        }
        Some(ErrorNumber::NoConnect) => {
            "a URI such as `qemu:///system` or `qemu+ssh://USER@HOST/system` is due"
        }
        Some(ErrorNumber::OperationDenied | ErrorNumber::AccessDenied) => {
            "libvirt's access rules do not allow it to this user"
        }
        _ => return None,
    };
    Some(text.to_owned())
}
