use std::{path::Path, process::Command, sync::OnceLock};

use domain::AssetId;
use media::{
    index::{FORMAT, MediaIndex, Storyboard, TextTrack},
    mp4::{self, IndexedTrack},
};
use objects::{Hash, Key, Objects, PictureHash, TrackId};

pub const ASSET: &str = "harbour-lights-s1e1-0a1b2c3d";
pub const VIDEO: [(&str, &str); 2] = [("v180", "320x180"), ("v360", "640x360")];

/// A film of six seconds in two rungs, with sound, made once per run.
pub struct Film {
    tracks: Vec<(&'static str, Vec<u8>)>,
    sheet: Vec<u8>,
}

fn ffmpeg(arguments: &[&str], out: &Path) -> Vec<u8> {
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments)
        .arg(out)
        .status()
        .expect("ffmpeg is installed");
    assert!(status.success());
    std::fs::read(out).unwrap()
}

impl Film {
    pub fn get() -> &'static Film {
        static FILM: OnceLock<Film> = OnceLock::new();
        FILM.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let mut tracks = Vec::new();
            for (id, size) in VIDEO {
                let source = format!("testsrc2=size={size}:rate=25:duration=6");
                let arguments: Vec<&str> =
                    "-f lavfi -i SOURCE -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -keyint_min 50 \
                     -sc_threshold 0 -flags:v +bitexact -fflags +bitexact -threads 1 -movflags \
                     +cmaf+negative_cts_offsets+frag_keyframe+empty_moov+default_base_moof+skip_trailer"
                        .split_whitespace()
                        .map(|word| if word == "SOURCE" { &source } else { word })
                        .collect();
                tracks.push((id, ffmpeg(&arguments, &folder.path().join(format!("{id}.mp4")))));
            }
            let sound: Vec<&str> = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=6 -c:a aac -b:a 64k -ac 2 \
                -flags:a +bitexact -fflags +bitexact -movflags +cmaf+empty_moov+default_base_moof+skip_trailer \
                -frag_duration 2000000"
                .split_whitespace()
                .collect();
            tracks.push(("a-en", ffmpeg(&sound, &folder.path().join("a-en.mp4"))));
            let tiles = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=1/2:duration=6", "-vf", "tile=2x2", "-frames:v", "1"];
            Film { tracks, sheet: ffmpeg(&tiles, &folder.path().join("sheet.jpg")) }
        })
    }

    pub fn track(&self, id: &str) -> &[u8] {
        &self.tracks.iter().find(|(name, _)| *name == id).unwrap().1
    }

    pub fn indexed(&self, id: &str) -> IndexedTrack {
        mp4::index_track(std::io::Cursor::new(self.track(id)), &mp4::Limits::default()).unwrap()
    }

    pub fn index(&self, rungs: usize) -> MediaIndex {
        let rungs = VIDEO[..rungs].iter();
        let video: Vec<_> = rungs.map(|(id, _)| self.indexed(id).into_video(*id).unwrap()).collect();
        let audio = vec![self.indexed("a-en").into_audio("a-en", "en").unwrap()];
        let text =
            vec![TextTrack {
                id: "s-ko".into(), lang: "ko".into(), label: "한국어".into(), forced: false
            }];
        let (columns, rows, tiles, interval_us) = (2, 2, 3, 2_000_000);
        let storyboard = Some(Storyboard {
            sheets: 1,
            columns,
            rows,
            tile_width: 160,
            tile_height: 90,
            interval_us,
            tiles,
        });
        MediaIndex {
            format: FORMAT,
            asset: ASSET.into(),
            duration_us: 6_000_000,
            video,
            audio,
            text,
            storyboard,
        }
    }

    /// Writes all of it; gives the key of the index.
    pub fn put(&self, objects: &Objects) -> Key {
        let asset = AssetId::new(ASSET).unwrap();
        for (id, bytes) in &self.tracks {
            objects.put(&Key::track(&asset, &TrackId::new(id).unwrap()), bytes).unwrap();
        }
        objects.put(&Key::text(&asset, &TrackId::new("s-ko").unwrap()), SUBTITLES.as_bytes()).unwrap();
        objects.put(&Key::storyboard(&asset, 0), &self.sheet).unwrap();
        objects.put(&Key::image(PICTURE, 320), &self.sheet).unwrap();
        self.put_index(objects, &self.index(2))
    }

    pub fn put_index(&self, objects: &Objects, index: &MediaIndex) -> Key {
        let json = index.to_json().unwrap();
        let key = Key::media_index(&AssetId::new(ASSET).unwrap(), &Hash::of(&json));
        objects.put(&key, &json).unwrap();
        key
    }

    pub fn sheet(&self) -> &[u8] {
        &self.sheet
    }
}

pub const PICTURE: PictureHash = PictureHash([0x5a; 8]);
pub const SUBTITLES: &str = "WEBVTT\n\n00:00.000 --> 00:02.000\n항구의 불빛\n";
