//! Tiny masters, made by ffmpeg as each test needs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use encode::{Config, Encoder};
use tempfile::TempDir;

/// A folder for one test, and an encoder with the default programs.
pub struct Bench {
    dir: TempDir,
    pub encoder: Encoder,
}

impl Bench {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        Self { dir, encoder: Encoder::new(Config::default()) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs ffmpeg with these arguments; the last one names the output within the folder.
    pub fn make(&self, args: &str) -> PathBuf {
        let mut args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        let out = self.path(&args.pop().expect("an output"));
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y"]).args(&args).arg(&out).current_dir(self.dir.path());
        let output = command.output().expect("ffmpeg is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        out
    }

    /// Three seconds of moving test picture with a tone, 320x180 at 30 frames per second.
    pub fn clip(&self) -> PathBuf {
        self.make(
            "-f lavfi -i testsrc2=s=320x180:r=30:d=3 -f lavfi -i sine=440:d=3 \
             -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -metadata:s:a:0 language=kor clip.mp4",
        )
    }

    /// Names in the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).expect("the folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// ffprobe's answer, for checking the encoder with another pair of eyes.
pub fn ffprobe(path: &Path, args: &str) -> String {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error"]).args(args.split_whitespace()).args(["-of", "csv=p=0"]).arg(path);
    let output = command.output().expect("ffprobe is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
