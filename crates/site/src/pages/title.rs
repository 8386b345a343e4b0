use askama::Template;
use domain::{Kind, TitleId};
use edition::TitleView;

use super::{
    PageCtx, PageError, Rendered, alike,
    frame::Frame,
    hero::Hero,
    making::Making,
    problem,
    said::Words,
    say::Say,
    series::{Season, seasons},
};

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
    let ending = alike::ending(&making, &found)?;
    making.until.edge(ending.until);
    let (status, html, until) = (http::StatusCode::OK, page.render()?, making.until.earliest());
    if !alike::shows(&ending, &found) {
        return Ok(Rendered { status, html, ending: Some(ending), until });
    }
    let html = html + &alike::without(&making, &ending, &found)?;
    Ok(Rendered { status, html, ending: None, until })
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
