//! The nearest known name to a mistyped one.

/// Returns the known name a person most likely meant by `given`, if one is near enough.
///
/// Near is a Damerau-Levenshtein distance of at most a third of the length, so that `kickstar` finds `kickstart` and
/// `ram` never finds `arch`; a difference in case or in `-` against `_` alone always counts as near.
/// Of names that are equally near so, the one that is nearest as it is written is taken.
#[must_use]
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |name: &str| name.to_lowercase().replace('-', "_");
    let folded = fold(given);
    let limit = (given.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &fold(name)), name))
        .filter(|(distance, name)| *distance <= limit && *distance < name.chars().count())
        .min_by_key(|(distance, name)| {
            let as_written = strsim::damerau_levenshtein(given, name);
            // What is left out is the end of a name more often than its start.
            let is_cut_off = name.starts_with(given);
            (*distance, as_written, !is_cut_off, *name)
        })
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typos_and_refuses_strangers() {
        let known = ["interfaces", "disks", "virtinst", "ssh_authorized_keys"];
        assert_eq!(nearest("interface", known), Some("interfaces"));
        assert_eq!(
            nearest("ssh-authorized-keys", known),
            Some("ssh_authorized_keys")
        );
        assert_eq!(nearest("poool1", ["Pool1", "pool1"]), Some("pool1"));
        assert_eq!(nearest("vcpu", ["cpu", "vcpus"]), Some("vcpus"));
        assert_eq!(nearest("cluster", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
