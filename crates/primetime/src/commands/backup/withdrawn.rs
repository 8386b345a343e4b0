//! What was taken down stays down in what is restored: what the backup knows, and what is announced since.

use std::{collections::BTreeSet, fs::File, io::Read, path::Path};

use domain::{Timestamp, TitleId};
use objects::{
    announce::{self, Announced, Takedowns},
    keys::KeyRing,
};

use crate::{
    app::App,
    commands::takedown,
    failed::{Doing, Failed},
};

/// What is to be announced before an edition is.
pub struct Withdrawn {
    ring: KeyRing,
    /// As the backup has it.
    backed_up: Option<Vec<u8>>,
    /// As somebody gives it, who has it from a bucket or a folder that went on after the backup.
    given: Option<Vec<u8>>,
}

/// What became of it.
pub enum Since {
    /// Only what the backup knows is known.
    Unknown,
    /// These are down although the backup does not know of it.
    Down(BTreeSet<TitleId>),
}

impl Withdrawn {
    /// Refuses what cannot be believed, and what is given beside another that is announced there; nothing is changed yet.
    pub fn new(
        app: &App,
        ring: &KeyRing,
        backed_up: Option<Vec<u8>>,
        given: Option<&Path>,
    ) -> Result<Self, Failed> {
        // The database, which is dumped later, knows all of it: without these bytes it is announced anew.
        let backed_up = backed_up.filter(|bytes| announce::parse::<Takedowns>(bytes, ring).is_ok());
        let given = given.map(|path| read(path, ring)).transpose()?;
        if let Some(given) = &given
            && announce::read_bytes::<Takedowns>(&app.objects).is_ok_and(|there| there != *given)
        {
            return Err(Failed::new(
                "the bucket says itself what is taken down, and is heeded: leave --takedowns out",
            ));
        }
        Ok(Self { ring: ring.clone(), backed_up, given })
    }

    /// Announces all of it, over the database that was filled. What is announced there already stays, and the database learns it.
    pub async fn keep(self, app: &App) -> Result<Since, Failed> {
        let doing = || "announce what is taken down".to_owned();
        let objects = app.objects.clone();
        let is_newer = self.given.is_some();
        let said = tokio::task::spawn_blocking(move || {
            let mut ours = true;
            for bytes in [self.given, self.backed_up].into_iter().flatten() {
                ours &= announce::restore::<Takedowns>(&objects, &bytes, &self.ring)?;
            }
            match announce::read::<Takedowns>(&objects, &self.ring) {
                Err(error) if error.is_missing() => Ok((Takedowns::default(), ours)),
                said => said.map(|said| (said, ours)),
            }
        });
        let (said, ours) = said.await.doing(doing)?.doing(doing)?;
        let store = app.store()?;
        let (number, titles) = store.taken_down().await.doing(doing)?;
        let known: BTreeSet<_> = titles.into_iter().collect();
        if said != (Takedowns { number, titles: known.clone() }) {
            // Signed anew only where it must be: a key that was not in the backup is drawn then.
            takedown::takedowns(app)?.announce().await.doing(doing)?;
        }
        if ours && !is_newer && said.number <= number {
            return Ok(Since::Unknown);
        }
        let now: BTreeSet<_> = store.taken_down().await.doing(doing)?.1.into_iter().collect();
        Ok(Since::Down(now.difference(&known).cloned().collect()))
    }
}

fn read(path: &Path, ring: &KeyRing) -> Result<Vec<u8>, Failed> {
    let doing = || format!("read {}", path.display());
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(Takedowns::LIMIT).read_to_end(&mut bytes)).doing(doing)?;
    announce::parse::<Takedowns>(&bytes, ring).doing(|| {
        format!(
            "believe {} (name takedowns/current of the objects that went on after the backup)",
            path.display()
        )
    })?;
    Ok(bytes)
}

impl Since {
    /// For the person who restores.
    pub fn words(&self, backup: Timestamp) -> String {
        match self {
            Self::Unknown => format!(
                "What was taken down after {backup} is not known here: take it down again before you serve, or restore with \
                 --takedowns and the takedowns/current of the objects that went on.\n"
            ),
            Self::Down(titles) if titles.is_empty() => {
                "Nothing was taken down since the backup.\n".to_owned()
            }
            Self::Down(titles) => {
                let titles: Vec<_> = titles.iter().map(TitleId::as_str).collect();
                format!("Taken down since the backup, and still: {}.\n", titles.join(", "))
            }
        }
    }
}
