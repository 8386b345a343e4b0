use std::collections::BTreeSet;

use super::{Ask, Decision, Denial, Grant, Subject};
use crate::{PlanId, Scope, Territories, Timestamp, Window};

/// May `ask` see `subject` at the instant `at`?
///
/// The answer holds in `at..until`: no edge of a window that fits the asker's brand, country and device lies inside.
pub fn decide(ask: &Ask<'_>, subject: &Subject<'_>, at: Timestamp) -> Decision {
    let never = |denial| Decision { answer: Err(denial), until: None };
    if subject.taken_down {
        return never(Denial::TakenDown);
    }
    // What does not change with time is looked at first; each step names the nearest miss.
    let (mut on_brand, mut in_territory) = (false, false);
    let mut view = View::default();
    for window in subject.windows {
        if !window.brands.has(ask.brand) {
            continue;
        }
        on_brand = true;
        let here = match ask.territory {
            Some(territory) => window.territories.has(territory),
            None => matches!(window.territories, Territories::World),
        };
        if !here {
            continue;
        }
        in_territory = true;
        if window.devices.has(&ask.device) {
            view.add(ask, window, at);
        }
    }
    match () {
        () if !on_brand => never(Denial::Brand),
        () if !in_territory => never(Denial::Territory),
        () if !view.any => never(Denial::Device),
        () if ask.maturity_limit.is_some_and(|limit| subject.maturity > limit) => never(Denial::Maturity),
        () => Decision { until: view.next_edge, answer: view.answer() },
    }
}

/// What the windows that fit brand, country and device add up to.
#[derive(Default)]
struct View {
    any: bool,
    next_edge: Option<Timestamp>,
    opens: Option<Timestamp>,
    closed: Option<Timestamp>,
    /// Plans that would open a window; present once a window is open to others.
    needs: Option<BTreeSet<PlanId>>,
    grant: Option<Grant>,
}

impl View {
    fn add(&mut self, ask: &Ask<'_>, window: &Window, at: Timestamp) {
        self.any = true;
        let future = |edge: &Timestamp| *edge > at;
        let edge = Some(window.from).filter(future).or(window.until.filter(future));
        self.next_edge = earliest(self.next_edge, edge);
        if at < window.from {
            self.opens = earliest(self.opens, Some(window.from));
        } else if let Some(closed) = window.until.filter(|until| at >= *until) {
            self.closed = self.closed.max(Some(closed));
        } else {
            self.open(ask, window);
        }
    }

    fn open(&mut self, ask: &Ask<'_>, window: &Window) {
        if let Scope::Only(plans) = &window.plans
            && plans.is_disjoint(ask.plans)
        {
            self.needs.get_or_insert_default().extend(plans.iter().cloned());
            return;
        }
        let (max_height, ends) = (window.max_height, window.until);
        self.grant = Some(match self.grant.take() {
            None => Grant { max_height, ends },
            // Several windows fit: the best quality of any, and the latest end. `None` is no limit in both.
            Some(other) => Grant {
                max_height: other.max_height.zip(max_height).map(|(a, b)| a.max(b)),
                ends: other.ends.zip(ends).map(|(a, b)| a.max(b)),
            },
        });
    }

    fn answer(self) -> Result<Grant, Denial> {
        if let Some(grant) = self.grant {
            return Ok(grant);
        }
        Err(match (self.needs, self.opens, self.closed) {
            (Some(needs), _, _) => Denial::Plan { needs },
            (_, Some(opens), _) => Denial::NotYet { opens },
            // Every window that fits is open, ahead or past, so here one is past.
            (_, _, closed) => Denial::Ended { closed: closed.unwrap_or_default() },
        })
    }
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
