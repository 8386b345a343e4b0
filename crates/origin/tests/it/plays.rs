use std::process::Stdio;

use crate::world::World;

/// A real player (ffmpeg's) reads every segment of every rung and decodes it.
#[tokio::test]
async fn a_player_plays_it_to_the_end() {
    let world = World::new();
    let header = format!("CTA-Common-Access-Token: {}\r\n", world.token());
    for rung in 0..2 {
        let output = tokio::process::Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-headers", &header, "-i", &world.url("master.m3u8")])
            .args(["-map", &format!("0:v:{rung}"), "-map", "0:a:0", "-f", "framemd5", "-"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .await
            .unwrap();
        let (frames, errors) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success() && errors.is_empty(), "{errors}");
        let count = |stream: &str| frames.lines().filter(|line| line.starts_with(stream)).count();
        assert_eq!(count("0,"), 150, "video frames");
        assert!((281..=284).contains(&count("1,")), "{} audio frames", count("1,"));
    }
    assert_eq!(world.count("origin_index_loads"), 1);
}
