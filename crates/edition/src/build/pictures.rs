use std::collections::BTreeMap;

use domain::Picture;

use crate::{
    ImageRef,
    format::{Writer, schema::titles},
};

/// Where a section keeps its pictures: five columns and the table of widths, the same in every kind that has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct PictureColumns {
    pub(super) first: usize,
}

impl PictureColumns {
    /// Writes a picture's row, and says which it is.
    pub(super) fn add(self, to: &mut Writer, image: &ImageRef) -> u32 {
        let [hash, width, height, colour, widths, pixels] = [0, 1, 2, 3, 4, 5].map(|n| self.first + n);
        let row = to.rows(hash);
        let from = to.rows(pixels);
        to.bytes(hash, &image.hash.0);
        to.u16(width, image.width);
        to.u16(height, image.height);
        let [red, green, blue] = image.colour;
        to.u32(colour, u32::from_be_bytes([0, red, green, blue]));
        for pixel in &image.widths {
            to.u16(pixels, *pixel);
        }
        let end = to.rows(pixels);
        to.span(widths, from..end);
        row
    }

    /// Writes the row of a picture that a title names, if that picture is ready.
    pub(super) fn add_named(
        self,
        to: &mut Writer,
        column: usize,
        picture: Option<&Picture>,
        ready: &BTreeMap<String, ImageRef>,
    ) {
        let image = picture.and_then(|picture| ready.get(&picture.0));
        let row = image.map(|image| self.add(to, image));
        to.index(column, row);
    }
}

// The columns follow one another in every schema; the tests of views would show it if they did not.
const _: () = assert!(titles::WIDTH_PIXELS == titles::PICTURE_HASH + 5);
