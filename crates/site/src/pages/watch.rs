use askama::Template;
use domain::{Kind, TitleId};
use edition::TitleView;

use super::{
    PageCtx, PageError, Rendered,
    frame::Frame,
    hero::Hero,
    making::{Making, is_ready},
    player::Player,
    problem,
    said::Words,
    say::Say,
    series::Row,
};

/// Most episodes in "Up next".
const MOST_NEXT: usize = 12;

#[derive(Template)]
#[template(path = "watch.html")]
struct Watch<'a> {
    frame: Frame,
    say: Say<'a>,
    hero: Hero,
    player: Player,
    /// Of an episode: the series' name and page.
    series: Option<(Words, String)>,
    /// "Season 1, episode 2".
    place: Option<String>,
    back: String,
    next: Vec<Row>,
    notice: Option<Words>,
}

/// `/{lang}/watch/{title}`: the player, the title's name, what comes next. Of a series: its first visible episode.
pub fn watch(ctx: &PageCtx<'_>, id: &TitleId) -> Result<Rendered, PageError> {
    let making = Making::new(ctx);
    let Some(found) = ctx.edition.title(id) else { return problem::not_found(&making) };
    let playable = if found.kind() == Kind::Series { first(&making, &found).unwrap_or(found) } else { found };
    let decision = making.until.used(playable.decide(ctx.ask, ctx.now));
    if let Err(denial) = &decision.answer {
        return problem::denied(&making, denial);
    }
    if playable.kind() == Kind::Series || !is_ready(&playable) {
        return problem::not_ready(&making);
    }
    let Some(hero) = Hero::new(&making, &playable) else { return problem::not_found(&making) };
    let say = making.say;
    let series = playable.parent();
    let next = upcoming(&making, &playable);
    let brand = making.local(&ctx.brand.name).to_owned();
    let full = match &series {
        Some(parent) => format!("{} · {}", parent.series.name(&making.languages), hero.name),
        None => hero.name.text.clone(),
    };
    let title = say.all("watch-title", [("name", full.into()), ("brand", brand.into())]);
    let description = hero.synopsis.as_ref().map(|words| words.text.clone());
    let root = series.map_or(playable, |parent| parent.series);
    let page = Watch {
        frame: Frame::new(&making, title)?.describe(description, hero.wide.as_ref(), ctx).with_player(ctx)?,
        say,
        player: Player::new(&making, &playable, &hero, next.first()),
        series: series.map(|parent| {
            let page = making.href(&format!("/t/{}", parent.series.id_str()));
            (making.words(parent.series.name(&making.languages)), page)
        }),
        place: series.map(|parent| {
            say.all("episode-long", [("season", parent.season.into()), ("number", parent.episode.into())])
        }),
        back: making.href(&format!("/t/{}", root.id_str())),
        notice: playable.text(&making.languages).credit_notice.map(|said| making.words(said)),
        next,
        hero,
    };
    Ok(Rendered::whole(http::StatusCode::OK, page.render()?, making.until.earliest()))
}

/// The first episode of a series that plays here and now.
fn first<'e>(making: &Making<'_>, series: &TitleView<'e>) -> Option<TitleView<'e>> {
    series.episodes().into_iter().find(|episode| {
        let decision = making.until.used(episode.decide(making.ctx.ask, making.ctx.now));
        decision.answer.is_ok() && is_ready(episode)
    })
}

/// The episodes that follow and can be played, over the seasons' ends.
fn upcoming<'a>(making: &Making<'a>, episode: &TitleView<'a>) -> Vec<Row> {
    let Some(series) = episode.series() else { return Vec::new() };
    let after = series.episodes().into_iter().skip_while(|other| other.id_str() != episode.id_str()).skip(1);
    after
        .filter_map(|other| Row::new(making, &other, None))
        .filter(|row| row.href.is_some())
        .take(MOST_NEXT)
        .collect()
}
