//! How much work an SVG asks for, counted before any is done.
//!
//! Ten `<use>` elements that each name a group of ten more are ten levels later ten thousand million shapes; some filters
//! cost time by a number in an attribute. Both are bounded here.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId};

use super::ImageError;

/// Elements after every reference is followed.
const MAX_ELEMENTS: u64 = 200_000;
/// Elements within elements, references followed: this count recurses, and so does drawing. Reading the XML does not.
const MAX_DEPTH: usize = 256;
/// `feTurbulence` costs by octave; more than eight cannot be seen in eight bits.
const MAX_OCTAVES: f64 = 8.0;
/// `feMorphology` costs by the square of its radius, `feConvolveMatrix` by its order.
const MAX_RADIUS: f64 = 64.0;

/// Refuses what would expand to too many elements or names costly filters.
pub(super) fn check(document: &Document<'_>) -> Result<(), ImageError> {
    let ids: HashMap<&str, Node<'_, '_>> =
        document.descendants().filter_map(|n| n.attribute("id").map(|id| (id, n))).collect();
    for node in document.descendants().filter(Node::is_element) {
        let over = |name: &str, limit: f64| {
            let numbers = node.attribute(name).unwrap_or_default().split([' ', ',']);
            numbers.filter_map(|n| n.parse::<f64>().ok()).any(|n| n > limit)
        };
        let costly = match node.tag_name().name() {
            "feTurbulence" => over("numOctaves", MAX_OCTAVES),
            "feMorphology" => over("radius", MAX_RADIUS),
            "feConvolveMatrix" => over("order", MAX_RADIUS.sqrt()),
            _ => false,
        };
        if costly {
            return Err(ImageError::Complex(
                "a filter has a radius or an octave count far beyond what can be seen",
            ));
        }
    }
    let mut cost = Cost { ids, known: HashMap::new(), open: Vec::new() };
    if cost.of(document.root_element())? > MAX_ELEMENTS {
        return Err(ImageError::Complex("its references expand to too many elements"));
    }
    Ok(())
}

/// The elements that a node names, by attribute or by `style`.
fn references<'a>(node: &Node<'a, 'a>) -> impl Iterator<Item = &'a str> {
    node.attributes().flat_map(|attribute| {
        let value = attribute.value();
        let href = (attribute.name() == "href").then(|| value.trim().strip_prefix('#')).flatten();
        let urls = value.split("url(").skip(1).filter_map(|rest| {
            let id = rest.split(')').next()?;
            id.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').strip_prefix('#')
        });
        href.into_iter().chain(urls)
    })
}

struct Cost<'a> {
    ids: HashMap<&'a str, Node<'a, 'a>>,
    known: HashMap<NodeId, u64>,
    /// References being followed: a circle shows nothing, and counts as nothing.
    open: Vec<NodeId>,
}

impl<'a> Cost<'a> {
    /// Elements under a node, itself counted, references followed. Depth is bounded by [`MAX_DEPTH`] per reference.
    fn of(&mut self, node: Node<'a, 'a>) -> Result<u64, ImageError> {
        if let Some(known) = self.known.get(&node.id()) {
            return Ok(*known);
        }
        if self.open.contains(&node.id()) {
            return Ok(0);
        }
        if self.open.len() > MAX_DEPTH {
            return Err(ImageError::Complex("its elements are nested too deeply"));
        }
        self.open.push(node.id());
        let mut sum = 1u64;
        for child in node.children().filter(Node::is_element) {
            sum = sum.saturating_add(self.of(child)?);
        }
        for id in references(&node) {
            if let Some(target) = self.ids.get(id).copied() {
                sum = sum.saturating_add(self.of(target)?);
            }
        }
        self.open.pop();
        self.known.insert(node.id(), sum);
        Ok(sum)
    }
}
