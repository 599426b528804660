//! The names that systems share: time zones, locales, keyboards and services of the firewall.
//!
//! The tables in `tables/` list what a system with everything installed knows; `make tables` writes them from the
//! machine it runs on. A release knows a few names more or less, so one that is missing here is suspicious and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::diag::nearest;

/// The zones of the tz database, links included: `tzdata.zi`.
static ZONES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../tables/time-zones").lines().collect());

/// The X layouts with their variants: `base.lst` of xkeyboard-config.
static LAYOUTS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let layouts = include_str!("../../tables/keyboards").lines();
    let words = layouts.map(|line| line.split(' '));
    words
        .filter_map(|mut words| Some((words.next()?, words.collect())))
        .collect()
});

/// The console keymaps of kbd.
static KEYMAPS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../tables/keymaps").lines().collect());

/// The services of firewalld (`/usr/lib/firewalld/services`).
static FIREWALL_SERVICES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    include_str!("../../tables/firewall-services")
        .lines()
        .collect()
});

/// The locales of glibc with their character sets (`SUPPORTED`), by language, territory and modifier.
static LOCALES: LazyLock<BTreeMap<(&str, &str), Vec<&str>>> = LazyLock::new(|| {
    let mut locales: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for line in include_str!("../../tables/locales").lines() {
        let (name, charset) = line.split_once(' ').unwrap_or((line, ""));
        let locale = Locale::of(name);
        let charsets = locales.entry((locale.base, locale.modifier)).or_default();
        charsets.push(charset);
    }
    locales
});

/// Countries by the code people take for theirs, and by the one they have (ISO 3166-1).
const TERRITORIES: &[(&str, &str)] = &[("UK", "GB"), ("EN", "US"), ("JA", "JP"), ("SV", "SE")];

/// The parts of a locale's name: `ca_ES.UTF-8@valencia`.
struct Locale<'n> {
    base: &'n str,
    charset: &'n str,
    modifier: &'n str,
}

impl<'n> Locale<'n> {
    fn of(name: &'n str) -> Self {
        let (rest, modifier) = name.split_once('@').unwrap_or((name, ""));
        let (base, charset) = rest.split_once('.').unwrap_or((rest, ""));
        Self {
            base,
            charset,
            modifier,
        }
    }
}

/// What a table says of a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// It is there.
    Yes,
    /// It is not; another one is near.
    Near(String),
    /// It is not, and neither is one like it.
    No,
}

impl Known {
    fn or_near<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        nearest(given, names).map_or(Self::No, |near| Self::Near(near.to_owned()))
    }
}

/// Looks a time zone up.
#[must_use]
pub fn time_zone(name: &str) -> Known {
    if ZONES.contains(name) {
        return Known::Yes;
    }
    // The city is right more often than the continent.
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or_default().to_lowercase();
    let own = city(name).replace(' ', "_");
    match ZONES
        .iter()
        .find(|zone| zone.contains('/') && city(zone) == own)
    {
        Some(zone) if !own.is_empty() => Known::Near((*zone).to_owned()),
        _ => Known::or_near(name, ZONES.iter().copied()),
    }
}

/// Looks a locale up; character sets are compared as glibc does, by their letters and digits.
#[must_use]
pub fn locale(name: &str) -> Known {
    let locale = Locale::of(name);
    if matches!(locale.base, "C" | "POSIX") {
        return Known::Yes;
    }
    let plain = |charset: &str| -> String {
        let kept = charset.chars().filter(char::is_ascii_alphanumeric);
        kept.collect::<String>().to_lowercase()
    };
    let utf8 = |base: &str| Known::Near(format!("{base}.UTF-8"));
    if let Some(charsets) = LOCALES.get(&(locale.base, locale.modifier)) {
        let own = plain(locale.charset);
        let known = own.is_empty() || charsets.iter().any(|charset| plain(charset) == own);
        return if known { Known::Yes } else { utf8(locale.base) };
    }
    let bases = || LOCALES.keys().map(|(base, _)| *base);
    let (language, territory) = locale.base.split_once('_').unwrap_or((locale.base, ""));
    let territory = territory.to_uppercase();
    let territory = match TERRITORIES.iter().find(|(taken, _)| *taken == territory) {
        Some((_, own)) => (*own).to_owned(),
        None if territory.is_empty() => language.to_uppercase(),
        None => territory,
    };
    let own = format!("{}_{territory}", language.to_lowercase());
    let first = || {
        let prefix = format!("{}_", language.to_lowercase());
        bases().find(|base| base.starts_with(&prefix))
    };
    let near = bases()
        .find(|base| *base == own)
        .or_else(|| nearest(locale.base, bases()).filter(|_| locale.base.contains('_')))
        .or_else(first);
    near.map_or(Known::No, utf8)
}

/// Looks up a keyboard layout: one of X, or a console keymap, which installers before RHEL 7 know them by.
#[must_use]
pub fn keyboard(name: &str) -> Known {
    if LAYOUTS.contains_key(name) || KEYMAPS.contains(name) {
        return Known::Yes;
    }
    // Languages whose layout goes by the country's code.
    let by_language = [
        ("ja", "jp"),
        ("en", "us"),
        ("uk", "gb"),
        ("sv", "se"),
        ("da", "dk"),
    ];
    if let Some((_, layout)) = by_language.iter().find(|(language, _)| *language == name) {
        return Known::Near((*layout).to_owned());
    }
    let Some((layout, variant, variants)) = of_layout(name) else {
        return Known::or_near(name, LAYOUTS.keys().copied().chain(KEYMAPS.iter().copied()));
    };
    // The console's way of writing a variant.
    match nearest(variant, variants.iter().copied()) {
        Some(near) => Known::Near(format!("{{layout: {layout}, variant: {near}}}")),
        None => Known::or_near(name, keymaps_of(layout)),
    }
}

/// Takes `LAYOUT-VARIANT` apart when there is such a layout, and returns the variants it has.
fn of_layout(name: &str) -> Option<(&str, &str, &'static [&'static str])> {
    let (layout, variant) = name.split_once('-')?;
    Some((layout, variant, LAYOUTS.get(layout)?))
}

/// Returns the console keymaps for the language of an X layout.
fn keymaps_of(layout: &str) -> impl Iterator<Item = &'static str> {
    let own = move |name: &&str| name.split('-').next() == Some(layout);
    KEYMAPS.iter().copied().filter(own)
}

/// Looks up a service that a firewall lets in.
#[must_use]
pub fn firewall_service(name: &str) -> Known {
    if FIREWALL_SERVICES.contains(name) {
        return Known::Yes;
    }
    Known::or_near(name, FIREWALL_SERVICES.iter().copied())
}

/// Looks up a variant of an X layout that is known; those of a layout that is not are not known either way.
#[must_use]
pub fn keyboard_variant(layout: &str, variant: &str) -> Known {
    match LAYOUTS.get(layout) {
        Some(variants) if !variants.contains(&variant) => {
            Known::or_near(variant, variants.iter().copied())
        }
        _ => Known::Yes,
    }
}

/// Looks up a console keymap: one of kbd's, or one made from an X layout, `LAYOUT` or `LAYOUT-VARIANT`.
#[must_use]
pub fn keymap(name: &str) -> Known {
    if KEYMAPS.contains(name) {
        return Known::Yes;
    }
    if LAYOUTS.contains_key(name) {
        return Known::Yes;
    }
    if let Some((layout, variant, variants)) = of_layout(name) {
        if variants.contains(&variant) {
            return Known::Yes;
        }
        return match nearest(variant, variants.iter().copied()) {
            Some(near) => Known::Near(format!("{layout}-{near}")),
            None => Known::or_near(name, keymaps_of(layout)),
        };
    }
    Known::or_near(name, KEYMAPS.iter().copied().chain(LAYOUTS.keys().copied()))
}

#[cfg(test)]
mod tests {
    use super::{Known, ZONES, keyboard, keyboard_variant, keymap, locale, time_zone};

    fn near(name: &str) -> Known {
        Known::Near(name.to_owned())
    }

    #[track_caller]
    fn assert_known(find: fn(&str) -> Known, names: &[&str]) {
        for name in names {
            assert_eq!(find(name), Known::Yes, "{name}");
        }
    }

    #[track_caller]
    fn assert_near(find: fn(&str) -> Known, names: &[(&str, &str)]) {
        for (name, meant) in names {
            assert_eq!(find(name), near(meant), "{name}");
        }
    }

    #[test]
    fn zones_are_known_by_city() {
        assert_known(
            time_zone,
            &[
                "UTC",
                "Asia/Tokyo",
                "US/Pacific",
                "Etc/GMT+1",
                "EST5EDT",
                "America/Indiana/Knox",
            ],
        );
        assert_near(
            time_zone,
            &[
                ("Asia/Tokio", "Asia/Tokyo"),
                ("Tokyo", "Asia/Tokyo"),
                ("Europe/Tokyo", "Asia/Tokyo"),
                ("asia/tokyo", "Asia/Tokyo"),
                ("Europe/Berln", "Europe/Berlin"),
            ],
        );
        assert_eq!(time_zone("Mars/Olympus"), Known::No);
    }

    #[test]
    fn locales_are_known_in_all_their_spellings() {
        assert_known(
            locale,
            &[
                "en_US.UTF-8",
                "en_US.utf8",
                "en_US",
                "C",
                "POSIX",
                "C.UTF-8",
                "ja_JP.eucJP",
                "de_DE@euro",
                "ca_ES.UTF-8@valencia",
                "de_DE.ISO-8859-1",
            ],
        );
        assert_near(
            locale,
            &[
                ("de", "de_DE.UTF-8"),
                ("en_UK.UTF-8", "en_GB.UTF-8"),
                ("ja_JA.UTF-8", "ja_JP.UTF-8"),
                ("en_us.UTF-8", "en_US.UTF-8"),
                ("en_US.UTF-9", "en_US.UTF-8"),
                ("xde_DE.UTF-8", "de_DE.UTF-8"),
                ("da", "da_DK.UTF-8"),
            ],
        );
        assert_eq!(locale("klingon"), Known::No);
    }

    #[test]
    fn keyboards_are_those_of_x_and_of_the_console() {
        assert_known(
            keyboard,
            &["us", "de", "jp", "jp106", "uk", "de-latin1-nodeadkeys"],
        );
        assert_near(keyboard, &[("ja", "jp"), ("de-latin", "de-latin1")]);
        for (name, layout, variant) in [
            ("de-nodeadkeys", "de", "nodeadkeys"),
            ("us-dvorak", "us", "dvorak"),
            ("us-intl", "us", "intl"),
            ("us-altgr-intl", "us", "altgr-intl"),
            ("fi-nodeadkeys", "fi", "nodeadkeys"),
            ("de-neo", "de", "neo"),
            ("fr-oss", "fr", "oss"),
            ("ch-fr", "ch", "fr"),
            ("de-nodeadkey", "de", "nodeadkeys"),
        ] {
            let meant = format!("{{layout: {layout}, variant: {variant}}}");
            assert_eq!(keyboard(name), near(&meant), "{name}");
        }
        assert_eq!(keyboard("fi-klingon"), Known::No);
        assert_eq!(keyboard_variant("de", "nodeadkeys"), Known::Yes);
        assert_eq!(keyboard_variant("de", "nodeadkey"), near("nodeadkeys"));
        assert_eq!(keyboard_variant("uk", "x"), Known::Yes);
        assert_known(keymap, &["us", "de-latin1", "de-nodeadkeys", "gb"]);
        assert_near(
            keymap,
            &[("de-nodeadkey", "de-nodeadkeys"), ("de-latin", "de-latin1")],
        );
    }

    /// What the machine knows must be known here, or the table is old: `make tables` renews it.
    #[test]
    fn the_zones_of_this_machine_are_known() {
        let Ok(table) = std::fs::read_to_string("/usr/share/zoneinfo/tzdata.zi") else {
            return;
        };
        let zones = table.lines().filter_map(|line| {
            let mut words = line.split(' ');
            match words.next()? {
                "Z" => words.next(),
                "L" => words.nth(1),
                _ => None,
            }
        });
        let missing: Vec<&str> = zones.filter(|zone| !ZONES.contains(zone)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
