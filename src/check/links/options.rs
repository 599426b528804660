//! The options of bonds: which of them a mode takes (Documentation/networking/bonding.rst; `bond_opts` in
//! drivers/net/bonding/bond_options.c).

use super::{Links, What};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::install::{Bond, BondMode, BondOptions};
use crate::model::words::BondWord;
use crate::source::{Span, Spanned};

pub(super) fn check(links: &Links<'_>, sink: &mut Sink) {
    for link in links.made() {
        if let What::Bond(bond) = link.what
            && let Some(options) = &bond.options
        {
            modes(bond, options, sink);
            monitors(options, sink);
            primary(links, bond, options, sink);
        }
    }
}

/// Reports options of other modes: the kernel refuses them.
fn modes(bond: &Bond, options: &BondOptions, sink: &mut Sink) {
    use BondMode::{ActiveBackup, BalanceAlb, BalanceRr, BalanceTlb, Lacp};
    let mode = bond
        .mode
        .as_ref()
        .map_or(BondMode::BalanceRr, |mode| mode.value);
    let span = |option: &Option<Spanned<BondWord>>| option.as_ref().map(|value| value.span);
    let rules: [(&str, Option<Span>, &[BondMode]); 7] = [
        (
            "primary",
            options.primary.as_ref().map(|primary| primary.span),
            &[ActiveBackup, BalanceTlb, BalanceAlb],
        ),
        ("lacp_rate", span(&options.lacp_rate), &[Lacp]),
        ("lacp_active", span(&options.lacp_active), &[Lacp]),
        ("ad_actor_system", span(&options.ad_actor_system), &[Lacp]),
        (
            "ad_actor_sys_prio",
            span(&options.ad_actor_sys_prio),
            &[Lacp],
        ),
        (
            "packets_per_slave",
            span(&options.packets_per_slave),
            &[BalanceRr],
        ),
        (
            "tlb_dynamic_lb",
            span(&options.tlb_dynamic_lb),
            &[BalanceTlb, BalanceAlb],
        ),
    ];
    for (name, written, taken) in rules {
        let Some(written) = written.filter(|_| !taken.contains(&mode)) else {
            continue;
        };
        let words: Vec<&str> = taken.iter().map(|mode| mode.as_str()).collect();
        let message = format!("a bond in mode `{}` takes no `{name}`", mode.as_str());
        let place = bond
            .mode
            .as_ref()
            .map_or(bond.device.span, |mode| mode.span);
        sink.push(
            Diagnostic::error(Code::BadLink, written, message)
                .also(place, "the bond")
                .help(format!(
                    "write `mode: {}`, or leave `{name}` out",
                    words.join("` or `mode: ")
                )),
        );
    }
}

/// Links are watched in one way: by their carrier or by ARP.
fn monitors(options: &BondOptions, sink: &mut Sink) {
    let on = |option: &Option<Spanned<BondWord>>| {
        let option = option.as_ref().filter(|value| value.as_str() != "0");
        option.map(|value| value.span)
    };
    if let (Some(miimon), Some(arp)) = (on(&options.miimon), on(&options.arp_interval)) {
        let message = "`miimon` and `arp_interval` exclude each other";
        sink.push(
            Diagnostic::error(Code::BadLink, arp, message)
                .also(miimon, "the other one")
                .help("keep one of the two"),
        );
    }
    if let (Some(arp), None) = (on(&options.arp_interval), &options.arp_ip_target) {
        sink.push(
            Diagnostic::error(Code::BadLink, arp, "`arp_interval` asks nobody")
                .help("say who is asked with `arp_ip_target`, or watch links with `miimon: 100`"),
        );
    }
}

/// Reports a primary that is no interface of the bond.
fn primary(links: &Links<'_>, bond: &Bond, options: &BondOptions, sink: &mut Sink) {
    let Some(primary) = &options.primary else {
        return;
    };
    if bond
        .interfaces
        .iter()
        .any(|name| name.value == primary.value)
    {
        return;
    }
    let message = format!(
        "bond `{}` of guest `{}` has no interface `{}`",
        bond.device.value, links.guest.name, primary.value
    );
    let known = bond.interfaces.iter().map(|name| name.as_str());
    sink.push(
        Diagnostic::error(Code::UnknownInterface, primary.span, message)
            .also(bond.device.span, "the bond")
            .suggest(primary.as_str(), known),
    );
}
