use objects::{Key, PictureHash};

use crate::format::{Columns, schema::titles};

/// A picture that is ready, in several widths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef {
    /// Its identity, the same in every width.
    pub hash: PictureHash,
    /// Of the source, in pixels: with the height, the aspect to keep free on a page.
    pub width: u16,
    /// Of the source, in pixels.
    pub height: u16,
    /// What it mostly is, as red, green, blue: shown until it has loaded.
    pub colour: [u8; 3],
    /// The widths there are, in pixels, ascending.
    pub widths: Vec<u16>,
}

impl ImageRef {
    /// The object with this picture in this width.
    pub fn key(&self, width: u16) -> Key {
        Key::image(self.hash, width)
    }

    /// The row that `index` of the section's pictures names. `first` is the first of its picture columns.
    pub(super) fn read(columns: Columns<'_>, first: usize, row: u32) -> Self {
        let [_, red, green, blue] = columns.u32(first + 3, row).to_be_bytes();
        let widths = columns.span(first + 4, row);
        Self {
            hash: PictureHash(columns.bytes(first, row)),
            width: columns.u16(first + 1, row),
            height: columns.u16(first + 2, row),
            colour: [red, green, blue],
            widths: widths.map(|width| columns.u16(first + 5, width)).collect(),
        }
    }
}

// The order that `read` relies on; every schema with pictures names the six in this order.
const _: () =
    assert!(titles::PICTURE_WIDTH == titles::PICTURE_HASH + 1 && titles::COLOUR == titles::PICTURE_HASH + 3);
