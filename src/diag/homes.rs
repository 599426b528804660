//! What guests lack: where many lack the same for one reason, that is what is reported.
//!
//! A value that is missing has no place of its own, so each guest is reported where it is defined. When most guests of a
//! sysgroup lack it, or most of the lab, it is the sysgroup or common that should set it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Code, Diagnostic, Label, Severity};
use crate::source::Span;

/// A layer that several guests have their values from.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Where it is defined; none for a common the site does not have.
    pub defined: Option<Span>,
    /// The keys it sets, those of sections as `SECTION.KEY`.
    pub keys: HashSet<String>,
}

/// Where guests have their values from.
#[derive(Debug, Default)]
pub struct Homes {
    /// Common.
    pub common: Home,
    /// The sysgroups.
    pub sysgroups: IndexMap<Arc<str>, Home>,
    /// Where each guest is defined, and its groups, parents first.
    pub guests: Vec<(Span, Arc<Vec<Arc<str>>>)>,
    /// Where those are defined that were judged; all, when it is not said.
    pub judged: Option<HashSet<Span>>,
}

/// How many guests of a home there are, and how many of them lack something.
#[derive(Clone, Copy, Default)]
struct Count {
    members: usize,
    lacking: usize,
}

impl Homes {
    /// Parts diagnostics into those that stay where they are, and those of guests that lack something for one reason:
    /// these have the place of it now.
    pub(super) fn gather(
        &self,
        diagnostics: Vec<Diagnostic>,
    ) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let mut kinds: IndexMap<(Code, Severity), Vec<Diagnostic>> = IndexMap::new();
        let (mut stay, mut moved) = (Vec::new(), Vec::new());
        for diagnostic in diagnostics {
            if diagnostic.lacks.is_empty() {
                stay.push(diagnostic);
            } else {
                let kind = (diagnostic.code, diagnostic.severity);
                kinds.entry(kind).or_default().push(diagnostic);
            }
        }
        for lacks in kinds.into_values() {
            self.gather_kind(lacks, &mut stay, &mut moved);
        }
        (stay, moved)
    }

    fn gather_kind(
        &self,
        lacks: Vec<Diagnostic>,
        stay: &mut Vec<Diagnostic>,
        moved: &mut Vec<Diagnostic>,
    ) {
        let place = |lack: &Diagnostic| lack.primary.as_ref().map(|label| label.span);
        let lacking: HashSet<Span> = lacks.iter().filter_map(place).collect();
        let mut groups: HashMap<Span, &[Arc<str>]> = HashMap::new();
        let mut counts: HashMap<Option<&str>, Count> = HashMap::new();
        for (defined, chain) in &self.guests {
            let lacks = lacking.contains(defined);
            let judged = self.judged.as_ref();
            // Nobody knows what those lack that were set aside.
            if !lacks && judged.is_some_and(|judged| !judged.contains(defined)) {
                continue;
            }
            if lacks {
                groups.insert(*defined, chain);
            }
            for name in homes_of(chain) {
                let count = counts.entry(name).or_default();
                count.members += 1;
                count.lacking += usize::from(lacks);
            }
        }
        let mut first: HashMap<Option<&str>, Span> = HashMap::new();
        for mut lack in lacks {
            let span = place(&lack);
            let chain = span.and_then(|span| groups.get(&span));
            let name = chain.and_then(|chain| self.cause(chain, lack.lacks, &counts));
            let (Some(name), Some(span)) = (name, span) else {
                stay.push(lack);
                continue;
            };
            lack.primary = Some(match self.home(name).and_then(|home| home.defined) {
                Some(span) => Label {
                    span,
                    text: missing(name, lack.lacks),
                },
                None => Label {
                    span: *first.entry(name).or_insert(span),
                    text: String::new(),
                },
            });
            moved.push(lack);
        }
    }

    /// Returns the home that should set what guests of these groups lack: of those most of whose guests lack it, the
    /// one with the most, and of several, the one with the fewest others; parents before children.
    fn cause<'h>(
        &self,
        chain: &'h [Arc<str>],
        keys: &[&str],
        counts: &HashMap<Option<&str>, Count>,
    ) -> Option<Option<&'h str>> {
        let mut best: Option<(Option<&str>, Count)> = None;
        for name in homes_of(chain) {
            let count = counts.get(&name).copied().unwrap_or_default();
            let sets = |home: &Home| keys.iter().any(|key| home.keys.contains(*key));
            let most = count.lacking > 1 && count.lacking * 2 > count.members;
            if !most || self.home(name).is_none_or(sets) {
                continue;
            }
            let better = best.is_none_or(|(_, best)| {
                (count.lacking, best.members) > (best.lacking, count.members)
            });
            if better {
                best = Some((name, count));
            }
        }
        best.map(|(name, _)| name)
    }

    fn home(&self, name: Option<&str>) -> Option<&Home> {
        match name {
            Some(group) => self.sysgroups.get(group),
            None => Some(&self.common),
        }
    }
}

/// Returns common, which has no name, and the groups.
fn homes_of(chain: &[Arc<str>]) -> impl Iterator<Item = Option<&str>> {
    std::iter::once(None).chain(chain.iter().map(|group| Some(&**group)))
}

/// Says which keys a home does not set.
fn missing(name: Option<&str>, keys: &[&str]) -> String {
    let home = name.map_or_else(|| "common".to_owned(), |name| format!("sysgroup `{name}`"));
    match keys {
        [key] => format!("{home} sets no `{key}`"),
        _ => format!("{home} sets none of `{}`", keys.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::{Home, Homes};
    use crate::diag::{Code, Diagnostic};
    use crate::source::{Sources, Span};

    /// The homes of a lab: common at 0, which sets `keys`, group `g` at 1, and guests at 10, 11, …, each in `g` or not.
    fn homes(keys: &[&str], guests: &[bool]) -> (Homes, impl Fn(usize) -> Span) {
        let file = Sources::default().add("x", "");
        let at = move |place| Span::new(file, place, place);
        let home = |place, keys: &[&str]| Home {
            defined: Some(at(place)),
            keys: keys
                .iter()
                .map(|key| (*key).to_owned())
                .collect::<HashSet<_>>(),
        };
        let chain = |in_group: bool| -> Arc<Vec<Arc<str>>> {
            Arc::new(in_group.then(|| "g".into()).into_iter().collect())
        };
        let guests = guests.iter().enumerate();
        let homes = Homes {
            common: home(0, keys),
            sysgroups: [("g".into(), home(1, &[]))].into_iter().collect(),
            guests: guests
                .map(|(n, in_group)| (at(10 + n), chain(*in_group)))
                .collect(),
            judged: None,
        };
        (homes, at)
    }

    /// Where it is reported that these guests lack `os`.
    fn places(keys: &[&str], guests: &[bool], lacking: &[usize]) -> Vec<u32> {
        let (homes, at) = homes(keys, guests);
        let lack = |n: &usize| Diagnostic::error(Code::MissingOs, at(10 + n), "x").lacks(&["os"]);
        let (stay, moved) = homes.gather(lacking.iter().map(lack).collect());
        let all = stay.iter().chain(&moved);
        all.map(|one| one.primary.as_ref().unwrap().span.start)
            .collect()
    }

    #[test]
    fn what_most_guests_lack_is_missing_in_common() {
        assert_eq!(places(&[], &[false; 3], &[0, 1, 2]), [0, 0, 0]);
        assert_eq!(places(&[], &[false; 3], &[0, 2]), [0, 0]);
        assert_eq!(places(&[], &[true, true, false], &[0, 1, 2]), [0, 0, 0]);
    }

    #[test]
    fn what_the_guests_of_a_group_alone_lack_is_missing_there() {
        assert_eq!(places(&[], &[true, true, false], &[0, 1]), [1, 1]);
        assert_eq!(places(&[], &[true, true, true, false], &[0, 1]), [1, 1]);
    }

    #[test]
    fn guests_that_were_set_aside_do_not_count() {
        let (mut homes, at) = homes(&[], &[false; 5]);
        homes.judged = Some([at(10), at(11), at(12)].into());
        let lack = |n| Diagnostic::error(Code::MissingOs, at(n), "x").lacks(&["os"]);
        let (stay, moved) = homes.gather(vec![lack(10), lack(12)]);
        assert_eq!((stay.len(), moved.len()), (0, 2));
    }

    #[test]
    fn what_few_guests_lack_is_theirs() {
        assert_eq!(places(&[], &[false; 4], &[1, 3]), [11, 13]);
        assert_eq!(places(&[], &[false; 1], &[0]), [10]);
        // They took it away themselves.
        assert_eq!(places(&["os"], &[false; 3], &[0, 1]), [10, 11]);
    }
}
