//! How long a file may be before it has more than one subject.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Most lines of a source file.
pub const MOST_LINES: usize = 500;

/// Source files under `root` that are longer, with their lengths.
pub fn too_long(root: &Path) -> io::Result<Vec<(PathBuf, usize)>> {
    let mut found = Vec::new();
    let mut todo = vec![root.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules" | "dist" | "corpus") {
                    todo.push(path);
                }
            } else if ["rs", "ts", "css", "html"].iter().any(|ext| name.ends_with(&format!(".{ext}"))) {
                let lines = fs::read_to_string(&path)?.lines().count();
                if lines > MOST_LINES {
                    found.push((path, lines));
                }
            }
        }
    }
    Ok(found)
}
