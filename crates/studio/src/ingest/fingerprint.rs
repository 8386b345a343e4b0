//! What an asset is named after: the bytes that it is made of, and how.

use std::{fs::File, io, path::Path};

use domain::{AssetId, Locale, TitleId};
use objects::Hash;

/// Part of an asset's id that names the title; the rest is `-` and eight hexadecimal digits.
const MAX_TITLE_PART: usize = domain::MAX_ID - 9;

/// BLAKE3 of a file, read in pieces.
///
/// # Errors
/// What the operating system says.
pub fn hash_file(path: &Path) -> io::Result<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}

/// The id of the asset that these bytes make. Another master, subtitle or way of encoding makes another asset, so that what
/// an asset's URLs serve never changes.
pub fn asset_id(title: &TitleId, master: &Hash, subtitles: &[(Locale, Hash)], recipe: u32) -> AssetId {
    let mut hasher = blake3::Hasher::new();
    // Every part has a length or a fixed one, so that no two lists of parts read the same.
    hasher.update(&recipe.to_le_bytes());
    hasher.update(&(title.as_str().len() as u64).to_le_bytes());
    hasher.update(title.as_str().as_bytes());
    hasher.update(&master.0);
    for (language, hash) in subtitles {
        hasher.update(&(language.as_str().len() as u64).to_le_bytes());
        hasher.update(language.as_str().as_bytes());
        hasher.update(&hash.0);
    }
    let digits = Hash(*hasher.finalize().as_bytes()).short();
    let part = title.as_str().get(..MAX_TITLE_PART).unwrap_or(title.as_str());
    let text = format!("{}-{}", part.trim_end_matches('-'), &digits[..8]);
    // A prefix of a title's id, a dash and digits always make an id.
    AssetId::new(&text).unwrap_or_else(|_| unreachable!("{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let title = TitleId::new("night-ferry").unwrap();
        let (one, two) = (Hash::of(b"1"), Hash::of(b"2"));
        let (en, ko) = (Locale::new("en").unwrap(), Locale::new("ko").unwrap());
        let ids = [
            asset_id(&title, &one, &[], 1),
            asset_id(&title, &two, &[], 1),
            asset_id(&title, &one, &[], 2),
            asset_id(&title, &one, &[(en.clone(), two)], 1),
            asset_id(&title, &one, &[(ko, two)], 1),
            asset_id(&title, &one, &[(en, one)], 1),
            asset_id(&TitleId::new("night-ferr").unwrap(), &one, &[], 1),
        ];
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids[0].as_str().starts_with("night-ferry-"), "{}", ids[0]);
        assert_eq!(ids[0], asset_id(&title, &one, &[], 1));
    }

    #[test]
    fn the_longest_title_still_makes_an_id() {
        let long = TitleId::new(&format!("{}-{}", "x".repeat(54), "y".repeat(9))).unwrap();
        let id = asset_id(&long, &Hash::of(b""), &[], 1);
        assert_eq!(id.as_str().len(), 54 + 9);
    }
}
