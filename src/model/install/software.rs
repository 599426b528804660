//! Where packages come from.

use std::net::IpAddr;

use ipnetwork::IpNetwork;

use crate::model::text::Line;
use crate::model::words::RepoName;
use crate::source::Spanned;
use crate::yaml::typed::section;

section! {
    /// A package repository.
    "repository" struct Repo {
        /// Its id.
        name: Spanned<RepoName>,
        /// Where its packages lie.
        baseurl: Option<Spanned<Line>>,
        /// Where a list of its mirrors lies.
        mirrorlist: Option<Spanned<Line>>,
        /// Where its metalink lies.
        metalink: Option<Spanned<Line>>,
        /// The key its packages are signed with.
        gpgkey: Option<Line>,
        /// Whether signatures are checked; they are when nothing is said.
        gpgcheck: Option<bool>,
        /// Its priority; lower is preferred.
        priority: Option<u32>,
        /// Its cost; lower is preferred.
        cost: Option<u32>,
        /// Whether the installed system uses it; it does when nothing is said.
        enabled: Option<bool>,
        /// Whether only the installer uses it.
        install_only: Option<bool>,
        /// Debian's suite.
        suite: Option<Spanned<Line>>,
        /// Debian's components.
        components: Vec<Spanned<Line>>,
    }
}

section! {
    /// A proxy.
    "proxy" struct Proxy {
        /// Its URL.
        url: Spanned<Line>,
        /// Hosts reached without it.
        no_proxy: Vec<Line>,
    }
}

impl Proxy {
    /// Returns whether what lies at `url` is fetched without the proxy.
    #[must_use]
    pub fn spares(&self, url: &str) -> bool {
        is_direct(url, self.no_proxy.iter().map(Line::as_str))
    }
}

/// Returns whether the host of `url` is among those reached without a proxy, which are written as in the variable
/// `no_proxy`: a host, a domain and what is in it (`.x.test`, `*.x.test`, `x.test`), a range of addresses, `*` for all.
pub fn is_direct<'a>(url: &str, mut exceptions: impl Iterator<Item = &'a str>) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    exceptions.any(|exception| {
        if exception == "*" {
            return true;
        }
        let range: Option<IpNetwork> = exception.parse().ok();
        if let Some((address, range)) = address.zip(range) {
            return range.contains(address);
        }
        let name = exception.trim_start_matches('*').trim_start_matches('.');
        let name = name.to_ascii_lowercase();
        let inside = host.strip_suffix(&name);
        !name.is_empty() && inside.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::is_direct;

    #[test]
    fn exceptions_of_a_proxy() {
        let list = [".x.test", "mirror", "10.0.0.0/8", "fd00::/8", "10.1.0.1"];
        let direct = |url: &str| is_direct(url, list.into_iter());
        for url in [
            "http://a.x.test/p",
            "http://X.test",
            "https://joe:s@mirror:8080/p?q",
            "http://10.2.3.4:80/",
            "http://[fd00::1]:80/",
        ] {
            assert!(direct(url), "{url}");
        }
        for url in [
            "http://ax.test/",
            "http://mirror.org/",
            "http://11.0.0.1/",
            "http:///",
            "",
        ] {
            assert!(!direct(url), "{url}");
        }
        assert!(is_direct("http://far/", ["*"].into_iter()));
    }
}
