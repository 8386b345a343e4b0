use std::sync::Arc;

use askama::Template;
use domain::{Kind, RailKind, TitleId};
use edition::{RailView, TitleView};

use super::{
    PageCtx, PageError, Rendered,
    card::Card,
    frame::Frame,
    hero::Hero,
    making::Making,
    problem,
    said::Words,
    say::Say,
    series::{Season, seasons},
};
use crate::{cache::PageKey, endings::Ending};

/// Most titles in "More like this".
const MOST_ALIKE: usize = 12;

#[derive(Template)]
#[template(path = "title.html")]
struct TitlePage<'a> {
    frame: Frame,
    say: Say<'a>,
    hero: Hero,
    seasons: Vec<Season>,
    cast: Vec<Person>,
    facts: Vec<(String, String)>,
    notice: Option<Words>,
}

#[derive(Template)]
#[template(path = "ending.html")]
struct Closing<'a> {
    frame: Frame,
    say: Say<'a>,
    alike: Vec<Card>,
    wide_cards: bool,
}

struct Person {
    name: Words,
    role: Option<Words>,
}

/// `/{lang}/t/{title}`: a movie's, special's or series' page. A title that may not be seen gives its problem page
/// with the denial's status; an episode gives its series' page.
pub fn title(ctx: &PageCtx<'_>, id: &TitleId) -> Result<Rendered, PageError> {
    let making = Making::new(ctx);
    let Some(found) = ctx.edition.title(id) else { return problem::not_found(&making) };
    let found = found.series().unwrap_or(found);
    let decision = making.until.used(found.decide(ctx.ask, ctx.now));
    if !decision.listed()
        && let Err(denial) = &decision.answer
    {
        return problem::denied(&making, denial);
    }
    let Some(hero) = Hero::new(&making, &found) else { return problem::not_found(&making) };
    let say = making.say;
    let brand = making.local(&ctx.brand.name).to_owned();
    let name = say.all("watch-title", [("name", hero.name.text.as_str().into()), ("brand", brand.into())]);
    let description = hero.synopsis.as_ref().map(|words| words.text.clone());
    let frame = Frame::new(&making, name)?.describe(description, hero.wide.as_ref(), ctx);
    let page = TitlePage {
        frame,
        say,
        seasons: seasons(&making, &found),
        cast: cast(&making, &found),
        facts: facts(&making, &found),
        notice: found.text(&making.languages).credit_notice.map(|said| making.words(said)),
        hero,
    };
    let ending = ending(&making, &found)?;
    making.until.edge(ending.until);
    let (status, html, until) = (http::StatusCode::OK, page.render()?, making.until.earliest());
    Ok(Rendered { status, html, ending: Some(ending), until })
}

fn cast<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Vec<Person> {
    let credits = title.cast(&making.languages).into_iter();
    credits
        .filter_map(|credit| {
            Some(Person { name: making.words(credit.name?), role: credit.role.map(|r| making.words(r)) })
        })
        .collect()
}

/// What people look up: name and value, those that are known.
fn facts<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Vec<(String, String)> {
    let say = making.say;
    let languages = |locales: &[domain::Locale]| {
        let names: Vec<String> = locales.iter().map(|locale| say.language(locale)).collect();
        names.join(" · ")
    };
    let asset = match title.kind() {
        Kind::Series => title.episodes().iter().find_map(TitleView::asset),
        _ => title.asset(),
    };
    let countries: Vec<String> = title.countries().iter().map(|territory| say.country(*territory)).collect();
    let facts = [
        ("fact-genres", making.genres(title).join(" · ")),
        ("fact-year", title.year().to_string()),
        ("fact-age", making.maturity(title).long),
        ("fact-countries", countries.join(" · ")),
        ("fact-original", title.original_language().map(|locale| say.language(&locale)).unwrap_or_default()),
        ("fact-audio", asset.as_ref().map(|asset| languages(&asset.audio)).unwrap_or_default()),
        ("fact-subtitles", asset.as_ref().map(|asset| languages(&asset.subtitles)).unwrap_or_default()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (say.t(key), value)).collect()
}

/// What stands in the brand's rails of the same genres, and the foot of the page. The same for every title of these genres that is
/// not among those shown, so that one is made for all of them and another for each of the few that are.
fn ending<'a>(making: &Making<'a>, title: &TitleView<'a>) -> Result<Arc<Ending>, PageError> {
    let ctx = making.ctx;
    let genres = title.genres();
    let alike = |rail: &RailView<'_>| matches!(&rail.rail().kind, RailKind::Genre { genre } if genres.contains(genre));
    let rails: Vec<RailView<'a>> = ctx.brand.rails_with_titles().filter(alike).collect();
    let (endings, page) = ctx.endings;
    let get = |without: Option<&TitleView<'a>>| {
        let mut path = String::from("!alike");
        for id in rails.iter().map(|rail| rail.rail().id.as_str()).chain(without.map(TitleView::id_str)) {
            path.extend(["/", id]);
        }
        // How many of them are rails, so that no rail is taken for a title.
        path.extend(["/", if without.is_some() { "-" } else { "" }]);
        endings.ending(PageKey { path, ..page.clone() }, ctx.now, || closing(ctx, &rails, without))
    };
    let of_all = get(None)?;
    match of_all.titles.iter().any(|id| id == title.id_str()) {
        true => get(Some(title)),
        false => Ok(of_all),
    }
}

/// Makes it. Nothing of the page that it is made for is in it.
fn closing<'a>(
    ctx: &'a PageCtx<'a>,
    rails: &[RailView<'a>],
    without: Option<&TitleView<'a>>,
) -> Result<Ending, PageError> {
    let making = Making::new(ctx);
    let mut alike: Vec<Card> = Vec::new();
    for rail in rails {
        let filled = rail.fill(ctx.ask, ctx.now);
        making.until.edge(filled.until);
        for other in filled.titles.iter().filter(|other| Some(*other) != without) {
            if alike.len() < MOST_ALIKE && !alike.iter().any(|card| card.id == other.id_str()) {
                alike.extend(Card::new(&making, other));
            }
        }
    }
    let frame = Frame::new(&making, String::new())?;
    let titles = alike.iter().map(|card| card.id.clone()).collect();
    let closing = Closing { wide_cards: frame.look == "split", frame, say: making.say, alike };
    let html = Arc::new(web::precompressed::Ending::new(closing.render()?));
    Ok(Ending { html, titles, until: making.until.earliest() })
}
