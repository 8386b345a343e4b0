//! The test binary as an image: itself and the libraries that it loads.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::{call, podman};

const REPOSITORY: &str = "localhost/primetime-drivers-it";

/// Named by what the binary is: made once for each build.
pub fn name() -> String {
    static DIGEST: OnceLock<String> = OnceLock::new();
    let digest = DIGEST.get_or_init(|| {
        let binary = fs::read(std::env::current_exe().unwrap()).unwrap();
        blake3::hash(&binary).to_hex()[..16].to_owned()
    });
    format!("{REPOSITORY}:{digest}")
}

pub fn id() -> String {
    podman(&["image", "inspect", "--format", "{{.Id}}", &name()]).trim().to_owned()
}

pub fn import() {
    if call(&["image", "exists", &name()]).status.success() {
        return;
    }
    // Those of earlier builds. One that is still used stays.
    for old in podman(&["images", "--quiet", REPOSITORY]).lines() {
        call(&["rmi", old]);
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir_all(root.join("tmp")).unwrap();
    let binary = std::env::current_exe().unwrap();
    run(Command::new("strip").arg("-o").arg(root.join("it")).arg(&binary));
    for library in libraries(&binary) {
        let place = root.join(library.strip_prefix("/").unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(library, place).unwrap();
    }
    let tar = dir.path().join("root.tar");
    run(Command::new("tar").arg("-C").arg(&root).arg("-cf").arg(&tar).arg("."));
    podman(&["import", "--quiet", "--change", "ENTRYPOINT [\"/it\"]", tar.to_str().unwrap(), &name()]);
}

/// `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, and the loader without an arrow.
fn libraries(binary: &Path) -> Vec<PathBuf> {
    let said = String::from_utf8(run(Command::new("ldd").arg(binary))).unwrap();
    said.split_ascii_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    output.stdout
}
