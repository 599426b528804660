//! Names in a site's templates that no context has.
//!
//! Printing such a name is an error by itself, but in a condition it is false and beside `~` it is empty, without a
//! word. What may exist (below `vars`, in a variable of unknown origin) is left alone: a stranger here is one anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::names::{Kind, Name, guest_names, host_script_names, network_names, storage_names};
use super::origin::Origin;
use super::scan::{bound, names, parts, tags};
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::source::Sources;

/// The names of all contexts, and those a site adds.
pub(super) struct Known {
    names: BTreeMap<String, Kind>,
    /// Names of variables in any template: an included template sees those of its includers.
    variables: BTreeSet<String>,
}

impl Known {
    /// Gathers the names of contexts, the site's own keys of guests, and the variables of `texts`.
    pub(super) fn new<'t>(own: &BTreeSet<&str>, texts: impl Iterator<Item = &'t str>) -> Self {
        let topics = [
            guest_names(),
            network_names(),
            storage_names(),
            host_script_names(),
        ]
        .into_iter()
        .flatten();
        let all = topics.flat_map(|topic| topic.names);
        let names = all.map(|Name { path, kind, .. }| (path, kind));
        let own = own.iter().map(|name| ((*name).to_owned(), Kind::Any));
        let variables = texts.flat_map(|text| {
            let tags = tags(text);
            let bound = move |tag| bound(text, &tag);
            tags.into_iter()
                .flat_map(bound)
                .map(|(name, _)| name.to_owned())
        });
        Self {
            names: names.chain(own).collect(),
            variables: variables.collect(),
        }
    }

    /// Warns of every name in a template that cannot exist.
    pub(super) fn check(&self, origin: &Origin, text: &str, sources: &Sources, sink: &mut Sink) {
        // Components have arguments, which are names of their own.
        if text.contains("component ") {
            return;
        }
        let tags = tags(text);
        let mut loops: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        for (name, path) in tags.iter().flat_map(|tag| bound(text, tag)) {
            loops.entry(name).or_default().insert(path);
        }
        let taken_from = |name: &str| match loops.get(name)?.iter().collect::<Vec<_>>()[..] {
            [Some(path)] => Some(*path),
            _ => None,
        };
        let forgiving = tags.iter().filter(|tag| forgives(text, tag));
        for name in forgiving.flat_map(|tag| names(text, tag)) {
            let path = &text[name.range.clone()];
            let Err(stranger) = self.resolve(path, &taken_from, 0) else {
                continue;
            };
            let path = &path[..stranger.length];
            // Who asks knows that it may not be there: other labs may have it.
            let asked = ["is defined", "is not defined", "is undefined", "| default"];
            if asked
                .iter()
                .any(|asked| text.contains(&format!("{path} {asked}")))
            {
                continue;
            }
            let span = origin.span(name.range.start..name.range.start + path.len(), sources);
            let known = stranger.known.iter().map(String::as_str);
            let help = match nearest(&stranger.part, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", stranger.known.join(", ")),
            };
            let message = format!("no template has a name `{path}`");
            sink.push(Diagnostic::warning(Code::UnknownName, span, message).help(help));
        }
    }

    /// Finds what a path leads to in the table: its entry, or `None` for what may be anything.
    fn resolve<'t>(
        &self,
        path: &str,
        origin: &impl Fn(&str) -> Option<&'t str>,
        depth: usize,
    ) -> Result<Option<String>, Stranger> {
        let parts = parts(path);
        let root_end = parts.first().map_or(path.len(), |part| part.start);
        let root = path[..root_end].trim_end_matches('?');
        let mut at = match origin(root) {
            // The variable of a loop over a list is one of its items.
            Some(list) if depth < 8 => match self.resolve(list, origin, depth + 1) {
                Ok(Some(list)) if self.names.get(&list) == Some(&Kind::Maps) => format!("{list}[]"),
                _ => return Ok(None),
            },
            _ if self.variables.contains(root) => return Ok(None),
            _ if self.names.contains_key(root) => root.to_owned(),
            _ => return Err(self.stranger("", root, root_end)),
        };
        for part in parts {
            let text = path[part.clone()].trim_matches(['.', '?', '[', ']', '"', '\'', ' ']);
            let kind = self.names.get(&at).copied();
            let item = at.ends_with("[]") || matches!(kind, Some(Kind::Map));
            let keyed = format!("{at}.*");
            at = match kind {
                _ if self.names.contains_key(&keyed) => keyed,
                _ if item => {
                    let field = format!("{at}.{text}");
                    if !self.names.contains_key(&field) {
                        let prefix = format!("{at}.");
                        let has_fields = self.names.keys().any(|name| name.starts_with(&prefix));
                        if has_fields {
                            return Err(self.stranger(&prefix, text, part.end));
                        }
                        return Ok(None);
                    }
                    field
                }
                Some(Kind::Maps) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    format!("{at}[]")
                }
                _ => return Ok(None),
            };
            if at == "guests[].interfaces" {
                "interfaces".clone_into(&mut at);
            }
        }
        Ok(Some(at))
    }

    fn stranger(&self, prefix: &str, part: &str, length: usize) -> Stranger {
        let known = self
            .names
            .keys()
            .filter_map(|name| name.strip_prefix(prefix));
        let known = known.filter(|name| !name.contains(['.', '[']));
        Stranger {
            length,
            part: part.to_owned(),
            known: known.map(str::to_owned).collect(),
        }
    }
}

/// Returns whether Tera takes an unknown name in this tag for something; elsewhere it is an error when it is reached.
fn forgives(text: &str, tag: &Range<usize>) -> bool {
    let inside = &text[tag.clone()];
    let printed = text[..tag.start].ends_with("{{");
    let word = inside.trim_start_matches(['-', ' ']).split(' ').next();
    if printed {
        ["~", " if ", "==", "!="]
            .iter()
            .any(|sign| inside.contains(sign))
    } else {
        matches!(word, Some("if" | "elif" | "set" | "set_global"))
    }
}

/// A name that no context has.
struct Stranger {
    /// How much of the path it takes to say so, in bytes.
    length: usize,
    /// Its last part.
    part: String,
    /// What could stand there.
    known: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::builtin::TEMPLATES;

    /// The messages and helps about a template.
    fn strangers(name: &str, text: &str) -> Vec<String> {
        let texts = TEMPLATES.iter().map(|(_, text)| *text).chain([text]);
        let known = Known::new(&BTreeSet::from(["role"]), texts);
        let mut sources = Sources::default();
        let origin = Origin::File(sources.add(name, text));
        let mut sink = Sink::default();
        known.check(&origin, text, &sources, &mut sink);
        let say = |fault: Diagnostic| format!("{}; {}", fault.message, fault.help.unwrap());
        sink.finish().diagnostics.into_iter().map(say).collect()
    }

    #[test]
    fn built_in_templates_name_what_exists() {
        for (name, text) in TEMPLATES {
            assert_eq!(strangers(name, text), [""; 0], "{name}");
        }
    }

    #[test]
    fn names_that_cannot_exist_are_found() {
        let cases = [
            (
                "{% if virtinst.rma == 1 %}{% endif %}",
                "no template has a name `virtinst.rma`; did you mean `ram`?",
            ),
            (
                "{{ \"x\" ~ nam }}",
                "no template has a name `nam`; did you mean `name`?",
            ),
            (
                "{% for nic in interfaces %}{% if nic.ipp %}{% endif %}{% endfor %}",
                "no template has a name `nic.ipp`; did you mean `ip`?",
            ),
            (
                "{% for g in guests %}{% for nic in g.interfaces %}{{ nic.ipp ~ 1 }}{% endfor %}{% endfor %}",
                "no template has a name `nic.ipp`; did you mean `ip`?",
            ),
            (
                "{{ 1 if networks.lan.subnett else 2 }}",
                "no template has a name `networks.lan.subnett`; did you mean `subnet`?",
            ),
            (
                "{% set x = disks[0].siz %}",
                "no template has a name `disks[0].siz`; did you mean `size`?",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(strangers("t", text), [want], "{text}");
        }
    }

    #[test]
    fn what_may_exist_is_left_alone() {
        for text in [
            "{{ vars.anything.at.all ~ role.x }}",
            "{% set x = 1 %}{{ x ~ x.y }}",
            "{% for k, v in vars %}{{ k ~ v.x }}{% endfor %}",
            "{% for d in disks | reverse %}{{ d.anything ~ 1 }}{% endfor %}",
            "{{ networks[nic.network].subnet ~ host.iscsi.x }}",
            "{% if nam is defined %}{{ nam.x ~ 1 }}{% endif %}{{ nam2 }}",
            "{# {{ nam ~ 1 }} #}{% raw %}{{ nam ~ 1 }}{% endraw %}",
        ] {
            assert_eq!(strangers("t", text), [""; 0], "{text}");
        }
    }
}
