//! The bare loop that `bench-boot` compares with: reads every file of an edition once and hashes it, and does nothing else.
//!
//! `hash_loop FOLDER` where FOLDER is the folder of objects.

use std::{env, error::Error, fs, fs::File, io::Read, path::Path};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("usage: hash_loop FOLDER")?;
    let (mut buffer, mut bytes, mut last) = (Vec::new(), 0, None);
    for part in ["editions", "sections"] {
        for entry in fs::read_dir(Path::new(&folder).join(part))? {
            buffer.clear();
            bytes += File::open(entry?.path())?.read_to_end(&mut buffer)?;
            last = Some(blake3::hash(&buffer));
        }
    }
    println!("{bytes} bytes, last hash {last:?}");
    Ok(())
}
