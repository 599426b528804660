//! The largest packets of links: what lies beneath must let them through.

use super::{Link, Links, What};
use crate::check::cards::impossible;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Spanned;

/// The largest packet where nothing is said, in bytes (RFC 894).
const USUAL: u32 = 1500;

pub(super) fn check(links: &Links<'_>, sink: &mut Sink) {
    for link in links.made() {
        let Some(mtu) = own(link) else { continue };
        let ipv6 = matches!(link.what, What::Vlan(vlan) if vlan.ipv6.is_some());
        if let Some(fault) = impossible(mtu, ipv6) {
            let help = "leave `mtu` out, and it is that of what lies beneath";
            sink.push(fault.help(help));
            continue;
        }
        for name in link.what.beneath() {
            let Some(part) = links.find(name) else {
                continue;
            };
            let most = largest(links, part);
            if mtu.value > most {
                let message = format!(
                    "packets of {} bytes do not go through `{}`, which takes {most}",
                    mtu.value, part.name
                );
                sink.push(
                    Diagnostic::error(Code::BadLink, mtu.span, message)
                        .also(part.span, format!("the {}", part.what.word()))
                        .help(format!(
                            "write at most `mtu: {most}`, or a larger one there and in its network"
                        )),
                );
                break;
            }
        }
    }
}

fn own<'a>(link: &Link<'a>) -> Option<&'a Spanned<u32>> {
    match link.what {
        What::Interface(_) => None,
        What::Bond(bond) => bond.mtu.as_ref(),
        What::Bridge(bridge) => bridge.mtu.as_ref(),
        What::Vlan(vlan) => vlan.mtu.as_ref(),
    }
}

/// Returns the largest packet of a link: its own, or that of the first one beneath it.
fn largest(links: &Links<'_>, link: &Link<'_>) -> u32 {
    if let What::Interface(nic) = link.what {
        return nic.mtu.unwrap_or(USUAL);
    }
    let beneath = || {
        let first = link.what.beneath().first()?;
        Some(largest(links, links.find(first)?))
    };
    own(link)
        .map(|mtu| mtu.value)
        .or_else(beneath)
        .unwrap_or(USUAL)
}
