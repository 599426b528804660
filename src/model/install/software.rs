//! Where packages come from.

use crate::model::text::Line;
use crate::model::words::PlainName;
use crate::source::Spanned;
use crate::yaml::typed::section;

section! {
    /// A package repository.
    "repository" struct Repo {
        /// Its id.
        name: Spanned<PlainName>,
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
        suite: Option<Line>,
        /// Debian's components.
        components: Vec<Line>,
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
