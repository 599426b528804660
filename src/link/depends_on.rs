//! Which guests wait for which: `depends_on`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Aside, Guest};
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::source::Spanned;

/// The guests that can be named.
pub(super) struct Known<'a> {
    /// Those of the lab.
    pub(super) names: &'a HashSet<Arc<str>>,
    /// What those are called together that a `count` makes.
    pub(super) counted: &'a HashSet<Arc<str>>,
    /// Those that were set aside for their faults.
    pub(super) aside: &'a Aside,
}

/// Resolves `depends_on`: a guest, or all guests that a `count` made.
pub(super) fn depends_on(guests: &mut [Guest], known: &Known<'_>, sink: &mut Sink) {
    let Known { names, counted, .. } = known;
    for guest in guests.iter_mut() {
        sink.about(Some(&guest.name));
        let mut resolved: Vec<Spanned<String>> = Vec::with_capacity(guest.depends_on.len());
        for wanted in &guest.depends_on {
            let name = wanted.value.as_str();
            if names.contains(name) {
                resolved.push(wanted.clone());
            } else if counted.contains(name) {
                let made = |number: &u32| names.contains(format!("{name}-{number}").as_str());
                let each = (1..)
                    .take_while(made)
                    .map(|number| Spanned::new(format!("{name}-{number}"), wanted.span));
                resolved.extend(each);
            } else if !known.aside.has_guest(name) {
                let message = format!("guest `{name}` is not defined");
                let near = nearest(name, names.iter().map(|name| &**name));
                let diagnostic = Diagnostic::error(Code::UnknownGuest, wanted.span, message);
                sink.push(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic
                        .help("name a guest, or a guest file with a `count` for all it makes"),
                });
            }
        }
        guest.depends_on = resolved;
    }
    sink.about(None);
    cycles(guests, sink);
}

fn cycles(guests: &[Guest], sink: &mut Sink) {
    let index: HashMap<&str, usize> = guests
        .iter()
        .enumerate()
        .map(|(at, guest)| (&*guest.name, at))
        .collect();
    // 0: not seen, 1: on the current path, 2: done.
    let mut state = vec![0_u8; guests.len()];
    for start in 0..guests.len() {
        let mut path = vec![(start, 0)];
        while let Some((at, edge)) = path.pop() {
            if edge == 0 {
                if state[at] == 2 {
                    continue;
                }
                state[at] = 1;
            }
            let Some(next) = guests[at].depends_on.get(edge) else {
                state[at] = 2;
                continue;
            };
            path.push((at, edge + 1));
            let Some(&to) = index.get(next.value.as_str()) else {
                continue;
            };
            match state[to] {
                0 => path.push((to, 0)),
                1 => {
                    let from = path
                        .iter()
                        .position(|(on_path, _)| *on_path == to)
                        .unwrap_or_default();
                    let names: Vec<&str> = path[from..]
                        .iter()
                        .map(|(at, _)| &*guests[*at].name)
                        .chain([&*guests[to].name])
                        .collect();
                    let message = format!("guests wait for each other: {}", names.join(" → "));
                    let diagnostic = Diagnostic::error(Code::DependencyCycle, next.span, message);
                    let waits = path[from..path.len() - 1]
                        .iter()
                        .map(|(at, edge)| &guests[*at].depends_on[edge - 1]);
                    let diagnostic = waits.fold(diagnostic, |diagnostic, wait| {
                        diagnostic.also(wait.span, format!("waits for `{}`", wait.value))
                    });
                    sink.push(diagnostic.help("leave out one of them"));
                }
                _ => {}
            }
        }
    }
}
