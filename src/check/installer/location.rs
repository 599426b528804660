//! Places of install trees that nobody can reach, because they are almost URLs.

use crate::diag::nearest;

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
