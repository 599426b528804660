//! Values of one kind over values of another: when many layers are at odds with one, that one is the fault.

use std::collections::HashSet;
use std::mem::discriminant;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Layers;
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::read::is_list;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// Reports a value once that is not of the kind its key has, or that most layers which set its key are at odds with,
/// instead of each of them; looks at what came into `sink` after the first `before` diagnostics.
pub(super) fn gather(layers: &Layers, before: usize, sink: &mut Sink) {
    let changes = sink.after(before).iter();
    let changes = changes.filter(|found| found.code == Code::KindChange);
    let mut at_odds: IndexMap<Span, HashSet<Span>> = IndexMap::new();
    for change in changes {
        if let (Some(later), [earlier, ..]) = (&change.primary, &change.secondary[..]) {
            at_odds.entry(earlier.span).or_default().insert(later.span);
        }
    }
    let mut faults: IndexMap<Span, Diagnostic> = IndexMap::new();
    for (span, places) in at_odds {
        let is_it = |odd: &Odd<'_>| match odd.is_as_due() {
            Some(is_as_due) => !is_as_due,
            None => places.len() > 1 && odd.others(layers) < places.len(),
        };
        if let Some(odd) = Odd::find(layers, span).filter(is_it) {
            faults.insert(span, odd.fault(&places));
        }
    }
    sink.retain_after(before, |found| {
        let earlier = found.secondary.first().map(|label| label.span);
        let is_gathered = earlier.is_some_and(|earlier| faults.contains_key(&earlier));
        found.code != Code::KindChange || !is_gathered
    });
    faults.into_values().for_each(|fault| sink.push(fault));
}

/// A value that layers after its own are at odds with.
struct Odd<'l> {
    value: &'l Node,
    /// The keys that lead to it.
    path: Vec<Arc<str>>,
}

impl<'l> Odd<'l> {
    /// Finds the value at a place of the site's.
    fn find(layers: &'l Layers, span: Span) -> Option<Self> {
        let mut path = Vec::new();
        let value = all(layers)
            .filter(|layer| layer.span.file == span.file)
            .find_map(|layer| search(layer, span, &mut path))?;
        Some(Self { value, path })
    }

    /// Returns whether it is of the kind that is due; none where nothing is known of its key.
    fn is_as_due(&self) -> Option<bool> {
        match self.path.as_slice() {
            [key] if is_list(key) => Some(matches!(self.value.kind, Kind::Seq(_))),
            _ => None,
        }
    }

    /// Returns how many other layers have a value of its kind there.
    fn others(&self, layers: &Layers) -> usize {
        let there = all(layers).filter_map(|layer| {
            let mut keys = self.path.iter();
            keys.try_fold(layer, |node, key| node.get(key))
        });
        there
            .filter(|node| node.span != self.value.span)
            .filter(|node| discriminant(&node.kind) == discriminant(&self.value.kind))
            .count()
    }

    fn fault(&self, places: &HashSet<Span>) -> Diagnostic {
        let (key, kind) = (
            self.path.last().map_or("", |key| key),
            self.value.describe(),
        );
        let other = match self.value.kind {
            Kind::Seq(_) => "a map",
            _ => "a list",
        };
        let message = format!("`{key}` is {kind} here, but {other} in later layers");
        let fault = Diagnostic::error(Code::KindChange, self.value.span, message);
        let first = places.iter().min();
        let label = match places.len() - 1 {
            0 => format!("{other} here"),
            1 => format!("{other} here, and in 1 more layer"),
            more => format!("{other} here, and in {more} more layers"),
        };
        first
            .into_iter()
            .fold(fault, |fault, first| fault.also(*first, label.clone()))
            .help(format!("write it as {other}"))
    }
}

/// Returns the layers of guests, their own last.
fn all(layers: &Layers) -> impl Iterator<Item = &Node> {
    let objects = layers.sysgroups.values().chain(layers.guests.values());
    let own = objects.flat_map(|object| &object.layers);
    layers.common.iter().chain(own)
}

/// Finds the value at a place in the maps of a layer, and the keys that lead to it.
fn search<'n>(node: &'n Node, span: Span, path: &mut Vec<Arc<str>>) -> Option<&'n Node> {
    if node.span == span && !path.is_empty() {
        return Some(node);
    }
    for (key, entry) in node.as_map()? {
        path.push(Arc::clone(key));
        if let Some(found) = search(&entry.value, span, path) {
            return Some(found);
        }
        path.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::gather;
    use crate::diag::Sink;
    use crate::files::Files;
    use crate::layer::{from_text, merge_all};

    /// The lines reported, when common's `x` is a list, and each guest's what it is here.
    fn lines(guests: &[&str]) -> Vec<usize> {
        let guests = guests.iter().enumerate();
        let guests: String = guests
            .map(|(n, x)| format!("  g{n}: {{x: {x}}}\n"))
            .collect();
        let text = format!("common: {{x: [1]}}\nguests:\n{guests}");
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let layers = from_text("lab", &text, Path::new(""), &mut files, &mut sink);
        for guest in layers.guests.values() {
            let all = [&layers.common[..], &guest.layers].concat();
            merge_all(&all, &mut sink);
        }
        gather(&layers, 0, &mut sink);
        let found = sink.finish().diagnostics.into_iter();
        found
            .filter_map(|found| Some(files.sources.position(found.primary?.span).line))
            .collect()
    }

    #[test]
    fn a_value_that_most_are_at_odds_with_is_the_fault() {
        assert_eq!(lines(&["{}", "{}", "[2]"]), [1]);
        assert_eq!(lines(&["{}", "{}", "5"]), [1]);
    }

    #[test]
    fn those_that_are_at_odds_with_most_are_the_faults() {
        assert_eq!(lines(&["{}", "[2]"]), [3]);
        assert_eq!(lines(&["{}", "[2]", "{}", "[2]"]), [3, 5]);
    }
}
