//! SVG through resvg: no text, no pictures in it, no network, no files.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree, roxmltree};

use super::{ImageError, Limits, Picture, svg_cost, svg_layers};

/// Elements and texts of the document.
const MAX_NODES: u32 = 100_000;

/// Rasterises an SVG at that width; the height follows its shape. `<text>` and `<image>` elements are not drawn.
///
/// # Errors
/// When it is no SVG, has a document type with entities, is too complex (see [`ImageError::Complex`]), or its size is over
/// the limits.
pub fn svg_to_rgba(bytes: &[u8], width: u32, limits: &Limits) -> Result<Picture, ImageError> {
    limits.check_bytes(bytes)?;
    let text = std::str::from_utf8(bytes).map_err(|_| ImageError::Damaged("an SVG must be UTF-8".into()))?;
    // Without a document type there are no entities, and so no expansion of a few bytes into gigabytes.
    let options =
        roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options)
        .map_err(|e| ImageError::Damaged(e.to_string()))?;
    svg_cost::check(&document)?;
    let options = Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_xmltree(&document, &options).map_err(|e| ImageError::Damaged(e.to_string()))?;
    draw(&tree, width, limits)
}

fn draw(tree: &Tree, width: u32, limits: &Limits) -> Result<Picture, ImageError> {
    let size = tree.size();
    let scale = f64::from(width) / f64::from(size.width());
    let height = (f64::from(size.height()) * scale).round().max(1.0);
    // A shape such as 1 to 1e30 must not wrap around: casting a float saturates.
    limits.check(width.into(), height as u64)?;
    let height = height as u32;
    svg_layers::check(tree, width, height)?;
    let mut pixmap = Pixmap::new(width, height).ok_or(ImageError::Size(width, height))?;
    let across = width as f32 / size.width();
    let down = height as f32 / size.height();
    resvg::render(tree, Transform::from_scale(across, down), &mut pixmap.as_mut());
    let mut rgba = Vec::with_capacity(pixmap.data().len());
    for pixel in pixmap.pixels() {
        let c = pixel.demultiply();
        rgba.extend([c.red(), c.green(), c.blue(), c.alpha()]);
    }
    Picture::new(width, height, rgba).ok_or(ImageError::Size(width, height))
}
