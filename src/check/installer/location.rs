//! Places of install trees that nobody can reach, because they are almost URLs, or that the host alone can.

use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::link::Guest;

/// How the URLs of install trees begin (virt-install(1), "--location").
const SCHEMES: &[&str] = &["http", "https", "ftp", "nfs"];

/// Says why nothing can lie at a location, whoever looks: it is empty, or almost a URL. Its text may hold a password,
/// so only its scheme is shown.
pub(super) fn unreachable(location: &str) -> Option<(String, String)> {
    if location.trim().is_empty() {
        let help = "name an install tree, as in http://10.0.0.1/rhel9/, or leave the key out";
        return Some(("`location` is empty".to_owned(), help.to_owned()));
    }
    let (scheme, rest) = location.split_once(':')?;
    let slashes = rest.len() - rest.trim_start_matches('/').len();
    if slashes >= 2 && SCHEMES.contains(&scheme) {
        return None;
    }
    // The first letter is the one that is seldom wrong.
    let alike = SCHEMES.iter().copied();
    let alike = alike.filter(|known| known.chars().next() == scheme.chars().next());
    let near = nearest(scheme, alike).or_else(|| nearest(scheme, SCHEMES.iter().copied()))?;
    // NFS is also written `nfs:HOST:/PATH`.
    if slashes == 0 && near == "nfs" && scheme == near {
        return None;
    }
    let found: String = std::iter::repeat_n('/', slashes.min(3)).collect();
    let message = format!("`{scheme}:{found}` begins no place an installer can read");
    Some((message, format!("did you mean `{near}://…`?")))
}

/// Warns of a directory of the host: it gives virt-install the installer's kernel, and the guest nothing, as that sees no
/// files of the host and asks where its packages are. Kernel arguments with one of the keys `named` tell it.
pub(super) fn hidden(guest: &Guest, named: &[&str], help: &str, sink: &mut Sink) {
    let Some(location) = &guest.virtinst.location else {
        return;
    };
    let reached = ["http://", "https://", "ftp://", "nfs:"];
    let args = guest.virtinst.extra_args.iter();
    let mut args = args.flat_map(|args| args.split_whitespace());
    if reached.iter().any(|scheme| location.starts_with(scheme))
        || unreachable(location.as_str()).is_some()
        || location.ends_with(".iso")
        || args.any(|arg| named.iter().any(|key| arg.contains(key)))
    {
        return;
    }
    let message = format!(
        "guest `{}` cannot read `{}`: only the host has it",
        guest.name, location.value
    );
    sink.push(Diagnostic::warning(Code::MissingSource, location.span, message).help(help));
}

#[cfg(test)]
mod tests {
    use super::unreachable;

    #[test]
    fn what_is_almost_a_url_is_seen() {
        for location in [
            "http://x/y",
            "https://x/",
            "ftp://x/",
            "nfs:x:/y",
            "nfs://x/y",
            "/srv/tree",
            "/srv/a:b",
            "http",
            "file:///srv/tree",
            "http://joe:secret@x/",
        ] {
            assert_eq!(unreachable(location), None, "{location}");
        }
        for (location, meant) in [
            ("htp://x/y", "http://"),
            ("http:/x/y", "http://"),
            ("http:x/y", "http://"),
            ("HTTP://x/y", "http://"),
            ("htps://x/y", "https://"),
            ("nfs:/x", "nfs://"),
        ] {
            let help = unreachable(location).map(|(_, help)| help);
            let help = help.unwrap_or_default();
            assert!(help.contains(meant), "{location}: {help}");
        }
        assert!(unreachable("").is_some());
    }
}
