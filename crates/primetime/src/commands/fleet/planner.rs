//! The one who plans, whatever is planned by, and what it knows of the days to come.

use fleet::{
    forecast::event::Event,
    plan::{PRICE, Role},
};
use ops::{
    OpsError,
    fleet::{Aims, EncoderAims, Encoders, Fleet, Looked, Right},
};

use super::{calendar::Calendar, fits, openings::Windows, source, zone};
use crate::{
    app::App,
    cli::{EncoderArgs, RunArgs},
    data::random_word,
    failed::Failed,
};

/// Seconds that a job takes for a second of film, if nobody says another.
const PACE: f64 = 1.0;
/// The most encoders, if nobody says another: what one host runs.
const MOST: u32 = 32;

/// By what it plans.
pub enum Planner {
    /// The load of what viewers come to, and the calendar.
    Load(Box<Fleet>, Calendar, Vec<Event>),
    /// The queue, and the windows of what is in it.
    Queue(Encoders, Windows),
}

impl Planner {
    pub fn open(app: &App, wanted: &RunArgs) -> Result<Self, Failed> {
        let store = app.store()?.clone();
        let (clock, owner) = (app.shared_clock(), random_word(&*app.rng));
        if wanted.group.role == Role::Work {
            let encoders = Encoders::new(store.clone(), clock, owner, encoder_aims(wanted)?);
            return Ok(Self::Queue(encoders, Windows::new(store)));
        }
        let calendar = Calendar::open(store.clone(), wanted.calendar.clone())?;
        let mut fleet = Fleet::new(store, clock, owner, aims(wanted)?);
        if let Some(source) = source::measured(&wanted.measured)? {
            fleet = fleet.hears(source);
        }
        Ok(Self::Load(Box::new(fleet), calendar, Vec::new()))
    }

    /// Reads the catalogue and the calendar again.
    pub async fn read(&mut self) {
        match self {
            Self::Load(_, calendar, known) => *known = calendar.look().await,
            Self::Queue(_, windows) => windows.look().await,
        }
    }

    /// One look.
    pub async fn look(&mut self) -> Result<Looked, OpsError> {
        match self {
            Self::Load(fleet, _, known) => fleet.look(known).await,
            Self::Queue(encoders, windows) => encoders.look(&windows.openings).await,
        }
    }

    pub fn right(&mut self) -> &mut Right {
        match self {
            Self::Load(fleet, ..) => fleet.right(),
            Self::Queue(encoders, _) => encoders.right(),
        }
    }
}

fn aims(wanted: &RunArgs) -> Result<Aims, Failed> {
    let capacity = wanted.capacity.ok_or_else(|| Failed::new(fits::NO_CAPACITY))?;
    Ok(Aims {
        service: wanted.group.service(),
        role: wanted.group.role,
        declared: capacity * 60.0,
        // A minute is known when it is over, and to Prometheus after its next scrape.
        lead: wanted.lead + 1 + u32::from(wanted.measured.prometheus.is_some()),
        price: wanted.price.unwrap_or(PRICE),
        zone: zone::named(&wanted.zone).map_err(Failed::new)?,
        dry: wanted.dry_run,
    })
}

fn encoder_aims(wanted: &RunArgs) -> Result<EncoderAims, Failed> {
    let EncoderArgs { pace, slots, most } = wanted.encoders;
    Ok(EncoderAims {
        service: wanted.group.service(),
        declared: pace.unwrap_or(PACE),
        slots: slots.unwrap_or(1),
        lead: wanted.lead,
        most: most.unwrap_or(MOST),
        zone: zone::named(&wanted.zone).map_err(Failed::new)?,
        dry: wanted.dry_run,
    })
}
