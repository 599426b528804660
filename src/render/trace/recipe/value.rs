//! What the value of an expression stands for, given what it chose.

use super::super::scope::{Binding, Scopes};
use super::{Recipe, names};
use crate::yaml::path::Step;

impl Recipe<'_> {
    /// Returns what its value stands for; `None` when the choices are not its own.
    pub(in crate::render::trace) fn value(
        &self,
        choices: &mut Choices<'_>,
        scopes: &Scopes<'_>,
    ) -> Option<Binding> {
        Some(match self {
            Self::Path(path) => scopes.binding(path),
            Self::Made(text) => Binding::Made(scopes.resolved(&names(text))),
            Self::List(_) | Self::Picked { .. } | Self::Unique { .. } => {
                self.items(choices, scopes)?
            }
            Self::Filtered { of, filters, .. } => {
                let mut made = of.value(choices, scopes)?.paths();
                for path in scopes.resolved(&names(filters)) {
                    if !made.contains(&path) {
                        made.push(path);
                    }
                }
                Binding::Made(made)
            }
            Self::Either { condition, yes, no } => {
                let taken = if choices.next()? == "yes" { yes } else { no };
                taken.or_because(condition, taken.value(choices, scopes)?, scopes)
            }
        })
    }

    /// Returns what a value stands for that a condition chose: of one that is made of nothing, the condition tells more.
    fn or_because(&self, condition: &str, value: Binding, scopes: &Scopes<'_>) -> Binding {
        match (self, &value) {
            (Self::Made(_), Binding::Made(of)) if of.is_empty() => {
                Binding::Made(scopes.resolved(&names(condition)))
            }
            _ => value,
        }
    }

    /// Returns what its value stands for, item by item.
    fn items(&self, choices: &mut Choices<'_>, scopes: &Scopes<'_>) -> Option<Binding> {
        let (items, of) = match self {
            Self::List(parts) => {
                let (mut items, mut of) = (Vec::new(), Vec::new());
                for (is_spread, part) in parts {
                    if *is_spread {
                        let list = part.items(choices, scopes)?;
                        of.extend(list.paths());
                        if let Binding::List { items: more, .. } = list {
                            items.extend(more);
                        }
                    } else {
                        items.push(part.value(choices, scopes)?);
                    }
                }
                (items, of)
            }
            Self::Picked {
                item,
                variable,
                from,
                ..
            } => {
                let from = from.value(choices, scopes)?;
                let picked = choices.next()?.split_terminator(',');
                let picked = picked.map(|at| Some(from.item(at.parse().ok()?)));
                let made = |source: Option<Binding>| Some(made(item, variable, &source?, scopes));
                (picked.map(made).collect::<Option<_>>()?, from.paths())
            }
            Self::Either { condition, yes, no } => {
                let taken = if choices.next()? == "yes" { yes } else { no };
                return Some(taken.or_because(condition, taken.items(choices, scopes)?, scopes));
            }
            Self::Unique { of, .. } => {
                let list = of.items(choices, scopes)?;
                let length: usize = choices.next()?.parse().ok()?;
                match &list {
                    Binding::List { items, .. } if items.len() == length => return Some(list),
                    // Which of equal ones stayed does not matter, but their numbers do.
                    _ => {
                        let made = Binding::Made(list.paths());
                        (vec![made; length], list.paths())
                    }
                }
            }
            Self::Path(_) | Self::Filtered { .. } | Self::Made(_) => {
                let whole = self.value(choices, scopes)?;
                let length: usize = choices.next()?.parse().ok()?;
                let items = (0..length).map(|at| whole.item(at)).collect();
                (items, whole.paths())
            }
        };
        Some(Binding::List { items, of })
    }
}

/// Returns what an item stands for that a list is given for each of another.
fn made(item: &str, variable: &str, source: &Binding, scopes: &Scopes<'_>) -> Binding {
    let of = |path: &Vec<Step>| match path.split_first() {
        Some((Step::Key(root), rest)) if root == variable => source.part(rest),
        _ => scopes.binding(path),
    };
    match Recipe::of(item) {
        Recipe::Path(path) => of(&path),
        _ => Binding::made(names(item).iter().map(of)),
    }
}

/// What the tags of a recipe printed.
#[derive(Debug)]
pub(in crate::render::trace) struct Choices<'c>(std::str::SplitTerminator<'c, char>);

impl<'c> Choices<'c> {
    pub(in crate::render::trace) fn new(printed: &'c str) -> Self {
        Self(printed.split_terminator(';'))
    }

    fn next(&mut self) -> Option<&'c str> {
        self.0.next()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Recipe;
    use super::Choices;
    use crate::render::trace::mark::{Mark, Marked};
    use crate::render::trace::scope::Scopes;
    use crate::yaml::path::show;

    /// What a tag asks, and what its value is made of when that is the answer.
    fn made(tag: &str, answer: &str) -> (String, String) {
        let root = Marked {
            mark: Mark::Include,
            template: "x".to_owned(),
            at: 0..0,
        };
        let recipe = Recipe::of_tag(tag).unwrap();
        let value = recipe.value(&mut Choices::new(answer), &Scopes::new(&root));
        let paths = value.unwrap().paths();
        let paths: Vec<String> = paths.iter().map(|path| show(path)).collect();
        (recipe.ask(), paths.join(" "))
    }

    #[test]
    fn choices_are_asked_for_and_read() {
        for (tag, ask, answer, paths) in [
            ("set x = a.b", "", "", "a.b"),
            ("for x in a.b", "", "", "a.b"),
            ("a.b | f(x=c) | g", "", "", "a.b c"),
            ("a ~ b if c", "", "", "a b c"),
            (
                "[d.x for d in a if d.y == e]",
                "{% for d in a %}{% if d.y == e %}{{ loop.index0 }},{% endif %}{% endfor %};",
                "0,2,;",
                "a[0].x a[2].x",
            ),
            (
                "[d.x ~ b for d in a]",
                "{% for d in a %}{% if true %}{{ loop.index0 }},{% endif %}{% endfor %};",
                "1,;",
                "a[1].x b",
            ),
            (
                "[(d.x ~ b) | f for d in a if d.y] | g(z=c)",
                "{% for d in a %}{% if d.y %}{{ loop.index0 }},{% endif %}{% endfor %};",
                "1,;",
                "a[1].x b c",
            ),
            // Nothing is picked: the list tells more than nothing does.
            (
                "[d for d in a if d.y]",
                "{% for d in a %}{% if d.y %}{{ loop.index0 }},{% endif %}{% endfor %};",
                ";",
                "a",
            ),
            (
                "set x = [...a, b]",
                "{{ (a) | length }};",
                "2;",
                "a[0] a[1] b",
            ),
            (
                "a | unique",
                "{{ (a) | length }};{{ (a | unique) | length }};",
                "1;1;",
                "a[0]",
            ),
            (
                "a | unique",
                "{{ (a) | length }};{{ (a | unique) | length }};",
                "2;1;",
                "a[0] a[1]",
            ),
            (
                "(a if b else c.d) | f",
                "{% if b %}yes;{% else %}no;{% endif %}",
                "no;",
                "c.d",
            ),
            (
                "a if b else \"c else d\"",
                "{% if b %}yes;{% else %}no;{% endif %}",
                "no;",
                "b",
            ),
            (
                "a or [b]",
                "{% if a %}yes;{% else %}no;{% endif %}",
                "yes;",
                "a",
            ),
            ("a == 1 or b", "", "", "a b"),
            // The tags that ask are a loop themselves.
            ("[d for d in a if loop.first]", "", "", "a"),
        ] {
            let want = (ask.to_owned(), paths.to_owned());
            assert_eq!(made(tag, answer), want, "{tag}");
        }
    }
}
