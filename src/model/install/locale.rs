//! Keyboard and clock.

use serde::Serialize;

use crate::model::words::{HostAddress, KeyboardName, ZoneName};
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, section};

/// A keyboard: a layout, or a layout and its variant.
#[derive(Clone, Debug, Serialize)]
pub struct Keyboard {
    /// The X layout, such as `us`.
    pub layout: Spanned<KeyboardName>,
    /// The X variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<Spanned<KeyboardName>>,
    /// The console's keymap, where it has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vconsole: Option<Spanned<KeyboardName>>,
}

section! {
    /// A keyboard written as a map.
    "keyboard" struct KeyboardMap {
        /// The X layout.
        layout: Spanned<KeyboardName>,
        /// The X variant.
        variant: Option<Spanned<KeyboardName>>,
        /// The console's keymap.
        vconsole: Option<Spanned<KeyboardName>>,
    }
}

impl FromNode for Keyboard {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            return Some(Self {
                layout: Spanned::from_node(node, typer)?,
                variant: None,
                vconsole: None,
            });
        }
        let map = KeyboardMap::from_node(node, typer)?;
        Some(Self {
            layout: map.layout,
            variant: map.variant,
            vconsole: map.vconsole,
        })
    }

    fn schema(place: Place) -> Schema {
        KeyboardName::schema(place).or(KeyboardMap::schema(place))
    }
}

/// A time zone, and whether the hardware clock runs in UTC.
#[derive(Clone, Debug, Serialize)]
pub struct Timezone {
    /// A name of the tz database.
    pub timezone: Spanned<ZoneName>,
    /// Whether the hardware clock runs in UTC.
    pub utc: bool,
    /// Time servers.
    pub ntp: Vec<HostAddress>,
}

section! {
    /// A time zone written as a map.
    "timezone" struct TimezoneMap {
        /// A name of the tz database; `UTC` when nothing is said.
        timezone: Option<Spanned<ZoneName>>,
        /// Whether the hardware clock runs in UTC; it does when nothing is said.
        utc: Option<bool>,
        /// Time servers.
        ntp: Vec<HostAddress>,
    }
}

impl FromNode for Timezone {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            return Some(Self {
                timezone: Spanned::from_node(node, typer)?,
                utc: true,
                ntp: Vec::new(),
            });
        }
        let map = TimezoneMap::from_node(node, typer)?;
        let utc = || Some(Spanned::new("UTC".parse().ok()?, node.span));
        let timezone = map.timezone.or_else(utc)?;
        Some(Self {
            timezone,
            utc: map.utc.unwrap_or(true),
            ntp: map.ntp,
        })
    }

    fn schema(place: Place) -> Schema {
        ZoneName::schema(place).or(TimezoneMap::schema(place))
    }
}
