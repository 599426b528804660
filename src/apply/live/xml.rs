//! Reading elements and attributes.

use roxmltree::Node;

/// Returns the child elements of a name.
pub(super) fn all<'a, 'x>(
    node: Node<'a, 'x>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'x>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// Returns the first child element of a name.
pub(super) fn one<'a, 'x>(node: Node<'a, 'x>, name: &'static str) -> Option<Node<'a, 'x>> {
    all(node, name).next()
}

/// Returns the text of a child element.
pub(super) fn text(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    Some(one(node, name)?.text().unwrap_or_default().to_owned())
}

/// Returns an attribute.
pub(super) fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute(name).map(str::to_owned)
}

/// Returns an attribute of a child element.
pub(super) fn of_child(node: Node<'_, '_>, child: &'static str, name: &str) -> Option<String> {
    attribute(one(node, child)?, name)
}

/// Returns a number that an element or attribute holds.
pub(super) fn number(text: Option<&str>) -> Option<u64> {
    text?.trim().parse().ok()
}
