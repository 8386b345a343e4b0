//! "More like this" and the foot: what pages of titles of the same genres end in.

use std::sync::Arc;

use askama::Template;
use domain::RailKind;
use edition::{RailView, TitleView};

use super::{PageCtx, PageError, card::Card, frame::Frame, making::Making, say::Say, theme};
use crate::{
    cache::PageKey,
    endings::{Drawn, Ending},
};

/// Most titles in "More like this".
const MOST: usize = 12;

#[derive(Template)]
#[template(path = "ending.html")]
struct Closing<'a> {
    say: Say<'a>,
    /// Drawn.
    alike: Vec<&'a str>,
    foot: &'a str,
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardAlone<'a> {
    card: Card,
    say: Say<'a>,
    wide: bool,
}

#[derive(Template)]
#[template(path = "foot.html")]
struct Foot<'a> {
    frame: Frame,
    say: Say<'a>,
}

/// What stands in the brand's rails of the title's genres, and the foot; made once for all titles of these genres.
pub fn ending<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Result<Arc<Ending>, PageError> {
    let ctx = making.ctx;
    let genres = title.genres();
    let alike = |rail: &RailView<'_>| matches!(&rail.rail().kind, RailKind::Genre { genre } if genres.contains(genre));
    let rails: Vec<RailView<'a>> = ctx.brand.rails_with_titles().filter(alike).collect();
    let (endings, page) = ctx.endings;
    let mut path = String::from("!alike");
    rails.iter().for_each(|rail| path.extend(["/", rail.rail().id.as_str()]));
    endings.ending(PageKey { path, ..page.clone() }, ctx.now, || make(ctx, &rails))
}

/// Is this title among those that the ending shows?
pub fn shows(ending: &Ending, title: &TitleView<'_>) -> bool {
    ending.cards.iter().take(MOST).any(|card| card.id == title.id_str())
}

/// The same ending without this title, for its own page.
pub fn without(making: &Making<'_>, ending: &Ending, title: &TitleView<'_>) -> Result<String, PageError> {
    let others = ending.cards.iter().filter(|card| card.id != title.id_str());
    close(making.say, others, &ending.foot)
}

/// Makes it. Nothing of the page that it is made for is in it.
fn make<'a>(ctx: &'a PageCtx<'a>, rails: &[RailView<'a>]) -> Result<Ending, PageError> {
    let making = Making::new(ctx);
    let (say, wide) = (making.say, theme::look(&ctx.brand.record().theme) == "split");
    let mut cards: Vec<Drawn> = Vec::new();
    for rail in rails {
        let filled = rail.fill(ctx.ask, ctx.now);
        making.until.edge(filled.until);
        for title in &filled.titles {
            // One more, for the page of one of the others.
            if cards.len() > MOST || cards.iter().any(|card| card.id == title.id_str()) {
                continue;
            }
            if let Some(card) = Card::new(&making, title) {
                let id = card.id.clone();
                cards.push(Drawn { id, html: CardAlone { card, say, wide }.render()? });
            }
        }
    }
    let foot = Foot { frame: Frame::new(&making, String::new())?, say }.render()?;
    let html = Arc::new(web::precompressed::Ending::new(close(say, cards.iter(), &foot)?));
    Ok(Ending { html, cards, foot, until: making.until.earliest() })
}

fn close<'a>(
    say: Say<'a>,
    cards: impl Iterator<Item = &'a Drawn>,
    foot: &'a str,
) -> Result<String, PageError> {
    let alike = cards.take(MOST).map(|card| &*card.html).collect();
    Ok(Closing { say, alike, foot }.render()?)
}
