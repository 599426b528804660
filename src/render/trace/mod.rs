//! What made each line of an output.
//!
//! Templates are rendered once more, with marks in their text; what the marks leave behind is compared with the output,
//! so that a trace is about the very text that is written, or there is none.

mod follow;
mod mark;
mod recipe;
mod scope;
mod signs;
mod source;

use std::ops::Range;

use tera::{Context, Kwargs, State, TeraResult};

use self::follow::{Templates, follow};
use self::mark::Marker;
use self::signs::Signs;
use super::engine::Engine;
use super::{builtin, filters};
use crate::link::Lab;
use crate::render::Payloads;
use crate::source::{Sources, Span};
use crate::yaml::path::Step;

/// A place in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The template's name.
    pub template: String,
    /// Where its text stands.
    pub span: Span,
    /// Whether a file of the site takes a built-in template's place.
    pub overrides: bool,
}

/// What a template made of one stretch of an output.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The bytes of the output.
    pub range: Range<usize>,
    /// The text or tag of the template.
    pub place: Place,
    /// The tag, when the piece is a printed value.
    pub tag: Option<String>,
    /// What the tag reads, as paths into the context.
    pub reads: Vec<Vec<Step>>,
    /// The innermost condition or loop it stands in.
    pub inside: Option<Inside>,
    /// The tags that included the template, innermost first.
    pub included: Vec<Place>,
}

/// A condition or loop.
#[derive(Clone, Debug)]
pub struct Inside {
    /// Where it begins.
    pub place: Place,
    /// Its tag, and that of the branch taken.
    pub tag: String,
    /// What these read, as paths into the context.
    pub reads: Vec<Vec<Step>>,
}

/// How an output came about.
#[derive(Debug)]
pub enum Trace {
    /// Templates made it; there is a piece for every byte.
    Templates(Vec<Piece>),
    /// It shows the resolved values of an object.
    Review,
    /// It is what `setup_data` brings.
    Payload(super::Brought),
}

/// Traces the output at `path`, whose text is `text`; `None` when what its templates make cannot be followed.
#[must_use]
pub fn trace(
    path: &str,
    text: &str,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    sources: &Sources,
) -> Option<Trace> {
    let (template, context) = match source::of(path, lab, engine, payloads, sources)? {
        source::Source::Template(template, context) => (template, context),
        source::Source::Review => return Some(Trace::Review),
        source::Source::Payload(brought) => return Some(Trace::Payload(brought)),
    };
    let render = |inside| render(&template, &context, text, engine, inside, sources);
    render(true).or_else(|| render(false)).map(Trace::Templates)
}

/// Renders a template with marks, `inside` what is caught on its way or not, and reads them; `None` when marks change the
/// text.
fn render(
    template: &str,
    context: &Context,
    text: &str,
    engine: &Engine,
    inside: bool,
    sources: &Sources,
) -> Option<Vec<Piece>> {
    let texts = engine.origins().map(|(_, origin)| origin.text(sources));
    let texts: Vec<&str> = texts.chain([text]).collect();
    let signs = Signs::new(texts.iter().copied())?;
    let mut marker = Marker::new(signs, inside);
    let mut more = Vec::new();
    for (name, origin) in engine.origins() {
        let text = origin.text(sources);
        more.push((name.to_owned(), marker.template(name, text)));
        if !inside {
            more.push((marker.unmarked_name(name), marker.unmarked(text)));
        }
    }
    let tera = engine.with_filters(more, |tera| {
        let trims = [
            ("trim", true, true),
            ("trim_start", true, false),
            ("trim_end", false, true),
        ];
        for (name, start, end) in trims.into_iter().filter(|_| inside) {
            let tera_has =
                move |text: &str, kwargs: &Kwargs| trim(signs, text, (start, end), kwargs);
            tera.register_filter(name, move |text: &str, kwargs: Kwargs, _: &State<'_>| {
                tera_has(text, &kwargs)
            });
        }
    })?;
    filters::restart();
    let rendered = tera.render(template, context).ok()?;
    let templates = Texts { engine, sources };
    let (plain, pieces) = follow(template, &rendered, &marker, &templates)?;
    (plain == text).then_some(pieces)
}

/// Tera's filters of these names, which must not take marks for text; `pat` is what to take off instead of space.
fn trim(
    signs: Signs,
    text: &str,
    (start, end): (bool, bool),
    kwargs: &Kwargs,
) -> TeraResult<String> {
    let Some(pattern) = kwargs.get::<&str>("pat")? else {
        return Ok(signs.trim(text, start, end));
    };
    let text = if start {
        text.trim_start_matches(pattern)
    } else {
        text
    };
    Ok(if end {
        text.trim_end_matches(pattern)
    } else {
        text
    }
    .to_owned())
}

/// The templates of a run.
struct Texts<'a> {
    engine: &'a Engine,
    sources: &'a Sources,
}

impl Templates for Texts<'_> {
    fn text(&self, template: &str) -> Option<&str> {
        Some(self.engine.origin(template)?.text(self.sources))
    }

    fn place(&self, template: &str, at: &Range<usize>) -> Option<Place> {
        let origin = self.engine.origin(template)?;
        let builtin = builtin::text(template);
        Some(Place {
            template: template.to_owned(),
            span: origin.span(at.clone(), self.sources),
            overrides: builtin.is_some_and(|builtin| builtin != origin.text(self.sources)),
        })
    }
}
