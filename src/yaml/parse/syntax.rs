//! What the parser crate says of text that is not YAML, and what to write instead.

use super::{Reader, too_deep};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

impl Reader<'_> {
    /// Reports that the text is not YAML from `at` on.
    pub(super) fn syntax_error(&mut self, at: usize, reason: &str) {
        let at = at.min(self.text.len());
        let span = Span::new(self.file, at, at);
        let reason = reason.trim_end_matches('.');
        if reason.contains("recursion limit") || reason.contains("nesting") {
            self.sink.push(too_deep(span));
            return;
        }
        let line_start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let message = format!("not valid YAML: {reason}");
        self.sink
            .push(Diagnostic::error(Code::YamlSyntax, span, message).help(remedy(line, reason)));
    }
}

/// Returns what is probably wrong with a line.
fn remedy(line: &str, reason: &str) -> &'static str {
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    if indent.contains('\t') {
        "YAML is indented with spaces; this line begins with a tab"
    } else if line.trim_start().starts_with("{%") || line.contains("{% ") {
        "template statements are not read in YAML, only `{{ … }}` inside values"
    } else if reason.contains("did not find expected ',' or") || reason.contains("mapping values") {
        "text with a colon and a blank in it needs quotes, and items need commas"
    } else if line.contains(": {{") {
        "put a value that begins with `{{` into quotes"
    } else if reason.contains("bracket") || reason.contains("flow") {
        "close each `[` with `]` and each `{` with `}`; text that holds them needs quotes"
    } else if reason.contains("quoted") || reason.contains("quote") {
        "close the quotes; within \"…\", a quote is `\\\"`, and within '…' it is ''"
    } else if reason.contains("anchor") || reason.contains("alias") {
        "put a value that begins with `&` or `*` into quotes"
    } else if reason.contains("tag") {
        "put a value that begins with `!` into quotes"
    } else {
        "compare the indentation with the lines above, and put text that begins with a sign into quotes"
    }
}
