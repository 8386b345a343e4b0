use crate::db::Cell;

/// What a table holds, in few bytes: the number of rows, and a sum over the hashes of all of them. The sum does not depend on
/// the order, because engines and collations order texts differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// The sum of their BLAKE3 hashes, each taken as four numbers, modulo 2^64.
    sum: [u64; 4],
}

impl Tally {
    pub(crate) fn add(&mut self, row: &[Cell]) {
        let mut hasher = blake3::Hasher::new();
        for cell in row {
            match cell {
                Cell::Null => {
                    hasher.update(b"n");
                }
                Cell::Int(number) => {
                    hasher.update(b"i").update(&number.to_le_bytes());
                }
                Cell::Text(text) => {
                    let length = text.len() as u64;
                    hasher.update(b"t").update(&length.to_le_bytes()).update(text.as_bytes());
                }
            }
        }
        let hash = hasher.finalize();
        for (sum, part) in self.sum.iter_mut().zip(hash.as_bytes().as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_le_bytes(*part));
        }
        self.rows += 1;
    }

    /// The sum, hexadecimal.
    pub fn checksum(&self) -> String {
        self.sum.iter().map(|part| format!("{part:016x}")).collect()
    }
}
