use std::{cell::RefCell, collections::HashMap, time::Duration};

use domain::{
    Kind, PlanId,
    rights::{self, Denial, Grant},
};
use edition::{Languages, Said, TitleView};

use super::{PageCtx, said::Words, say::Say, until::Until};

/// A title is "new" for so long after a viewer could first see it.
const NEW_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// A title is "leaving soon" when it will be gone so long from now.
const LEAVING_WITHIN: Duration = Duration::from_secs(14 * 24 * 3600);

/// A page in the making: what it is made from, its language, and until when it will be true.
pub struct Making<'a> {
    /// What it is made from.
    pub ctx: &'a PageCtx<'a>,
    /// Speaks its language.
    pub say: Say<'a>,
    /// Where to look for texts.
    pub languages: Languages,
    /// Until when.
    pub until: Until,
    /// How titles stand that were asked about: a page names an episode in its list and on its button.
    stood: RefCell<HashMap<&'a str, Option<Standing>>>,
}

/// How a listed title stands with the viewers of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// May be played, and how well; or only looked at, for want of one of these plans' names.
    pub play: Result<Grant, Option<String>>,
    /// Came within the last weeks.
    pub is_new: bool,
    /// Goes within the next.
    pub leaving: bool,
}

impl<'a> Making<'a> {
    /// Begins.
    pub fn new(ctx: &'a PageCtx<'a>) -> Self {
        let languages = ctx.edition.languages(ctx.locale, &ctx.brand.default_locale);
        Self { ctx, say: Say::new(ctx.locale), languages, until: Until::default(), stood: RefCell::default() }
    }

    /// A path of this site in this language.
    pub fn href(&self, rest: &str) -> String {
        format!("/{}{rest}", self.ctx.locale)
    }

    /// A text of the edition on this page.
    pub fn words(&self, said: Said<'_>) -> Words {
        Words::on(self.ctx.locale, said)
    }

    /// A text that is kept in several languages by itself.
    pub fn local<'l>(&self, text: &'l domain::Localised<String>) -> &'l str {
        text.get(self.ctx.locale, &self.ctx.brand.default_locale).map_or("", |(_, text)| text)
    }

    /// How a title stands; `None` when it is not to be shown at all.
    pub fn standing(&self, title: &TitleView<'a>) -> Option<Standing> {
        if let Some(stands) = self.stood.borrow().get(title.id_str()) {
            return stands.clone();
        }
        let stands = self.decide(title);
        self.stood.borrow_mut().insert(title.id_str(), stands.clone());
        stands
    }

    fn decide(&self, title: &TitleView<'_>) -> Option<Standing> {
        let (ask, now) = (self.ctx.ask, self.ctx.now);
        let subject = title.subject();
        let decide = |at| rights::decide(ask, &subject, at);
        let decision = self.until.used(decide(now));
        if !decision.listed() {
            return None;
        }
        // The badges are decisions of another instant, and change when those do.
        let before = decide(now.minus(NEW_FOR));
        self.until.edge(before.until.map(|edge| edge.plus(NEW_FOR)));
        let ahead = decide(now.plus(LEAVING_WITHIN));
        self.until.edge(ahead.until.map(|edge| edge.minus(LEAVING_WITHIN)).filter(|edge| *edge > now));
        let (is_new, leaving) = (!before.listed(), !ahead.listed());
        let play = match decision.answer {
            Ok(grant) => Ok(grant),
            Err(Denial::Plan { needs }) => Err(needs.iter().find_map(|id| self.plan(id))),
            Err(_) => return None,
        };
        Some(Standing { play, is_new, leaving })
    }

    /// What a plan of this brand is called.
    pub fn plan(&self, id: &PlanId) -> Option<String> {
        let plan = self.ctx.brand.record().plans.iter().find(|plan| plan.id == *id)?;
        Some(self.local(&plan.name).to_owned())
    }

    /// "With Harbour Plus".
    pub fn lock(&self, plan: Option<&str>) -> String {
        plan.map_or_else(|| self.say.t("locked-any"), |plan| self.say.with("locked", "plan", plan))
    }

    /// Genres by name.
    pub fn genres(&self, title: &TitleView<'_>) -> Vec<String> {
        let name = |id| Some(self.local(&self.ctx.edition.genre(id)?.name).to_owned());
        title.genres().iter().filter_map(name).collect()
    }

    /// "12+", or what stands for everyone.
    pub fn maturity(&self, title: &TitleView<'_>) -> Age {
        let age = title.maturity().0;
        if age == 0 {
            let all = self.say.t("maturity-all");
            return Age { short: all.clone(), long: all };
        }
        Age { short: self.say.with("maturity", "age", age), long: self.say.with("maturity-long", "age", age) }
    }

    /// "S1 E2"; `None` of what is no episode.
    pub fn code(&self, title: &TitleView<'_>) -> Option<String> {
        let parent = title.parent()?;
        Some(
            self.say
                .all("episode-code", [("season", parent.season.into()), ("number", parent.episode.into())]),
        )
    }
}

/// The least age, short on a badge and long for those who listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    /// "12+".
    pub short: String,
    /// "For ages 12 and over".
    pub long: String,
}

/// Can any of it be played, rights aside: have its media, or an episode's, been made?
pub fn is_ready(title: &TitleView<'_>) -> bool {
    match title.kind() {
        Kind::Series => title.episodes().iter().any(TitleView::has_asset),
        _ => title.has_asset(),
    }
}
