//! A folder to import: one brand, one film of two seconds.

use std::{fs, path::Path, process::Command};

use crate::process::Installation;

pub const BRAND: &str = r##"
genres: [{id: thriller, name: {en: Thriller}}]
brands:
  - id: harbour
    host: harbour
    name: {en: Harbour}
    default_locale: en
    locales: [en]
    theme: {background: "#0c0f14", surface: "#161b24", text: "#f4f1ea", muted: "#a8b0bd", accent: "#e8b04b", on_accent: "#1a1204", font: inter, hero: wide}
    rails:
      - {id: new, kind: newest, name: {en: New}}
"##;

pub fn titles(name: &str) -> String {
    format!(
        "titles:
  - id: ferry
    kind: movie
    name: {{en: {name}}}
    synopsis: {{en: A ferry leaves and nobody is at the wheel.}}
    year: 2024
    original_language: en
    genres: [thriller]
    maturity: 12
    windows: [{{brands: [harbour], territories: world, from: 2024-01-01T00:00:00Z}}]
    media: {{master: masters/ferry.mp4, language: en}}
"
    )
}

/// Writes the folder; its film is called `name`.
pub fn write(dir: &Path, name: &str) {
    fs::create_dir_all(dir.join("masters")).unwrap();
    fs::write(dir.join("brand.yaml"), BRAND).unwrap();
    fs::write(dir.join("titles.yaml"), titles(name)).unwrap();
    let master = dir.join("masters/ferry.mp4");
    if !master.exists() {
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=128x72:rate=25:duration=2"]);
        ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]).arg(master);
        assert!(ffmpeg.status().unwrap().success());
    }
}

/// An installation that shows it.
pub fn publish(there: &Installation, name: &str) {
    write(&there.input(), name);
    there.succeed("import IN");
    there.succeed("publish");
}
