//! `{{ … }}` in values: evaluated after the merge, so that a guest's value reaches an expression written in common.
//!
//! Owns what an expression may see (its own guest's values and the names in [`scope`]), the order of evaluation, and the
//! tags `!env`, `!file` and `!raw`. It runs once per guest and never sees another guest.

mod bounded;
mod eval;
mod inputs;
mod names;
mod reads;
mod run;
mod scan;
mod scope;
mod sources;
mod values;

pub use eval::{Evaluator, evaluate};
pub use inputs::{Read, inputs, reads};
pub use names::{end_of_string, mentioned};
pub use scope::{Globals, is_own};
