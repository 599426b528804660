//! What is wrong with an expression, said at its place inside the value it stands in.

use super::super::eval::TEMPLATE_PREFIX;
use super::{MAX_CHAIN, Run};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::yaml::Node;
use crate::yaml::path::{Step, show};

impl Run<'_, '_> {
    /// Reports a value that needs itself.
    pub(super) fn cycle(&mut self, node: &Node, path: &[Step]) {
        let start = self
            .chain
            .iter()
            .position(|(open, _)| open == path)
            .unwrap_or_default();
        let names: Vec<String> = self.chain[start..]
            .iter()
            .map(|(path, _)| show(path))
            .chain([show(path)])
            .collect();
        let mut diagnostic = Diagnostic::error(
            Code::ExpressionCycle,
            node.span,
            format!("`{}` needs itself: {}", show(path), names.join(" → ")),
        );
        if let Some((_, span)) = self.chain.last().filter(|(_, span)| *span != node.span) {
            diagnostic = diagnostic.also(*span, "needed here");
        }
        self.sink
            .push(diagnostic.help("write one of these values without the others"));
        self.give_up();
    }

    /// Reports, once for a guest, a value at the end of a chain that is too long.
    pub(super) fn too_deep(&mut self, node: &Node) {
        if !std::mem::replace(&mut self.is_too_deep, true) {
            let message =
                format!("this value needs more than {MAX_CHAIN} others, one through another");
            self.sink.push(
                Diagnostic::error(Code::ExpressionCycle, node.span, message)
                    .help("write one of these values without the others"),
            );
        }
        self.give_up();
    }

    /// Reports a name that every guest could have and this one has not.
    pub(super) fn absent(&mut self, node: &Node, expression: &str, name: &str, why: &str) {
        let span = self.inside(node, expression, expression.find(name).unwrap_or_default());
        let message = format!("guest `{}` has no `{name}`: {why}", self.draft.name);
        self.sink
            .push(Diagnostic::error(Code::UnknownName, span, message));
    }

    /// Reports a name that is not there, and which was probably meant.
    pub(super) fn unknown(
        &mut self,
        node: &Node,
        expression: &str,
        name: &str,
        known: &[&str],
        of: Option<&str>,
    ) {
        let offset = expression.find(name).unwrap_or_default();
        let mut span = self.inside(node, expression, offset);
        span.end = span
            .end
            .min(span.start + u32::try_from(name.len()).unwrap_or(0))
            .max(span.start);
        let message = match of {
            Some(of) => format!("`{of}` has no `{name}`"),
            None => format!("`{name}` is not a name this expression can see"),
        };
        self.sink.push(
            Diagnostic::error(Code::UnknownName, span, message)
                .suggest(name, known.iter().copied()),
        );
    }

    /// Reports why an expression gives no value.
    pub(super) fn fault(&mut self, node: &Node, expression: &str, message: &str, column: usize) {
        let span = self.inside(node, expression, column.saturating_sub(TEMPLATE_PREFIX));
        let mut text = message.trim_end_matches('.').to_owned();
        if text.starts_with(char::is_uppercase) && !text[1..].starts_with(char::is_uppercase) {
            text = text[..1].to_lowercase() + &text[1..];
        }
        let message = format!("the expression cannot be evaluated: {text}");
        let help = format!("evaluated for guest `{}`", self.draft.name);
        self.sink
            .push(Diagnostic::error(Code::Expression, span, message).help(help));
    }

    /// Returns the place of `part`, from `offset` on, inside the source of `node`; the whole value when it is escaped.
    pub(super) fn inside(&self, node: &Node, part: &str, offset: usize) -> Span {
        let source = self.evaluator.sources.slice(node.span);
        match source.find(part.trim()) {
            Some(at) if !part.trim().is_empty() => {
                let skipped = part.len() - part.trim_start().len();
                let start = node.span.start as usize + at;
                let end = start + part.trim().len();
                Span::new(
                    node.span.file,
                    (start + offset.saturating_sub(skipped)).min(end),
                    end,
                )
            }
            _ => node.span,
        }
    }
}
