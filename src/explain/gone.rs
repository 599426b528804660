//! Values that are there no more: what took them away, and what they were.

use serde_json::Value;

use super::guest::GuestValues;
use super::{Explanation, Layer, Origin};
use crate::layer::How;
use crate::yaml::Node;
use crate::yaml::path::{Step, find_node, read, show};

impl GuestValues<'_> {
    /// Explains a value the guest had in some layer and has no more; `None` when it never had one at this path.
    #[must_use]
    pub fn gone(&self, text: &str) -> Option<Explanation> {
        let path = read(text).filter(|path| !path.is_empty())?;
        self.lost_item(&path).or_else(|| self.lost_value(&path))
    }

    /// Explains a value that a layer took away and that none has given since.
    pub(super) fn lost_value(&self, path: &[Step]) -> Option<Explanation> {
        // A number behind what is left of a list says nothing of what was there.
        if path.iter().any(|step| matches!(step, Step::Index(_))) {
            return None;
        }
        let (walk, path_there) = match path {
            [Step::Key(root), entry @ ..] if root == "os" && !entry.is_empty() => {
                (&self.found.system, entry)
            }
            _ => (&self.found.walk, path),
        };
        // What is above it may have a history of its own.
        if walk.history(path_there).is_empty() {
            return None;
        }
        let layers = self.past(walk, path_there);
        let last = layers.last().filter(|last| last.value.is_none())?;
        let name = &last.name;
        let why = match last.how {
            How::Returned => format!("taken away with `~` by {name}"),
            _ => format!("left out by {name}, which replaces the whole"),
        };
        let origin = Origin::made(why).at(last.place);
        Some(nothing(path, origin, layers))
    }

    /// Explains an item past the end of a list that was longer in some layer.
    fn lost_item(&self, path: &[Step]) -> Option<Explanation> {
        let (Step::Index(at), list) = path.split_last()? else {
            return None;
        };
        let now = find_node(&*self.evaluated, list).and_then(Node::as_seq)?;
        let layers = self.layers(list);
        let had = |layer: &Layer| {
            let items = layer.value.as_ref().and_then(Value::as_array);
            items.is_some_and(|items| items.len() > *at)
        };
        let shrinks = |pair: &&[Layer]| had(&pair[0]) && !had(&pair[1]);
        let cause = layers.windows(2).rev().find(shrinks)?.get(1)?;
        let count = crate::ui::counted(now.len(), "item");
        let why = format!("`{}` has {count} since {}", show(list), cause.name);
        let origin = Origin::made(why).at(cause.place);
        Some(nothing(path, origin, layers))
    }
}

fn nothing(path: &[Step], origin: Origin, layers: Vec<Layer>) -> Explanation {
    Explanation {
        path: show(path),
        value: Value::Null,
        origin,
        layers,
        expressions: Vec::new(),
    }
}
