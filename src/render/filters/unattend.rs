//! Names and passwords as an answer file of Windows has them.

use super::Filtered;
use crate::model::windows;

/// A password in an answer file whose `PlainText` is false: base64 of the UTF-16 of the password and the name of the
/// element it stands in. It hides from a glance what everybody can read.
pub(in crate::render) fn password(plain: &str, element: &str) -> String {
    let text = plain.encode_utf16().chain(element.encode_utf16());
    let bytes: Vec<u8> = text.flat_map(u16::to_le_bytes).collect();
    super::encode_base64(&bytes)
}

pub(super) fn zone(name: &str) -> Filtered {
    let zone = windows::time_zone(name).map(str::to_owned);
    zone.ok_or_else(|| format!("Windows has no time zone for {name:?}"))
}

pub(super) fn language(locale: &str) -> Filtered {
    let language = windows::language(locale).map(str::to_owned);
    language.ok_or_else(|| format!("Windows has no language for {locale:?}"))
}

pub(super) fn keyboard(layout: &str) -> Filtered {
    windows::keyboard(layout).ok_or_else(|| format!("Windows has no keyboard for {layout:?}"))
}

#[cfg(test)]
mod tests {
    use super::password;

    /// Windows System Image Manager writes `pw` so.
    #[test]
    fn passwords_carry_the_name_of_their_element() {
        assert_eq!(
            password("pw", "AdministratorPassword"),
            "cAB3AEEAZABtAGkAbgBpAHMAdAByAGEAdABvAHIAUABhAHMAcwB3AG8AcgBkAA=="
        );
        assert_eq!(password("ü", "Password"), "/ABQAGEAcwBzAHcAbwByAGQA");
    }
}
