//! Tera's `range`, bounded for a whole file: its own bounds each call, and loops in loops call often.

use std::cell::Cell;

use tera::{Error, Kwargs, TeraResult, Value};

/// How many numbers one rendering may take.
const MAX_NUMBERS: u32 = 100_000;

std::thread_local! {
    /// How many this thread's rendering may still take; a rendering stays on its thread.
    static LEFT: Cell<u32> = const { Cell::new(MAX_NUMBERS) };
}

/// Starts the count of a new rendering.
pub(crate) fn restart() {
    LEFT.set(MAX_NUMBERS);
}

/// The whole numbers from `start` to before `end`, by `step_by`.
pub(super) fn range(kwargs: &Kwargs) -> TeraResult<Value> {
    let start = kwargs.get::<i64>("start")?.unwrap_or_default();
    let end = kwargs.must_get::<i64>("end")?;
    let step = kwargs.get::<i64>("step_by")?.unwrap_or(1);
    if step == 0 || (start > end && step > 0) || (start < end && step < 0) {
        let message = format!("range: no step of {step} leads from {start} to {end}");
        return Err(Error::message(message));
    }
    let count = start.abs_diff(end).div_ceil(step.unsigned_abs());
    let left = u32::try_from(count)
        .ok()
        .and_then(|count| LEFT.get().checked_sub(count));
    let Some(left) = left else {
        return Err(Error::message(format!(
            "range: this file takes more than {MAX_NUMBERS} numbers"
        )));
    };
    LEFT.set(left);
    let before_end = |number: &i64| {
        if step > 0 {
            *number < end
        } else {
            *number > end
        }
    };
    let numbers = std::iter::successors(Some(start), |number| number.checked_add(step));
    Ok(numbers
        .take_while(before_end)
        .map(Value::from)
        .collect::<Vec<_>>()
        .into())
}
