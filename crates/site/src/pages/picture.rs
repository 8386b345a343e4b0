use edition::ImageRef;

/// A picture on a page: its widths, its size, and the colour that stands in until it has loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// For browsers that know no `srcset`: the width in the middle.
    pub src: String,
    /// Every width.
    pub srcset: String,
    /// Of the source, in pixels: keeps the place free.
    pub width: u16,
    /// Of the source, in pixels.
    pub height: u16,
    /// `#rrggbb`.
    pub colour: String,
}

impl Picture {
    /// `None` when no width of it is ready.
    pub fn new(image: &ImageRef) -> Option<Self> {
        let url = |width: u16| format!("/i/{}/{width}.webp", image.hash);
        let middle = *image.widths.get(image.widths.len() / 2)?;
        let candidates: Vec<String> =
            image.widths.iter().map(|width| format!("{} {width}w", url(*width))).collect();
        let [r, g, b] = image.colour;
        Some(Self {
            src: url(middle),
            srcset: candidates.join(", "),
            width: image.width,
            height: image.height,
            colour: format!("#{r:02x}{g:02x}{b:02x}"),
        })
    }

    /// Of a picture that may be missing.
    pub fn maybe(image: Option<&ImageRef>) -> Option<Self> {
        image.and_then(Self::new)
    }
}
