//! What a network does with the interfaces plugged into it: portgroups, VLANs, bandwidth.

use serde::Serialize;

use super::Mode;
use crate::diag::{Code, Diagnostic};
use crate::model::one_of;
use crate::model::refusal::Refusal;
use crate::model::text::text_type;
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, one_or_many, section};

one_of! {
    /// Switches other than Linux's own bridge that libvirt plugs guests into.
    VirtualPort {
        /// Open vSwitch.
        Openvswitch = "openvswitch",
    }
}

one_of! {
    /// What happens to frames of the native VLAN.
    NativeMode {
        /// They keep their tag.
        Tagged = "tagged",
        /// They reach the guest without one.
        Untagged = "untagged",
    }
}

/// A VLAN's number: 1 to 4094 (IEEE 802.1Q; 0 and 4095 are no VLANs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tag(u32);

impl Tag {
    /// Returns the number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromNode for Tag {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let id = u32::from_node(node, typer)?;
        if (1..=4094).contains(&id) {
            return Some(Self(id));
        }
        typer.invalid(
            node.span,
            format!("{id} is not a VLAN"),
            "write a number from 1 to 4094",
        );
        None
    }

    fn schema(_: Place) -> Schema {
        Schema::whole(1, 4094)
    }
}

section! {
    /// VLANs in full.
    "vlan" struct VlanSpec {
        /// Their tags.
        tags: Vec<Spanned<Tag>>,
        /// Whether frames reach the guest with their tags; they do when there are several.
        trunk: Option<Spanned<bool>>,
        /// The VLAN of frames the guest sends without a tag.
        native: Option<Spanned<Tag>>,
        /// What happens to frames of the native VLAN; they lose their tag when nothing is said.
        native_mode: Option<Spanned<NativeMode>>,
    }
}

/// The VLANs of an interface.
#[derive(Clone, Debug, Serialize)]
pub struct Vlan {
    /// Whether frames reach the guest with their tags.
    pub trunk: bool,
    /// The tags.
    pub tags: Vec<VlanTag>,
}

/// A VLAN of an interface.
#[derive(Clone, Debug, Serialize)]
pub struct VlanTag {
    /// Its number.
    pub id: Tag,
    /// Set on the VLAN of frames without a tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeMode>,
}

impl FromNode for Vlan {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            let tags: Vec<Spanned<Tag>> = one_or_many(node, typer);
            if tags.len() < node.one_or_many().len() {
                return None;
            }
            return Self::new(
                VlanSpec {
                    tags,
                    trunk: None,
                    native: None,
                    native_mode: None,
                },
                node.span,
                typer,
            );
        }
        Self::new(VlanSpec::from_node(node, typer)?, node.span, typer)
    }

    fn schema(place: Place) -> Schema {
        place.one_or_many::<Tag>().or(VlanSpec::schema(place))
    }
}

impl Vlan {
    fn new(spec: VlanSpec, span: Span, typer: &mut Typer<'_>) -> Option<Self> {
        let mut fault = |code, span, message: String, help: &str| {
            typer
                .sink
                .push(Diagnostic::error(code, span, message).help(help));
        };
        if spec.tags.is_empty() {
            fault(
                Code::MissingKey,
                span,
                "`vlan` needs a tag".to_owned(),
                "write the number of the VLAN, as in `vlan: 42`",
            );
            return None;
        }
        for (index, tag) in spec.tags.iter().enumerate() {
            if spec.tags[..index]
                .iter()
                .any(|other| other.value == tag.value)
            {
                fault(
                    Code::DuplicateName,
                    tag.span,
                    format!("VLAN {} is listed twice", tag.value.0),
                    "remove it here",
                );
            }
        }
        let trunk = spec
            .trunk
            .as_ref()
            .map_or(spec.tags.len() > 1 || spec.native.is_some(), |trunk| {
                trunk.value
            });
        match (&spec.native, &spec.native_mode) {
            (Some(native), _) if !spec.tags.iter().any(|tag| tag.value == native.value) => {
                fault(
                    Code::InvalidValue,
                    native.span,
                    format!("the native VLAN {} is none of `tags`", native.value.0),
                    "add it there, or write one of them",
                );
            }
            (None, Some(mode)) => {
                fault(
                    Code::MissingKey,
                    mode.span,
                    "`native_mode` is about a `native` VLAN, and there is none".to_owned(),
                    "write `native` and its number, or remove `native_mode`",
                );
            }
            _ => {}
        }
        if let Some(said) = spec
            .trunk
            .as_ref()
            .filter(|said| !said.value && (spec.tags.len() > 1 || spec.native.is_some()))
        {
            fault(
                Code::ConflictingKeys,
                said.span,
                "several tags and a native VLAN make a trunk".to_owned(),
                "remove `trunk`, or write `trunk: true`",
            );
        }
        let mode = spec
            .native_mode
            .map_or(NativeMode::Untagged, |mode| mode.value);
        let native = spec.native.map(|native| native.value);
        let tag = |tag: Spanned<Tag>| VlanTag {
            id: tag.value,
            native: (native == Some(tag.value)).then_some(mode),
        };
        Some(Self {
            trunk,
            tags: spec.tags.into_iter().map(tag).collect(),
        })
    }
}

section! {
    /// How much an interface may send or receive (formatnetwork.html, "Quality of service").
    "bandwidth" struct Rate {
        /// The average, in KiB a second.
        average: Spanned<u32>,
        /// The most, in KiB a second.
        peak: Option<u32>,
        /// How much may be sent at `peak`, in KiB.
        burst: Option<u32>,
    }
}

section! {
    /// How much an interface may receive and send.
    "bandwidth" struct Bandwidth {
        /// To the guest.
        inbound: Option<Spanned<Rate>>,
        /// From the guest.
        outbound: Option<Spanned<Rate>>,
    }
}

text_type! {
    /// The name of a portgroup: what libvirt's schema takes, and a word in virt-install's options.
    PortgroupName ~ "[A-Za-z0-9][A-Za-z0-9_.-]*", "a portgroup of letters, digits and . _ -"
}

impl std::str::FromStr for PortgroupName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(fits) {
            return Ok(Self(text.into()));
        }
        Err(Refusal::new(
            format!("`{}` cannot be a portgroup", text.escape_debug()),
            "write letters, digits and . _ -, a letter or digit first",
        ))
    }
}

section! {
    /// A class of interfaces.
    "portgroup" struct PortgroupSpec {
        /// Its name, which interfaces choose it by.
        name: Spanned<PortgroupName>,
        /// Whether interfaces that choose none are in it.
        default: Option<bool>,
        /// Its VLANs.
        vlan: Option<Spanned<Vlan>>,
        /// What its interfaces may send and receive.
        bandwidth: Option<Spanned<Bandwidth>>,
    }
}

/// Reports portgroups and VLANs that libvirt refuses in a network of this mode (`networkValidate` in
/// src/network/bridge_driver.c).
pub(super) fn check(
    mode: Mode,
    switch: Option<&Spanned<VirtualPort>>,
    vlan: Option<&Spanned<Vlan>>,
    groups: &[Spanned<PortgroupSpec>],
    typer: &mut Typer<'_>,
) {
    let vlans = vlan
        .into_iter()
        .chain(groups.iter().filter_map(|group| group.vlan.as_ref()));
    for vlan in vlans {
        tagging(mode, switch, vlan, typer);
    }
    for (index, group) in groups.iter().enumerate() {
        let earlier = &groups[..index];
        if let Some(first) = earlier
            .iter()
            .find(|other| other.name.value == group.name.value)
        {
            let message = format!("portgroup `{}` is defined twice", group.name.value);
            typer.sink.push(
                Diagnostic::error(Code::DuplicateName, group.name.span, message)
                    .also(first.name.span, "the other one")
                    .help("give one of them another name"),
            );
        }
        let is_default = |group: &&Spanned<PortgroupSpec>| group.default.unwrap_or(false);
        if let Some(first) = earlier
            .iter()
            .find(is_default)
            .filter(|_| is_default(&group))
        {
            let message = "a network has one default portgroup";
            typer.sink.push(
                Diagnostic::error(Code::ConflictingKeys, group.name.span, message)
                    .also(first.name.span, "the other one")
                    .help("remove `default` from one of them"),
            );
        }
        if let Some(bandwidth) = &group.bandwidth {
            rates(mode, bandwidth, typer);
        }
    }
}

fn rates(mode: Mode, bandwidth: &Spanned<Bandwidth>, typer: &mut Typer<'_>) {
    if mode == Mode::Macvtap {
        typer.sink.push(
            Diagnostic::error(
                Code::ConflictingKeys,
                bandwidth.span,
                "a network of mode `macvtap` has no bridge on which libvirt could limit bandwidth",
            )
            .help("remove `bandwidth`"),
        );
    }
    for rate in [&bandwidth.inbound, &bandwidth.outbound]
        .into_iter()
        .flatten()
    {
        if rate.average.value == 0 || rate.peak == Some(0) || rate.burst == Some(0) {
            typer.invalid(
                rate.span,
                "a bandwidth of 0 is none",
                "write at least 1, or leave it out",
            );
        }
    }
}

fn tagging(
    mode: Mode,
    switch: Option<&Spanned<VirtualPort>>,
    vlan: &Spanned<Vlan>,
    typer: &mut Typer<'_>,
) {
    let open_vswitch =
        "on an Open vSwitch bridge say `mode: bridge` and `virtualport: openvswitch`";
    if mode != Mode::Bridge {
        let message = format!(
            "libvirt cannot tag VLANs in a network of mode `{}`",
            mode.as_str()
        );
        typer
            .sink
            .push(Diagnostic::error(Code::ConflictingKeys, vlan.span, message).help(open_vswitch));
    } else if switch.is_none() {
        let message = "libvirt before 11.0 refuses a network with VLANs on a Linux bridge";
        typer.sink.push(
            Diagnostic::warning(Code::ConflictingKeys, vlan.span, message).help(open_vswitch),
        );
    }
}
