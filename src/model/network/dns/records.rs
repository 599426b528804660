//! Records of services and texts, as far as libvirt can carry them and dnsmasq reads them.

use std::str::FromStr;

use serde::Serialize;

use super::qualify;
use crate::diag::{Code, Diagnostic};
use crate::model::one_of;
use crate::model::refusal::Refusal;
use crate::model::text::{DnsName, Line, text_type};
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, read, section};

/// The most bytes of a string in a TXT record (RFC 1035, section 3.3).
const LONGEST_TEXT: usize = 255;

one_of! {
    /// The protocols of libvirt's `<srv>`.
    Protocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
    }
}

text_type! {
    /// The name of a service without its underscore (RFC 6335, section 5.1).
    ServiceLabel ~ "[A-Za-z0-9](?:[A-Za-z0-9-]{0,60}[A-Za-z0-9])?", "a service, as in ldap"
}

impl FromStr for ServiceLabel {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if let Some(bare) = text
            .strip_prefix('_')
            .filter(|bare| bare.parse::<Self>().is_ok())
        {
            return Err(Refusal::new(
                format!("libvirt adds the underscore of `{text}` itself"),
                format!("write `{bare}`"),
            ));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let edge = |c: char| c == '-';
        if text.is_empty()
            || text.len() > 62
            || !text.chars().all(fits)
            || text.starts_with(edge)
            || text.ends_with(edge)
        {
            return Err(Refusal::new(
                format!("`{}` is not a service", text.escape_debug()),
                "write letters, digits and `-`, as in `ldap`",
            ));
        }
        Ok(Self(text.into()))
    }
}

text_type! {
    /// The name of a text record: what libvirt's schema calls a DNS name.
    TextName ~ "[A-Za-z0-9][A-Za-z0-9.-]*", "a host name"
}

impl FromStr for TextName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bare: Vec<&str> = text
            .split('.')
            .map(|part| part.strip_prefix('_').unwrap_or(part))
            .collect();
        if text.contains('_') && DnsName::from_str(&bare.join(".")).is_ok() {
            return Err(Refusal::new(
                "libvirt's schema has no `_` in the name of a text",
                format!("write `dnsmasq: [\"txt-record={text},…\"]`"),
            ));
        }
        DnsName::from_str(text)?;
        Ok(Self(text.into()))
    }
}

section! {
    /// A service and where it is (RFC 2782).
    "srv" struct SrvSpec {
        /// The service, as in `ldap`.
        service: Spanned<ServiceLabel>,
        /// Its protocol.
        protocol: Spanned<Protocol>,
        /// The domain that has it; the network's when nothing is said.
        domain: Option<Spanned<DnsName>>,
        /// Who offers it; the network's domain is added to a name without a dot.
        target: Spanned<DnsName>,
        /// The port.
        port: Spanned<u32>,
        /// Targets with a lower number are asked first; 0 when nothing is said.
        priority: Option<Spanned<u32>>,
        /// Of targets with the same priority, one with a higher number is asked more often; 0 when nothing is said.
        weight: Option<Spanned<u32>>,
    }
}

/// A service record, complete.
#[derive(Clone, Debug, Serialize)]
pub struct Srv {
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
    /// The service.
    pub service: ServiceLabel,
    /// Its protocol.
    pub protocol: Protocol,
    /// The domain that has it; dnsmasq takes the network's when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Who offers it.
    pub target: Spanned<String>,
    /// The port.
    pub port: u32,
    /// The priority, less the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// The weight, less the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}

impl Srv {
    /// Completes a record with the network's domain; numbers that DNS cannot carry are reported.
    pub(in crate::model::network) fn new(
        spec: Spanned<SrvSpec>,
        domain: Option<&str>,
        typer: &mut Typer<'_>,
    ) -> Self {
        let Spanned { value: spec, span } = spec;
        for (number, least) in [
            (Some(&spec.port), 1),
            (spec.priority.as_ref(), 0),
            (spec.weight.as_ref(), 0),
        ] {
            if let Some(number) = number.filter(|number| !(least..=65_535).contains(&number.value))
            {
                typer.invalid(
                    number.span,
                    format!("{} is out of range", number.value),
                    format!("write a number from {least} to 65535"),
                );
            }
        }
        // libvirt leaves a zero out when it writes a record, so a zero is the same as nothing.
        let said = |number: Option<Spanned<u32>>| {
            number
                .map(|number| number.value)
                .filter(|number| *number > 0)
        };
        Self {
            span,
            service: spec.service.value,
            protocol: spec.protocol.value,
            domain: spec
                .domain
                .map(|domain| domain.as_str().to_owned())
                .or_else(|| domain.map(str::to_owned)),
            target: Spanned::new(qualify(&spec.target, domain), spec.target.span),
            port: spec.port.value,
            priority: said(spec.priority),
            weight: said(spec.weight),
        }
    }
}

section! {
    /// A text by name.
    "txt" struct TxtSpec {
        /// The name; the network's domain is added to one without a dot.
        name: Spanned<TextName>,
        /// The text, or several that make one record.
        value: Spanned<Texts>,
    }
}

/// One text or a list of them.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Texts(pub Vec<Line>);

impl FromNode for Texts {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let mut texts = Vec::new();
        for item in node.one_or_many() {
            let text: Line = read(item, typer)?;
            if text.len() > LONGEST_TEXT {
                let message = format!(
                    "a text in DNS has at most {LONGEST_TEXT} bytes, this one {}",
                    text.len()
                );
                let help = "write a list of shorter texts; whoever reads the record joins them";
                typer
                    .sink
                    .push(Diagnostic::error(Code::InvalidValue, item.span, message).help(help));
            }
            texts.push(text);
        }
        Some(Self(texts))
    }

    fn schema(place: Place) -> Schema {
        place.one_or_many::<Line>()
    }
}

/// A text record, complete.
#[derive(Clone, Debug, Serialize)]
pub struct Txt {
    /// Its name.
    pub name: Spanned<String>,
    /// Its texts.
    pub value: Texts,
    /// The texts as dnsmasq reads them (`txt-record` in dnsmasq(8)).
    pub record: String,
}

impl Txt {
    /// Completes a record with the network's domain.
    pub(in crate::model::network) fn new(spec: Spanned<TxtSpec>, domain: Option<&str>) -> Self {
        let TxtSpec { name, value } = spec.value;
        let texts: Vec<String> = value.0.iter().map(|text| dnsmasq_word(text)).collect();
        Self {
            name: Spanned::new(qualify(&name, domain), name.span),
            record: texts.join(","),
            value: value.value,
        }
    }
}

/// Reports records that libvirt could not tell apart when it changes a running network (`virNetworkDefUpdateDNSSrv` and
/// `virNetworkDefUpdateDNSTxt` in src/conf/network_conf.c).
pub(in crate::model::network) fn check_records(
    services: &[Srv],
    texts: &[Txt],
    typer: &mut Typer<'_>,
) {
    let mut twice = |at: Span, first: Span, what: &str, help: String| {
        let message = format!("{what} is defined twice");
        typer.sink.push(
            Diagnostic::error(Code::DuplicateName, at, message)
                .also(first, "the other one")
                .help(help),
        );
    };
    for (index, srv) in services.iter().enumerate() {
        let same = |other: &&Srv| {
            other.service == srv.service
                && other.protocol == srv.protocol
                && other.domain == srv.domain
                && other.target.value == srv.target.value
        };
        if let Some(first) = services[..index].iter().find(same) {
            let what = format!("the service `{}` at `{}`", srv.service, srv.target.value);
            let help = "libvirt knows services by where they are, whatever their port; give the target a second name with `dns`";
            twice(srv.span, first.span, &what, help.to_owned());
        }
    }
    for (index, text) in texts.iter().enumerate() {
        let same = |other: &&Txt| other.name.value == text.name.value;
        if let Some(first) = texts[..index].iter().find(same) {
            let name = &text.name.value;
            let help = format!(
                "libvirt knows texts by their names; write further ones as `dnsmasq: [\"txt-record={name},…\"]`"
            );
            twice(
                text.name.span,
                first.name.span,
                &format!("the text `{name}`"),
                help,
            );
        }
    }
}

/// A text as one word of dnsmasq's configuration: in quotes, where a comma, a quote or `#` would mean something.
fn dnsmasq_word(text: &str) -> String {
    let plain = |c: char| !matches!(c, ',' | '"' | '\\' | '#') && !c.is_whitespace();
    let inner = |c: char| plain(c) || c == ' ';
    if !text.is_empty()
        && text.chars().all(inner)
        && text.starts_with(plain)
        && text.ends_with(plain)
    {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{ServiceLabel, TextName, dnsmasq_word};

    #[test]
    fn texts_are_quoted_where_dnsmasq_would_read_syntax() {
        for plain in [
            "v=spf1 ip4:192.0.2.1 -all",
            "it's",
            "a;rm -rf $HOME",
            "{{ 1 }}",
        ] {
            assert_eq!(dnsmasq_word(plain), plain);
        }
        assert_eq!(dnsmasq_word("a,b"), "\"a,b\"");
        assert_eq!(dnsmasq_word("a #b"), "\"a #b\"");
        assert_eq!(dnsmasq_word(""), "\"\"");
        assert_eq!(dnsmasq_word(" a"), "\" a\"");
        assert_eq!(dnsmasq_word("say \"\\\""), r#""say \"\\\"""#);
    }

    #[test]
    fn names_are_what_the_schema_takes() {
        assert!("web.x.test".parse::<TextName>().is_ok());
        let refusal = "_dmarc.x.test".parse::<TextName>().unwrap_err();
        assert!(format!("{refusal:?}").contains("txt-record=_dmarc.x.test"));
        for bad in ["", "a_b", "a b", "a,b", "_", "*.x"] {
            assert!(bad.parse::<TextName>().is_err(), "{bad}");
        }
        assert!("xmpp-client".parse::<ServiceLabel>().is_ok());
        for bad in ["_ldap", "", "a,b", "-x", "a.b"] {
            assert!(bad.parse::<ServiceLabel>().is_err(), "{bad}");
        }
    }
}
