//! What interfaces say of themselves: a card that exists, packets of a possible size, the netmask of their network.

use std::net::IpAddr;

use super::members::interfaces;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::link::{Interface, Lab};
use crate::model::network::Network;
use crate::source::Spanned;

/// Network cards by the names that libvirt has for them (`virDomainNetModel` in src/conf/domain_conf.c), and by those
/// of QEMU's devices (`qemu-system-x86_64 -device help`), which libvirt hands on.
const MODELS: &[&str] = &[
    "82540EM",
    "82543GC",
    "82545EM",
    "Am79C970A",
    "Am79C973",
    "e1000",
    "e1000-82544gc",
    "e1000-82545em",
    "e1000e",
    "i82550",
    "i82551",
    "i82557a",
    "i82557b",
    "i82557c",
    "i82558a",
    "i82558b",
    "i82559a",
    "i82559b",
    "i82559c",
    "i82559er",
    "i82562",
    "i82801",
    "igb",
    "lan9118",
    "ne2k_isa",
    "ne2k_pci",
    "netfront",
    "pcnet",
    "rtl8139",
    "smc91c111",
    "spapr-vlan",
    "sungem",
    "tulip",
    "usb-net",
    "virtio",
    "virtio-net-ccw",
    "virtio-net-device",
    "virtio-net-pci",
    "virtio-non-transitional",
    "virtio-transitional",
    "vlance",
    "vmxnet",
    "vmxnet2",
    "vmxnet3",
];

/// The largest packet there is, in bytes.
const MOST: u32 = 65_535;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for (guest, nic) in interfaces(lab) {
        sink.about(Some(&guest.name));
        model(nic, sink);
        mtu(nic, sink);
        let network = nic.network.as_ref();
        if let Some(network) = network.and_then(|name| lab.networks.get(&name.value)) {
            netmask(nic, network, sink);
        }
    }
    sink.about(None);
}

/// Warns of a card nobody knows: a QEMU of another architecture may have more.
fn model(nic: &Interface, sink: &mut Sink) {
    let Some(span) = nic.model_span else { return };
    let model = nic.model.as_str();
    if MODELS.contains(&model) {
        return;
    }
    let help = match nearest(model, MODELS.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `virtio`, or `e1000e` for a system without its driver".to_owned(),
    };
    let message = format!("QEMU has no network card `{model}`");
    sink.push(Diagnostic::warning(Code::ImpossibleHardware, span, message).help(help));
}

/// Reports what is no MTU of IPv4 (RFC 791, section 3.2), or of IPv6 (RFC 8200, section 5) where that is spoken.
fn mtu(nic: &Interface, sink: &mut Sink) {
    let (Some(span), Some(mtu)) = (nic.mtu_span, nic.mtu) else {
        return;
    };
    if let Some(fault) = impossible(&Spanned::new(mtu, span), nic.ipv6.is_some()) {
        sink.push(fault.help("leave `mtu` out, and it is the network's, or 1500"));
    }
}

/// Says of an MTU that it is none, where IPv6 is spoken or not.
pub(super) fn impossible(mtu: &Spanned<u32>, ipv6: bool) -> Option<Diagnostic> {
    let (least, of) = if ipv6 { (1280, " with IPv6") } else { (68, "") };
    let value = mtu.value;
    (!(least..=MOST).contains(&value)).then(|| {
        let message = format!("an MTU of {value} is impossible{of}: {least} to {MOST} are");
        Diagnostic::error(Code::InvalidValue, mtu.span, message)
    })
}

/// Warns of a netmask that is not the network's: what others in the network take for near is far for this one.
fn netmask(nic: &Interface, network: &Network, sink: &mut Sink) {
    let (Some(span), Some(netmask), Some(subnet)) =
        (nic.netmask_span, nic.netmask, &network.subnet)
    else {
        return;
    };
    if subnet.netmask() == IpAddr::V4(netmask) {
        return;
    }
    let message = format!(
        "netmask {netmask} is not that of network `{}`, {}",
        network.name,
        subnet.netmask()
    );
    sink.push(
        Diagnostic::warning(Code::ConflictingKeys, span, message)
            .also(subnet.span, "the subnet")
            .help("remove `netmask`: the network's is taken then"),
    );
}
