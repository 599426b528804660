//! netplan's names for the options of bonds.

use super::Filtered;

/// The kernel's names that netplan has names for (`bonds` in netplan(5)); those it renamed are in the older form, which
/// every release reads.
const OPTIONS: &[(&str, &str)] = &[
    ("ad_select", "ad-select"),
    ("all_slaves_active", "all-slaves-active"),
    ("arp_all_targets", "arp-all-targets"),
    ("arp_interval", "arp-interval"),
    ("arp_ip_target", "arp-ip-targets"),
    ("arp_validate", "arp-validate"),
    ("downdelay", "down-delay"),
    ("fail_over_mac", "fail-over-mac-policy"),
    ("lacp_rate", "lacp-rate"),
    ("lp_interval", "learn-packet-interval"),
    ("miimon", "mii-monitor-interval"),
    ("min_links", "min-links"),
    ("num_grat_arp", "gratuitous-arp"),
    ("packets_per_slave", "packets-per-slave"),
    ("primary", "primary"),
    ("primary_reselect", "primary-reselect-policy"),
    ("resend_igmp", "resend-igmp"),
    ("updelay", "up-delay"),
    ("xmit_hash_policy", "transmit-hash-policy"),
];

/// netplan's name for an option of the kernel's bonding driver.
pub(super) fn option(name: &str) -> Filtered {
    let known = OPTIONS.iter().find(|(kernel, _)| *kernel == name);
    known
        .map(|(_, netplan)| (*netplan).to_owned())
        .ok_or_else(|| format!("netplan has no name for the bond option {name:?}"))
}
