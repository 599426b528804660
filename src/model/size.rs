//! Sizes in bytes, and memory in MiB.

use std::fmt;

use serde::{Serialize, Serializer};

use super::refusal::Refusal;
use super::text::escaped;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};
use crate::yaml::{Kind, Node, Resolved, habits};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// A number and a unit, as a pattern.
const PATTERN: &str = r"\s*[0-9]{1,12}(?:[.][0-9]{0,6})?\s*(?:[KMGTkmgt](?:[Ii][Bb])?)?\s*";

/// The size of a disk or file system in bytes, always a whole number of MiB.
///
/// A bare number is GiB, as in virt-install's `--disk size=`; units are powers of 1024, as in virsh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// One TiB.
    pub const TIB: Self = Self(1 << 40);

    /// Makes a size from bytes, which [`Size`] keeps as they are.
    #[must_use]
    pub fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Returns the size in bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(GIB) {
            write!(f, "{}G", self.0 / GIB)
        } else {
            write!(f, "{}M", self.0 / MIB)
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

/// The memory of a guest, in MiB; a bare number is MiB, as in virt-install's `--memory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Memory(u64);

impl Memory {
    /// Returns the amount in MiB.
    #[must_use]
    pub fn mib(self) -> u64 {
        self.0
    }
}

/// Reads a number with an optional unit; `default_unit` is that of a bare number, in bytes.
///
/// # Errors
/// Returns what is wrong and what to write.
fn parse(text: &str, default_unit: u64) -> Result<u64, Refusal> {
    let text = text.trim();
    let wrong =
        |why: &str, help: &str| Err(Refusal::new(format!("`{}` {why}", escaped(text)), help));
    let form = "write a number with K, M, G or T, as in `500M`";
    let (nothing, how) = (
        "is a size of nothing",
        "write how large it is, as in `500M`",
    );
    let (large, smaller) = (
        "is larger than any disk",
        "write a smaller number, or a smaller unit",
    );
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let rest = text.strip_prefix('-');
        if rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return wrong("is less than nothing", how);
        }
        return wrong("is not a size", form);
    }
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" => default_unit,
        "k" | "kib" => KIB,
        "m" | "mib" => MIB,
        "g" | "gib" => GIB,
        "t" | "tib" => TIB,
        decimal @ ("kb" | "mb" | "gb" | "tb") => {
            let unit = decimal[..1].to_ascii_uppercase();
            let why = "has a decimal unit, and sizes are powers of 1024 here";
            return wrong(why, &format!("write `{number}{unit}`"));
        }
        exponent if is_exponent(exponent) => {
            return wrong(
                "is written with an exponent",
                "write all its digits, and a unit, as in `500M`",
            );
        }
        other => {
            let why = format!("has `{}` for a unit", escaped(other));
            return wrong(&why, form);
        }
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() > 12 && !fraction.contains('.') {
        return wrong(large, smaller);
    }
    if fraction.len() > 6 && !fraction.contains('.') {
        return wrong(
            "is more exact than sizes are",
            "write six digits after the point at most, or a smaller unit",
        );
    }
    let plausible = !whole.is_empty() && !fraction.contains('.');
    let parsed = plausible
        .then(|| format!("{whole}{fraction}").parse::<u128>().ok())
        .flatten();
    let Some(scaled) = parsed else {
        return wrong("is not a size", form);
    };
    let bytes =
        scaled * u128::from(unit) / 10_u128.pow(u32::try_from(fraction.len()).unwrap_or_default());
    let Some(bytes) = u64::try_from(bytes).ok().filter(|bytes| *bytes <= 1 << 60) else {
        return wrong(large, smaller);
    };
    if bytes == 0 {
        return wrong(nothing, how);
    }
    Ok(bytes.div_ceil(MIB) * MIB)
}

/// Returns whether what follows a number is an exponent, as in `1e3`.
fn is_exponent(text: &str) -> bool {
    let number = text.strip_prefix('e');
    number.is_some_and(|number| number.parse::<i32>().is_ok())
}

fn read(node: &Node, typer: &mut Typer<'_>, unit: u64, expected: &str) -> Option<u64> {
    let Kind::Scalar(scalar) = &node.kind else {
        typer.mismatch(node, expected);
        return None;
    };
    match scalar.resolve() {
        Resolved::Int(_) | Resolved::Float(_) | Resolved::Str(_) => typer.unambiguous(node),
        _ => {
            typer.mismatch(node, expected);
            return None;
        }
    }
    match parse(&scalar.text, unit) {
        Ok(size) => Some(size),
        Err(_) if scalar.plain && habits::number(scalar).is_some() => {
            typer.mismatch(node, expected);
            None
        }
        Err(refusal) => {
            typer.refuse(node.span, refusal);
            None
        }
    }
}

impl FromNode for Size {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        read(
            node,
            typer,
            GIB,
            "a size (a number of GiB, or text such as 500M)",
        )
        .map(Self)
    }

    fn schema(_: Place) -> Schema {
        Schema::pattern(PATTERN, "a number of GiB, or text such as 500M").or_number()
    }
}

impl FromNode for Memory {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        read(
            node,
            typer,
            MIB,
            "an amount of memory (a number of MiB, or text such as 2G)",
        )
        .map(|bytes| Self(bytes / MIB))
    }

    fn schema(_: Place) -> Schema {
        Schema::pattern(PATTERN, "a number of MiB, or text such as 2G").or_number()
    }
}

#[cfg(test)]
mod tests {
    use super::{GIB, MIB, parse};

    #[test]
    fn reads_units_as_powers_of_1024() {
        assert_eq!(parse("5", GIB), Ok(5 * GIB));
        assert_eq!(parse("0.5", GIB), Ok(512 * MIB));
        assert_eq!(parse("500M", GIB), Ok(500 * MIB));
        assert_eq!(parse("20 GiB", GIB), Ok(20 * GIB));
        assert_eq!(parse("2G", MIB), Ok(2 * GIB));
        assert_eq!(parse("1K", MIB), Ok(MIB));
        for bad in ["", "-5", "5GB", "5X", "1e3", "0", "99999999999T", "1.2.3"] {
            assert!(parse(bad, GIB).is_err(), "{bad}");
        }
    }
}
