use askama::Template;
use domain::RailKind;
use edition::RailView;

use super::{
    PageCtx, PageError, Rendered,
    card::Card,
    frame::Frame,
    hero::Hero,
    making::{Making, is_ready},
    say::Say,
};

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    frame: Frame,
    say: Say<'a>,
    hero: Option<Hero>,
    rows: Vec<Row>,
    wide_cards: bool,
    /// "… min left" by plural category, as a JSON object.
    left: String,
}

/// A row below the hero.
struct Row {
    id: String,
    name: String,
    /// Filled in by an island; `cards` is empty.
    own: bool,
    cards: Vec<Card>,
}

/// `/{lang}/`: the hero and the rails.
pub fn home(ctx: &PageCtx<'_>) -> Result<Rendered, PageError> {
    let making = Making::new(ctx);
    let mut hero = None;
    let mut rows = Vec::new();
    for rail in ctx.brand.rails_with_titles() {
        let record = rail.rail();
        let own = record.kind == RailKind::Continue;
        if matches!(record.kind, RailKind::Hero { .. }) {
            hero = hero.or_else(|| open(&making, rail));
            continue;
        }
        let cards = if own { Vec::new() } else { cards(&making, rail) };
        if own || !cards.is_empty() {
            rows.push(Row {
                id: record.id.to_string(),
                name: making.local(&record.name).to_owned(),
                own,
                cards,
            });
        }
    }
    // A hero whose titles cannot be shown yet gives way to the first card of the page.
    if hero.is_none() {
        let first = rows.iter().find_map(|row| row.cards.first()).and_then(|card| card.id.parse().ok());
        hero = first.and_then(|id| Hero::new(&making, &ctx.edition.title(&id)?));
    }
    let name = making.local(&ctx.brand.name).to_owned();
    let tagline = making.local(&ctx.brand.tagline).to_owned();
    let title = making.say.all("home-title", [("brand", name.into()), ("tagline", tagline.into())]);
    let preview = hero.as_ref().and_then(|hero| hero.wide.as_ref());
    let frame = Frame::new(&making, title)?.describe(None, preview, ctx);
    let wide_cards = frame.look == "split";
    let html = Home { frame, say: making.say, hero, rows, wide_cards, left: left(making.say) }.render()?;
    Ok(Rendered::whole(http::StatusCode::OK, html, making.until.earliest()))
}

/// The first of a hero rail's titles that is ready to play.
fn open<'a>(making: &Making<'a>, rail: RailView<'a>) -> Option<Hero> {
    let filled = rail.fill(making.ctx.ask, making.ctx.now);
    making.until.edge(filled.until);
    filled.titles.iter().find(|title| is_ready(title)).and_then(|title| Hero::new(making, title))
}

fn cards<'a>(making: &Making<'a>, rail: RailView<'a>) -> Vec<Card> {
    let filled = rail.fill(making.ctx.ask, making.ctx.now);
    making.until.edge(filled.until);
    filled.titles.iter().filter_map(|title| Card::new(making, title)).collect()
}

/// How long is left, once for every plural category (CLDR) and once for less than a minute; the number is the island's to fill
/// in. Whole numbers that stand for each category in every language that has it.
fn left(say: Say<'_>) -> String {
    let samples = [("nearly", 0), ("one", 1), ("two", 2), ("few", 3), ("many", 11), ("other", 100)];
    let texts = samples.map(|(category, sample)| {
        let text = say.with("continue-left", "minutes", sample).replace(&sample.to_string(), "{minutes}");
        (category.to_owned(), serde_json::Value::from(text))
    });
    serde_json::Value::Object(texts.into_iter().collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_in_every_plural() {
        let texts = |tag| -> serde_json::Value {
            serde_json::from_str(&left(Say::new(&domain::Locale::new(tag).unwrap()))).unwrap()
        };
        assert_eq!(texts("en")["other"], "{minutes} min left");
        assert_eq!(texts("en")["nearly"], "less than a minute left");
        assert_eq!(texts("ar")["two"], "بقيت دقيقتان");
        assert!(texts("ar")["few"].as_str().unwrap().contains("{minutes}"));
    }
}
