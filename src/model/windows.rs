//! What Windows calls time zones, languages and keyboards that the rest of the world knows by other names.
//!
//! `tables/windows-zones` is `windowsZones.xml` of Unicode's CLDR, with the links of the tz database; the others list
//! what Windows has that means the same. A name that is missing has no counterpart, and nothing is guessed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The time zones of Windows by the names of the tz database.
static ZONES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../tables/windows-zones").lines();
    lines.filter_map(|line| line.split_once(' ')).collect()
});

/// The keyboard layouts of Windows (its "keyboard identifiers") by X layout, or by X layout and variant.
static KEYBOARDS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../tables/windows-keyboards").lines();
    lines.filter_map(|line| line.rsplit_once(' ')).collect()
});

/// The languages that there is Windows in (Microsoft's "Available languages for Windows", the language packs).
const LANGUAGES: &[&str] = &[
    "ar-SA", "bg-BG", "cs-CZ", "da-DK", "de-DE", "el-GR", "en-GB", "en-US", "es-ES", "es-MX",
    "et-EE", "fi-FI", "fr-CA", "fr-FR", "he-IL", "hr-HR", "hu-HU", "it-IT", "ja-JP", "ko-KR",
    "lt-LT", "lv-LV", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO", "ru-RU", "sk-SK",
    "sl-SI", "sv-SE", "th-TH", "tr-TR", "uk-UA", "zh-CN", "zh-TW",
];

/// Returns the time zone of Windows for one of the tz database.
#[must_use]
pub fn time_zone(name: &str) -> Option<&'static str> {
    ZONES.get(name).copied()
}

/// Returns the language of Windows for a locale in UTF-8, or without a character set: `de-DE` for `de_DE.UTF-8`. What
/// has no language is American.
#[must_use]
pub fn language(locale: &str) -> Option<&'static str> {
    let (base, charset) = locale.split_once('.').unwrap_or((locale, "UTF-8"));
    if base.contains('@') || !matches!(charset, "UTF-8" | "utf8") {
        return None;
    }
    if matches!(base, "C" | "POSIX") {
        return Some("en-US");
    }
    let (language, territory) = base.split_once('_')?;
    let known = |tag: &&&str| tag.split_once('-') == Some((language, territory));
    LANGUAGES.iter().find(known).copied()
}

/// Returns the locale of another country whose language Windows speaks: `de_DE.UTF-8` for `de_AT.UTF-8`.
#[must_use]
pub fn near_locale(locale: &str) -> Option<String> {
    let language = locale.split(['_', '.', '@']).next()?;
    let near = LANGUAGES
        .iter()
        .find(|tag| tag.split('-').next() == Some(language))?;
    Some(format!("{}.UTF-8", near.replace('-', "_")))
}

/// Returns the keyboard of Windows for an X layout, or for `LAYOUT VARIANT`: its language and its number, as an answer
/// file has them in `InputLocale`.
#[must_use]
pub fn keyboard(layout: &str) -> Option<String> {
    let number = KEYBOARDS.get(layout)?;
    // The low half of a layout's number is the language it was made for.
    Some(format!("{}:{number}", &number[4..]))
}

#[cfg(test)]
mod tests {
    use super::{KEYBOARDS, LANGUAGES, ZONES, keyboard, language, near_locale, time_zone};
    use crate::model::tables;

    #[test]
    fn zones_are_those_of_cldr() {
        for (zone, windows) in [
            ("UTC", "UTC"),
            ("Etc/UTC", "UTC"),
            ("Europe/Berlin", "W. Europe Standard Time"),
            ("Asia/Tokyo", "Tokyo Standard Time"),
            ("Asia/Kolkata", "India Standard Time"),
            ("Asia/Calcutta", "India Standard Time"),
            ("America/New_York", "Eastern Standard Time"),
        ] {
            assert_eq!(time_zone(zone), Some(windows), "{zone}");
        }
        assert_eq!(time_zone("Factory"), None);
    }

    /// Every zone and layout is one that checks of other systems know as well.
    #[test]
    fn tables_name_what_exists() {
        for zone in ZONES.keys() {
            assert_eq!(tables::time_zone(zone), tables::Known::Yes, "{zone}");
        }
        for name in KEYBOARDS.keys() {
            let (layout, variant) = name.split_once(' ').unwrap_or((name, ""));
            assert_eq!(tables::keyboard(layout), tables::Known::Yes, "{name}");
            if !variant.is_empty() {
                let known = tables::keyboard_variant(layout, variant);
                assert_eq!(known, tables::Known::Yes, "{name}");
            }
        }
        for tag in LANGUAGES {
            let locale = format!("{}.UTF-8", tag.replace('-', "_"));
            assert_eq!(tables::locale(&locale), tables::Known::Yes, "{tag}");
            assert_eq!(language(&locale), Some(*tag));
        }
    }

    #[test]
    fn languages_and_keyboards_are_exact() {
        for (locale, tag) in [
            ("de_DE.UTF-8", Some("de-DE")),
            ("en_GB", Some("en-GB")),
            ("C.UTF-8", Some("en-US")),
            ("de_AT.UTF-8", None),
            ("de_DE@euro", None),
            ("de_DE.ISO-8859-1", None),
            ("de", None),
        ] {
            assert_eq!(language(locale), tag, "{locale}");
        }
        assert_eq!(near_locale("de_AT.UTF-8").as_deref(), Some("de_DE.UTF-8"));
        assert_eq!(near_locale("tlh_XX"), None);
        assert_eq!(keyboard("us").as_deref(), Some("0409:00000409"));
        assert_eq!(keyboard("us dvorak").as_deref(), Some("0409:00010409"));
        assert_eq!(keyboard("de nodeadkeys"), None);
    }
}
