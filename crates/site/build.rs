//! Compresses the built front end once, so that the binary carries it ready to send. Creates nothing outside its own
//! output folder: when the front end has not been built, it says how to, and stops.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Below this many bytes compression saves no packet.
const MIN_BYTES: usize = 512;

fn main() -> ExitCode {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let dist = here.join("../../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../ui/dist");
    if !dist.is_dir() {
        println!(
            "cargo::error=the front end is not built: run `make ui` (or `npm ci && npm run build` in `ui/`) first"
        );
        return ExitCode::FAILURE;
    }
    match carry(&dist, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error=the front end in ui/dist could not be taken in: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Copies every file to `out/ui`, with its compressed forms beside it, and writes `out/ui.rs`, the table of them. No folder's name stands in
/// the table: it would be in the binary, which is to be the same wherever it is built.
fn carry(dist: &Path, out: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    walk(dist, dist, &mut files)?;
    files.sort();
    let target = out.join("ui");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let mut table = String::from("&[\n");
    for name in files {
        let body = fs::read(dist.join(&name))?;
        let file = target.join(&name);
        fs::create_dir_all(file.parent().unwrap_or(&target))?;
        fs::write(&file, &body)?;
        let coded = |suffix: &str, bytes: Option<Vec<u8>>| -> io::Result<String> {
            let Some(bytes) = bytes.filter(|bytes| bytes.len() < body.len()) else {
                return Ok("None".into());
            };
            let coded = format!("{name}.{suffix}");
            fs::write(target.join(&coded), bytes)?;
            Ok(format!("Some({})", included(&coded)))
        };
        let small = body.len() < MIN_BYTES || is_compressed(&name);
        let gzip = coded("gz", if small { None } else { Some(gzip(&body)?) })?;
        let br = coded("br", if small { None } else { Some(br(&body)?) })?;
        table += &format!(
            "    Embedded {{ name: {name:?}, identity: {}, gzip: {gzip}, br: {br} }},\n",
            included(&name)
        );
    }
    fs::write(out.join("ui.rs"), table + "]\n")
}

/// The bytes of `out/ui/NAME`, as the compiler takes them in.
fn included(name: &str) -> String {
    let path = format!("/ui/{name}");
    format!("include_bytes!(concat!(env!(\"OUT_DIR\"), {path:?}))")
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        println!("cargo::rerun-if-changed={}", path.display());
        if path.is_dir() {
            walk(root, &path, files)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            files.push(name.replace('\\', "/"));
        }
    }
    Ok(())
}

fn is_compressed(name: &str) -> bool {
    ["woff2", "webp", "png", "jpg", "avif", "mp4"].iter().any(|kind| name.ends_with(&format!(".{kind}")))
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body)?;
    encoder.finish()
}

fn br(body: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &body[..], &mut out, &parameters)?;
    Ok(out)
}
