use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::{AssetId, Brand, BrandId, Genre, GenreId, Locale, Timestamp, TitleId};
use objects::{
    Hash, Objects,
    announce::{CurrentEdition, Takedowns},
};

use crate::{
    AssetView, BrandView, EditionError, Languages, TitleView,
    audience::Table,
    format::{
        Columns, MAX_SECTION,
        header::{Entry, Header, MAX_HEADER},
        schema::Kind,
    },
    map::Bytes,
    places::Places,
    section::Section,
    shard::shard_of,
};

/// Most threads that check sections while an edition is opened. Reading and hashing gain little beyond.
const MAX_THREADS: usize = 8;

/// Sections by hash that this process has checked.
pub(crate) type Known = HashMap<Hash, Arc<Section>>;

/// One edition, open. Immutable; share it in an `Arc`.
#[derive(Debug, Clone)]
pub struct Edition {
    number: u64,
    created_at: Timestamp,
    published_at: Timestamp,
    header: Hash,
    bits: u8,
    shards: Box<[Shard]>,
    locales: Box<[Locale]>,
    brands: BTreeMap<BrandId, BrandData>,
    genres: Arc<Section>,
    title_places: Arc<Places>,
    asset_places: Arc<Places>,
    takedowns: Arc<Takedowns>,
}

#[derive(Debug, Clone)]
pub(crate) struct Shard {
    pub(crate) titles: Arc<Section>,
    pub(crate) windows: Arc<Section>,
    assets: Arc<Section>,
    /// By the place of the language in [`Edition::locales`].
    pub(crate) text: Box<[Option<Arc<Section>>]>,
}

#[derive(Debug, Clone)]
pub(crate) struct BrandData {
    pub(crate) record: Arc<Section>,
    pub(crate) rails: Arc<Section>,
    audience: Arc<Section>,
    pub(crate) audiences: Hash,
}

impl BrandData {
    pub(crate) fn brand(&self) -> Option<&Brand> {
        self.record.brand()
    }

    pub(crate) fn audience(&self) -> Option<&Table> {
        self.audience.audience()
    }
}

impl Edition {
    /// Opens an announced edition. All of it is read and checked once, by several threads, through buffers that are given back: the
    /// hash of every section, and every value in it. Afterwards sections are memory maps, and take memory as they are touched.
    pub fn open(objects: &Objects, announced: &CurrentEdition) -> Result<Self, EditionError> {
        Self::open_with(objects, announced, &mut Known::new()).map(|(edition, _)| edition)
    }

    /// Opens an edition, reading only sections that are not `known`; those that prove sound become known, even when
    /// others are damaged. Also says how many were read.
    pub(crate) fn open_with(
        objects: &Objects,
        announced: &CurrentEdition,
        known: &mut Known,
    ) -> Result<(Self, usize), EditionError> {
        let key = announced.header_key();
        let bytes = objects.get(&key, MAX_HEADER)?;
        if Hash::of(&bytes) != announced.header {
            return Err(EditionError::damaged(key, "its hash is not the announced one"));
        }
        let header = Header::open(&key, &bytes)?;
        if header.number != announced.number {
            return Err(EditionError::damaged(key, format!("it says that it is edition {}", header.number)));
        }
        let mut missing: Vec<&Entry> =
            header.sections.iter().filter(|entry| !known.contains_key(&entry.hash)).collect();
        missing.sort_by_key(|entry| entry.hash);
        missing.dedup_by_key(|entry| entry.hash);
        check_all(objects, &missing, known)?;
        Ok((assemble(&header, announced, known)?, missing.len()))
    }

    /// Its number; grows with every edition.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When it was built.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it was announced.
    pub fn published_at(&self) -> Timestamp {
        self.published_at
    }

    /// The hash of its header: names all of its content.
    pub fn header(&self) -> Hash {
        self.header
    }

    /// The same edition, from which these titles are taken down.
    pub fn without(self, takedowns: Arc<Takedowns>) -> Self {
        Self { takedowns, ..self }
    }

    /// The number of the announcement of takedowns that it is read with; 0 without any. What is made of an edition is made of
    /// both numbers.
    pub fn takedowns(&self) -> u64 {
        self.takedowns.number
    }

    pub(crate) fn any_down(&self) -> bool {
        !self.takedowns.titles.is_empty()
    }

    pub(crate) fn is_down(&self, title: &TitleId) -> bool {
        self.takedowns.titles.contains(title)
    }

    /// The titles whose takedown takes these media down: the one that they are of, and its series.
    pub fn owners(&self, asset: &AssetView) -> Vec<TitleId> {
        let series = self.title(&asset.title).and_then(|title| title.series());
        [asset.title.clone()].into_iter().chain(series.map(|series| series.id())).collect()
    }

    /// Is one of these titles taken down? They need not be in the edition any more.
    pub fn any_of_down(&self, titles: &[TitleId]) -> bool {
        titles.iter().any(|title| self.is_down(title))
    }

    /// Titles and episodes in it.
    pub fn titles(&self) -> u64 {
        self.shards.iter().map(|shard| u64::from(shard.titles.rows())).sum()
    }

    /// Every language in which something is said, by tag.
    pub fn locales(&self) -> &[Locale] {
        &self.locales
    }

    /// Every brand, by id.
    pub fn brands(&self) -> impl Iterator<Item = BrandView<'_>> {
        self.brands.values().filter_map(|data| BrandView::new(self, data))
    }

    /// A brand.
    pub fn brand(&self, id: &BrandId) -> Option<BrandView<'_>> {
        BrandView::new(self, self.brands.get(id)?)
    }

    /// The brand that answers on this host: by the first label, in any case, a port or not.
    pub fn brand_by_host(&self, host: &str) -> Option<BrandView<'_>> {
        let label = host.split([':', '.']).next()?;
        self.brands().find(|brand| brand.host.eq_ignore_ascii_case(label))
    }

    /// A genre and its names.
    pub fn genre(&self, id: &GenreId) -> Option<&Genre> {
        self.genres.genres()?.iter().find(|genre| genre.id == *id)
    }

    /// A movie, series, special or episode. Whether anybody may see it is [`TitleView::decide`]'s to say.
    pub fn title(&self, id: &TitleId) -> Option<TitleView<'_>> {
        self.title_by(id.as_str())
    }

    pub(crate) fn title_by(&self, id: &str) -> Option<TitleView<'_>> {
        let (shard, row) = self.place(&self.title_places, id, |shard| shard.titles.columns())?;
        Some(TitleView::new(self, self.shards.get(shard as usize)?, row))
    }

    /// The shard and row of an id in one of the kinds of section that are spread by id.
    fn place<'e>(
        &'e self,
        places: &Places,
        id: &str,
        columns: impl Fn(&'e Shard) -> Option<Columns<'e>>,
    ) -> Option<(u32, u32)> {
        let columns = |shard: u32| columns(self.shards.get(shard as usize)?);
        let sound = |shard, row| columns(shard).is_some_and(|columns| columns.is_at(id, row));
        places.get(id, sound, || {
            let shard = shard_of(id, self.bits);
            Some((shard, columns(shard)?.find(id)?))
        })
    }

    /// The media behind a title.
    pub fn asset(&self, id: &AssetId) -> Option<AssetView> {
        let (columns, row) = self.asset_row(id.as_str())?;
        AssetView::read(columns, row)
    }

    pub(crate) fn asset_row(&self, id: &str) -> Option<(Columns<'_>, u32)> {
        let (shard, row) = self.place(&self.asset_places, id, |shard| shard.assets.columns())?;
        Some((self.shards.get(shard as usize)?.assets.columns()?, row))
    }

    /// In which languages to look, for a reader of `wanted` on a brand whose own language is `otherwise`: `wanted`, its
    /// language without region, `otherwise`, then any. Good for this edition only.
    pub fn languages(&self, wanted: &Locale, otherwise: &Locale) -> Languages {
        Languages::new(&self.locales, wanted, otherwise)
    }

    /// Every title and episode, in no order that means anything.
    pub fn all_titles(&self) -> impl Iterator<Item = TitleView<'_>> {
        let rows = |shard: &Shard| 0..shard.titles.rows();
        self.shards.iter().flat_map(move |shard| rows(shard).map(move |row| TitleView::new(self, shard, row)))
    }
}

/// Reads and checks sections on several threads, and adds those that are sound to `known`.
fn check_all(objects: &Objects, missing: &[&Entry], known: &mut Known) -> Result<(), EditionError> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new((Vec::with_capacity(missing.len()), None));
    let work = || {
        let (mut buffer, mut sound, mut wrong) = (Vec::new(), Vec::new(), None);
        while let Some(entry) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
            match check_one(objects, entry, &mut buffer) {
                Ok(section) => sound.push((entry.hash, Arc::new(section))),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.append(&mut sound);
        found.1 = found.1.take().or(wrong);
    };
    // A network is waited for by as many as there may be; of a disk, cores set the pace.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if objects.is_local() { cores } else { MAX_THREADS };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(MAX_THREADS).min(missing.len()) {
            scope.spawn(work);
        }
        work();
    });
    let (sound, wrong) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    known.extend(sound);
    wrong.map_or(Ok(()), Err)
}

/// Reads a section into `buffer`, which grows to the largest and no further than a section may, and checks it there. A local
/// copy that came to harm is fetched once more.
fn check_one(objects: &Objects, entry: &Entry, buffer: &mut Vec<u8>) -> Result<Section, EditionError> {
    match check_copy(objects, entry, buffer) {
        Err(EditionError::Damaged { key, .. }) if objects.forget_copy(&key)? => {
            check_copy(objects, entry, buffer)
        }
        checked => checked,
    }
}

fn check_copy(objects: &Objects, entry: &Entry, buffer: &mut Vec<u8>) -> Result<Section, EditionError> {
    let key = entry.key();
    let object = objects.open(&key)?;
    let length = u64::from(entry.length);
    if object.len() != length || length > MAX_SECTION {
        let why = format!("it has {} bytes and should have {length}", object.len());
        return Err(EditionError::damaged(key, why));
    }
    if buffer.len() < entry.length as usize {
        buffer.resize(entry.length as usize, 0);
    }
    let bytes = &mut buffer[..entry.length as usize];
    object.read_at(0, bytes).map_err(|error| EditionError::damaged(key.clone(), error))?;
    if Hash::of(bytes) != entry.hash {
        return Err(EditionError::damaged(key, "its content has changed"));
    }
    Section::parse_then(entry.kind, bytes, || Bytes::new(object, bytes))
        .map_err(|error| EditionError::damaged(key, error))
}

/// Puts checked sections together.
fn assemble(header: &Header, announced: &CurrentEdition, known: &Known) -> Result<Edition, EditionError> {
    let incomplete = |what: String| EditionError::Incomplete(what);
    let mut sections = BTreeMap::new();
    let mut locales: Vec<Locale> = Vec::new();
    for entry in &header.sections {
        let section = known.get(&entry.hash).filter(|section| section.kind() == entry.kind);
        let section =
            section.ok_or_else(|| incomplete(format!("section {} is of another kind", entry.hash)))?;
        if section.rows() != entry.rows {
            return Err(incomplete(format!("section {} has {} rows", entry.hash, section.rows())));
        }
        if let Some(locale) = &entry.language {
            locales.push(locale.clone());
        }
        let of = (entry.kind, entry.brand.clone(), entry.language.clone(), entry.shard);
        if sections.insert(of, (section, entry.hash)).is_some() {
            return Err(incomplete(format!("two {} sections for one place", entry.kind.name())));
        }
    }
    locales.sort_unstable();
    locales.dedup();
    let take = |kind: Kind, brand: Option<&BrandId>, language: Option<&Locale>, shard: u32| {
        sections.get(&(kind, brand.cloned(), language.cloned(), shard)).copied()
    };
    let need = |kind: Kind, brand: Option<&BrandId>, shard: u32| {
        let section = take(kind, brand, None, shard);
        section.ok_or_else(|| incomplete(format!("{} section {brand:?} {shard} is missing", kind.name())))
    };
    let shard = |number: u32| -> Result<Shard, EditionError> {
        let of = |kind| need(kind, None, number).map(|(section, _)| Arc::clone(section));
        let text =
            |locale| take(Kind::Text, None, Some(locale), number).map(|(section, _)| Arc::clone(section));
        let shard = Shard {
            titles: of(Kind::Titles)?,
            windows: of(Kind::Windows)?,
            assets: of(Kind::Assets)?,
            text: locales.iter().map(text).collect(),
        };
        let rows = shard.titles.rows();
        let same = |section: &Arc<Section>| section.rows() == rows;
        if !same(&shard.windows) || !shard.text.iter().flatten().all(same) {
            return Err(incomplete(format!("the sections of shard {number} have different rows")));
        }
        Ok(shard)
    };
    let brand = |section: &Section| -> Result<(BrandId, BrandData), EditionError> {
        let brand = section.brand().ok_or_else(|| incomplete("a brand is none".into()))?;
        let of = |kind| need(kind, Some(&brand.id), 0).map(|(section, hash)| (Arc::clone(section), hash));
        let (audience, audiences) = of(Kind::Audience)?;
        let data = BrandData { record: of(Kind::Brand)?.0, rails: of(Kind::Rails)?.0, audience, audiences };
        Ok((brand.id.clone(), data))
    };
    let shards = (0..1u32 << header.bits).map(shard).collect::<Result<_, _>>()?;
    let records = sections.iter().filter(|((kind, ..), _)| *kind == Kind::Brand);
    let brands = records.map(|(_, (section, _))| brand(section)).collect::<Result<_, _>>()?;
    Ok(Edition {
        number: header.number,
        created_at: header.created_at,
        published_at: announced.published_at,
        header: announced.header,
        bits: header.bits,
        shards,
        brands,
        genres: Arc::clone(need(Kind::Genres, None, 0)?.0),
        locales: locales.into(),
        title_places: Arc::default(),
        asset_places: Arc::default(),
        takedowns: Arc::default(),
    })
}

/// Forgets sections that no open edition holds: only those of a damaged one, and of editions that are gone.
pub(crate) fn forget_unused(known: &mut Known) {
    known.retain(|_, section| Arc::strong_count(section) > 1);
}
