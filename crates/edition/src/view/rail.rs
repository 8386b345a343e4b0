use std::collections::HashSet;

use domain::{
    Rail, Timestamp,
    rights::{self, Ask, Subject},
};

use super::{BrandView, TitleView};
use crate::format::schema::rails::*;

/// A rail of a brand, with what it may hold.
#[derive(Debug, Clone, Copy)]
pub struct RailView<'e> {
    brand: BrandView<'e>,
    rail: &'e Rail,
    row: u32,
}

/// What a rail shows one audience.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filled<'e> {
    /// Listed titles, in order, at most as many as the rail's limit.
    pub titles: Vec<TitleView<'e>>,
    /// The first instant at which it may show something else; never when absent.
    pub until: Option<Timestamp>,
}

impl<'e> RailView<'e> {
    pub(super) fn new(brand: BrandView<'e>, rail: &'e Rail, row: u32) -> Self {
        Self { brand, rail, row }
    }

    /// Its record.
    pub fn rail(&self) -> &'e Rail {
        self.rail
    }

    /// What it shows to `ask` at the instant `at`: the first titles that [`rights::decide`] lists. `Continue` rails are empty
    /// here; the viewer's own row fills them. Cost: a decision a candidate, until the rail is full.
    pub fn fill(&self, ask: &Ask<'_>, at: Timestamp) -> Filled<'e> {
        let mut filled = Filled::default();
        let limit = usize::from(self.rail.limit);
        let Some(columns) = self.brand.data.rails.columns().filter(|_| limit > 0) else { return filled };
        let by_opening = columns.u8(BY_OPENING, self.row) == 1;
        // Titles that are placed, or cannot be by any row to come.
        let (mut seen, mut done) = (HashSet::new(), HashSet::new());
        for row in columns.span(CANDIDATES, self.row) {
            if filled.titles.len() == limit {
                break;
            }
            let Some(place) = columns.index(CANDIDATE_TITLE, row).filter(|place| !done.contains(place))
            else {
                continue;
            };
            let title = columns.text(TITLE_ID, place).and_then(|id| self.brand.edition.title_by(id));
            let Some(title) = title else { continue };
            let opens = Timestamp(columns.i64(OPENS, row));
            if by_opening && opens > at {
                if opens_for(&title, ask, opens, opens) {
                    filled.holds_until(Some(opens));
                }
                continue;
            }
            let first_row = seen.insert(place);
            if first_row || !by_opening {
                let decision = title.decide(ask, at);
                filled.holds_until(decision.until);
                if !decision.listed() {
                    done.insert(place);
                    continue;
                }
            }
            // A title stands where the window that lets this viewer in has opened, not where another's has.
            if !by_opening || opens_for(&title, ask, opens, at) {
                done.insert(place);
                filled.titles.push(title);
            }
        }
        filled
    }
}

impl Filled<'_> {
    fn holds_until(&mut self, until: Option<Timestamp>) {
        self.until = match (self.until, until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        };
    }
}

/// Does one of the windows that open at `opens` list the title at the instant `at`, taken by itself?
fn opens_for(title: &TitleView<'_>, ask: &Ask<'_>, opens: Timestamp, at: Timestamp) -> bool {
    let subject = title.subject();
    let windows = subject.windows.iter().filter(|window| window.from == opens);
    windows
        .map(std::slice::from_ref)
        .any(|windows| rights::decide(ask, &Subject { windows, ..subject }, at).listed())
}
