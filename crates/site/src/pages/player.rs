use edition::TitleView;
use serde_json::{Map, Value};

use super::{hero::Hero, making::Making, say::Say, series::Row};

/// What the player says: every `player-` text, its blanks left to the player.
const TEXTS: [&str; 72] = [
    "play",
    "pause",
    "mute",
    "unmute",
    "volume",
    "seek",
    "back",
    "forward",
    "subtitles",
    "subtitles-off",
    "audio",
    "quality",
    "auto",
    "auto-now",
    "settings",
    "pip",
    "pip-exit",
    "fullscreen",
    "fullscreen-exit",
    "style",
    "size",
    "size-small",
    "size-medium",
    "size-large",
    "size-huge",
    "background",
    "background-none",
    "background-shade",
    "background-solid",
    "style-sample",
    "menu-back",
    "skip-intro",
    "next",
    "next-in",
    "next-now",
    "cancel",
    "resumed",
    "start-over",
    "again",
    "ended",
    "loading",
    "buffering",
    "close",
    "help",
    "help-play",
    "help-jump",
    "help-step",
    "help-volume",
    "help-mute",
    "help-subtitles",
    "help-fullscreen",
    "help-percent",
    "help-help",
    "retry",
    "code",
    "error-network",
    "error-network-text",
    "error-offline",
    "error-offline-text",
    "error-media",
    "error-media-text",
    "error-unavailable",
    "error-unavailable-text",
    "error-session",
    "error-session-text",
    "error-denied",
    "error-denied-text",
    "subtitles-on-now",
    "subtitles-off-now",
    "muted-now",
    "volume-now",
    "region",
];

/// What the player is told by the page. The rest (the asset, where to resume) it asks for when it starts.
pub struct Player {
    /// Which title.
    pub id: String,
    /// Shown until there is a picture.
    pub poster: Option<String>,
    /// The episode that follows: page, name, picture.
    pub next: Option<Next>,
    /// Texts, as a JSON object.
    pub texts: String,
}

/// The episode that follows.
pub struct Next {
    /// Its watch page.
    pub href: String,
    /// "S1 E2 · The Ferry List".
    pub name: String,
    /// A picture out of it.
    pub still: Option<String>,
}

impl Player {
    /// For a title that may be played.
    pub fn new<'a>(making: &Making<'a>, title: &TitleView<'a>, hero: &Hero, next: Option<&Row>) -> Self {
        Self {
            id: title.id_str().to_owned(),
            poster: hero.wide.as_ref().map(|picture| picture.src.clone()),
            next: next.and_then(|row| {
                Some(Next {
                    href: row.href.clone()?,
                    name: format!("{} · {}", row.code, row.name),
                    still: row.still.as_ref().map(|picture| picture.src.clone()),
                })
            }),
            texts: texts(making.say),
        }
    }
}

fn texts(say: Say<'_>) -> String {
    let blanks = ["seconds", "time", "height", "code", "name", "percent"];
    let text = |key: &str| {
        say.all(&format!("player-{key}"), blanks.map(|blank| (blank, format!("{{{blank}}}").into())))
    };
    let all: Map<String, Value> = TEXTS.iter().map(|key| ((*key).to_owned(), text(key).into())).collect();
    Value::Object(all).to_string()
}

#[cfg(test)]
mod tests {
    use domain::Locale;

    use super::*;

    #[test]
    fn the_player_gets_every_text_with_its_blanks() {
        let english = Locale::new("en").unwrap();
        let texts: Map<String, Value> = serde_json::from_str(&texts(Say::new(&english))).unwrap();
        assert_eq!(texts["next-in"], "Plays in {seconds} s");
        assert_eq!(texts["code"], "Code: {code}");
        let in_file = include_str!("../../locales/en.ftl")
            .lines()
            .filter_map(|line| line.strip_prefix("player-")?.split_once(" = "))
            .map(|(key, _)| key)
            .filter(|key| *key != "noscript");
        for key in in_file.clone() {
            assert!(texts.contains_key(key), "{key}");
        }
        assert_eq!(texts.len(), in_file.count());
    }
}
