//! A brand's look as a style sheet of custom properties: the strict content security policy allows no inline style.

use domain::{HeroStyle, Theme};
use objects::Hash;

/// The name of the brand's style sheet under `/assets/`: it holds the hash of its content, so it may be kept for ever.
pub fn file_name(theme: &Theme) -> String {
    format!("theme-{}.css", Hash::of(stylesheet(theme).as_bytes()).short())
}

/// The style sheet itself.
pub fn stylesheet(theme: &Theme) -> String {
    let (family, tracking, weight, transform) = font(&theme.font);
    let scheme = if luminance(&theme.background) > 0.4 { "light" } else { "dark" };
    format!(
        ":root{{color-scheme:{scheme};--bg:{bg};--surface:{surface};--text:{text};--muted:{muted};--accent:{accent};\
         --on-accent:{on_accent};--radius:{radius}px;--display:{family};--display-tracking:{tracking};\
         --display-weight:{weight};--display-transform:{transform}}}\n",
        bg = colour(&theme.background),
        surface = colour(&theme.surface),
        text = colour(&theme.text),
        muted = colour(&theme.muted),
        accent = colour(&theme.accent),
        on_accent = colour(&theme.on_accent),
        radius = theme.radius,
    )
}

/// How the pages are laid out: the value of `data-look`.
pub fn look(theme: &Theme) -> &'static str {
    match theme.hero {
        HeroStyle::Wide => "wide",
        HeroStyle::Split => "split",
        HeroStyle::Tower => "tower",
    }
}

/// The display fonts that the site carries, by key: family, letter spacing, weight, case. Unknown keys get the text font.
fn font(key: &str) -> (&'static str, &'static str, &'static str, &'static str) {
    match key {
        "fraunces" => ("\"Fraunces\",var(--serif)", "-0.015em", "560", "none"),
        "bricolage" | "bricolage-grotesque" => {
            ("\"Bricolage Grotesque\",var(--sans)", "-0.03em", "700", "none")
        }
        "cinzel" => ("\"Cinzel\",var(--serif)", "0.06em", "600", "uppercase"),
        _ => ("var(--sans)", "-0.02em", "700", "none"),
    }
}

/// The font files that a page needs at once, by the name under which they were built.
pub fn font_source(key: &str) -> Option<&'static str> {
    match key {
        "fraunces" => {
            Some("node_modules/@fontsource-variable/fraunces/files/fraunces-latin-opsz-normal.woff2")
        }
        "bricolage" | "bricolage-grotesque" => Some(
            "node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2",
        ),
        "cinzel" => Some("node_modules/@fontsource/cinzel/files/cinzel-latin-600-normal.woff2"),
        _ => None,
    }
}

/// A colour that was checked when it was imported; anything else becomes grey rather than a hole in the sheet.
fn colour(text: &str) -> &str {
    let ok = text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit());
    if ok { text } else { "#808080" }
}

/// Relative luminance by WCAG 2.2, roughly: without the gamma curve, enough to tell light from dark.
fn luminance(text: &str) -> f32 {
    let part =
        |at: usize| u8::from_str_radix(colour(text).get(at..at + 2).unwrap_or("80"), 16).unwrap_or(128);
    (0.2126 * f32::from(part(1)) + 0.7152 * f32::from(part(3)) + 0.0722 * f32::from(part(5))) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(background: &str) -> Theme {
        Theme {
            background: background.into(),
            surface: "#161b24".into(),
            text: "#f4f1ea".into(),
            muted: "#a8b0bd".into(),
            accent: "#e8b04b".into(),
            on_accent: "#1a1204".into(),
            font: "fraunces".into(),
            radius: 6,
            hero: HeroStyle::Wide,
        }
    }

    #[test]
    fn the_sheet_is_named_by_its_content() {
        let dark = theme("#0c0f14");
        insta::assert_snapshot!(stylesheet(&dark));
        assert!(stylesheet(&theme("#f6f3ec")).contains("color-scheme:light"));
        assert_ne!(file_name(&dark), file_name(&theme("#0c0f15")));
        assert_eq!(file_name(&dark), file_name(&dark.clone()));
    }

    #[test]
    fn no_colour_breaks_out_of_the_sheet() {
        let sheet = stylesheet(&theme("red;}body{display:none"));
        assert!(sheet.contains("--bg:#808080;") && !sheet.contains("body"));
        assert!(stylesheet(&theme("#ééé")).contains("--bg:#808080;"));
    }
}
