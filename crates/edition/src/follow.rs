mod takedowns;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use objects::{
    Hash, Objects,
    announce::{self, CurrentEdition},
    keys::KeyRing,
};

use crate::{
    Edition, EditionError,
    load::{Known, forget_unused},
};
use takedowns::Down;
pub use takedowns::Withdrawn;

/// Keeps the newest edition open, without what is taken down.
///
/// [`Follower::poll`] blocks and is called every two seconds or less; [`Follower::snapshot`] costs next to nothing and is
/// called for every request. What cannot be trusted or understood changes nothing: the edition that is open stays.
#[derive(Debug)]
pub struct Follower {
    objects: Arc<Objects>,
    ring: KeyRing,
    current: ArcSwapOption<Edition>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The announcement that is adopted, byte for byte.
    adopted: Vec<u8>,
    /// The announcement that was refused last, and why: said once, tried again quietly.
    refused: Option<(Vec<u8>, String)>,
    /// Checked sections: those of the open edition, and those of one that is damaged elsewhere.
    known: Known,
    /// What is taken down.
    down: Down,
}

/// What a poll came to.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing new.
    Same,
    /// Another edition is open now.
    Switched {
        /// The number before; none at the start.
        from: Option<u64>,
        /// The number now.
        to: u64,
        /// Sections that had to be read; the others were open already.
        sections_read: usize,
    },
    /// What is announced was refused; whatever was open stays open. Tried again at the next poll.
    Kept {
        /// Why.
        error: EditionError,
        /// It was refused for the same reason last time: no news for the log.
        repeated: bool,
    },
}

impl Follower {
    /// Follows the announcements that a key of `ring` signed. Nothing is open before the first poll.
    pub fn new(objects: Arc<Objects>, ring: KeyRing) -> Self {
        Self { objects, ring, current: ArcSwapOption::empty(), state: Mutex::new(State::default()) }
    }

    /// The edition that is open; `None` until a first one could be opened.
    pub fn snapshot(&self) -> Option<Arc<Edition>> {
        self.current.load_full()
    }

    /// The number of the edition that is open.
    pub fn number(&self) -> Option<u64> {
        self.current.load().as_ref().map(|edition| edition.number())
    }

    /// That number, and the number of the takedowns that the edition is without: what answers are kept under.
    pub fn numbers(&self) -> Option<(u64, u64)> {
        self.current.load().as_ref().map(|edition| (edition.number(), edition.takedowns()))
    }

    /// Looks whether a newer edition is announced, and opens it. Blocks while it reads.
    pub fn poll(&self) -> Outcome {
        // One poll at a time; a second one finds nothing new.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is shown before it is known what must not be.
        if !state.down.is_known()
            && let Withdrawn::Kept { error, .. } = state.down.look(&self.objects, &self.ring)
        {
            return refuse(&mut state, Vec::new(), EditionError::Takedowns(error));
        }
        let bytes = match announce::read_bytes::<CurrentEdition>(&self.objects) {
            Ok(bytes) => bytes,
            // A process that starts while the store is away opens what was open last: copies of it are on this machine.
            Err(error) if error.is_away() && self.current.load().is_none() => {
                match announce::read_last::<CurrentEdition>(&self.objects) {
                    Some(bytes) => bytes,
                    None => return refuse(&mut state, Vec::new(), error.into()),
                }
            }
            Err(error) => return refuse(&mut state, Vec::new(), error.into()),
        };
        if bytes == state.adopted {
            state.refused = None;
            return Outcome::Same;
        }
        match self.adopt(&bytes, &mut state) {
            Ok(outcome) => {
                state.adopted = bytes;
                state.refused = None;
                outcome
            }
            Err(error) => refuse(&mut state, bytes, error),
        }
    }

    fn adopt(&self, bytes: &[u8], state: &mut State) -> Result<Outcome, EditionError> {
        let announced = announce::parse(bytes, &self.ring)?;
        let open = self.current.load_full();
        if let Some(open) = &open
            && !newer(&announced, open.number(), open.header())?
        {
            return Ok(Outcome::Same);
        }
        let (edition, sections_read) = Edition::open_with(&self.objects, &announced, &mut state.known)?;
        let to = edition.number();
        let from = open.map(|edition| edition.number());
        // What the old edition alone needs goes when its last reader does, and is forgotten at the next switch.
        self.current.store(Some(Arc::new(edition.without(state.down.titles()))));
        forget_unused(&mut state.known);
        Ok(Outcome::Switched { from, to, sections_read })
    }

    /// Looks what is taken down; the open edition is without it from here on. Blocks while it reads.
    pub fn poll_takedowns(&self) -> Withdrawn {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = state.down.look(&self.objects, &self.ring);
        if let Withdrawn::Changed { .. } = outcome
            && let Some(open) = self.current.load_full()
        {
            self.current.store(Some(Arc::new(Edition::clone(&open).without(state.down.titles()))));
        }
        outcome
    }
}

/// Is this another edition? The same one signed anew is not; an older one, or another with the same number, is refused.
fn newer(announced: &CurrentEdition, open: u64, header: Hash) -> Result<bool, EditionError> {
    match announced.number.cmp(&open) {
        std::cmp::Ordering::Greater => Ok(true),
        std::cmp::Ordering::Equal if announced.header == header => Ok(false),
        _ => Err(EditionError::Older { open, announced: announced.number }),
    }
}

fn refuse(state: &mut State, bytes: Vec<u8>, error: EditionError) -> Outcome {
    let refused = Some((bytes, error.to_string()));
    let repeated = state.refused == refused;
    state.refused = refused;
    Outcome::Kept { error, repeated }
}

impl Outcome {
    /// True when nothing has ever been announced: an empty platform, not a fault.
    pub fn nothing_announced(&self) -> bool {
        let Outcome::Kept { error, .. } = self else { return false };
        matches!(error, EditionError::Announcement(error) if error.is_missing())
    }
}
