//! What lies beneath what: no link is made of itself, and of the ports of one only the first is reached by something.

use super::{Link, Links, What};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::BootProto;
use crate::model::text::DeviceName;
use crate::source::{Span, Spanned};

impl<'a> Links<'a> {
    /// Reports a link that is beneath itself; returns whether there is none.
    pub(super) fn acyclic(&self, sink: &mut Sink) -> bool {
        for link in self.made() {
            let mut path = vec![link];
            if let Some(name) = self.leads_back(&mut path) {
                let shown: Vec<&str> = path.iter().map(|link| link.name.as_str()).collect();
                let message = format!(
                    "`{}` is made of itself: {} → {}",
                    link.name,
                    shown.join(" → "),
                    link.name
                );
                sink.push(
                    Diagnostic::error(Code::BadLink, name.span, message)
                        .also(link.span, "this one")
                        .help("take one of them out"),
                );
                return false;
            }
        }
        true
    }

    /// Returns the name by which the first link of `path` is reached again from its last.
    fn leads_back<'s>(&'s self, path: &mut Vec<&'s Link<'a>>) -> Option<&'a Spanned<DeviceName>> {
        let (first, last) = (*path.first()?, *path.last()?);
        for name in last.what.beneath() {
            if name.as_str() == first.name {
                return Some(name);
            }
            let next = self.find(name)?;
            // Another loop is found from another link.
            if path.iter().any(|link| link.name == next.name) {
                continue;
            }
            path.push(next);
            if let Some(found) = self.leads_back(path) {
                return Some(found);
            }
            path.pop();
        }
        None
    }

    /// Reports ports that say how they are reached: only the first of a bond or bridge does, for all of it.
    pub(super) fn ports_alone(&self, sink: &mut Sink) {
        for link in self.made().filter(|link| link.what.has_ports()) {
            let ports = link.what.beneath();
            for port in ports.iter().skip(1) {
                if let Some((span, what)) = self.find(port).and_then(|part| self.reached(part)) {
                    let message = format!(
                        "`{}` is a port of {} `{}` and cannot have {what} of its own",
                        port.value,
                        link.what.word(),
                        link.name
                    );
                    sink.push(
                        Diagnostic::error(Code::BadLink, port.span, message)
                            .also(span, "said here")
                            .help(format!(
                                "say it of `{}`: the first interface's is that of the {}",
                                ports[0].value,
                                link.what.word()
                            )),
                    );
                }
            }
        }
    }

    /// Returns where a link, or the first one beneath it, says how it is reached, and what that is.
    fn reached(&self, link: &Link<'a>) -> Option<(Span, &'static str)> {
        match link.what {
            What::Interface(nic) => {
                let ip = nic.ip.as_ref().map(|ip| ip.span);
                let ip = ip.or(nic.ipv6.as_ref().map(|ip| ip.span));
                let asks = nic.bootproto_said && nic.bootproto == BootProto::Dhcp;
                ip.map(|span| (span, "an address"))
                    .or(asks.then_some((nic.span, "DHCP")))
                    .or(nic.gateway_span.map(|span| (span, "a gateway")))
                    .or(nic.routes.first().map(|route| (route.span, "routes")))
            }
            What::Vlan(vlan) => {
                let ip = vlan.ip.as_ref().map(|ip| ip.span);
                let ip = ip.or(vlan.ipv6.as_ref().map(|ip| ip.span));
                let proto = vlan.bootproto.as_ref();
                let dhcp = proto.filter(|proto| proto.value == BootProto::Dhcp);
                ip.map(|span| (span, "an address"))
                    .or(dhcp.map(|proto| (proto.span, "DHCP")))
                    .or(vlan.routes.first().map(|route| (route.span, "routes")))
            }
            What::Bond(_) | What::Bridge(_) => {
                self.reached(self.find(link.what.beneath().first()?)?)
            }
        }
    }
}
