use std::collections::{BTreeSet, HashMap};

use domain::{DeviceClass, Scope, Territories, Window};

use super::{Row, Sink, sink::Of};
use crate::{
    BuildError,
    format::{
        Writer,
        schema::{Kind, windows::*},
    },
};

/// The bit of `DEVICES` that says: any.
pub(crate) const ANY_DEVICE: u8 = 8;

/// Every title's own windows. Lists that repeat (a licensor's terms are the same for all of a catalogue) are kept once.
pub(super) fn add(sink: &mut Sink<'_>, shard: u32, rows: &[Row<'_>]) -> Result<(), BuildError> {
    let mut to = Lists { to: Writer::new(Kind::Windows), known: HashMap::new() };
    for row in rows {
        to.add_row(row.windows());
    }
    sink.add(Kind::Windows, Of::shard(shard), rows.len() as u32, to.to)
}

struct Lists {
    to: Writer,
    /// Lists by their column and content.
    known: HashMap<(usize, Vec<u8>), (u32, u32)>,
}

impl Lists {
    fn add_row(&mut self, windows: &[Window]) {
        // Two equal lists of windows are told by their JSON: it names every field.
        let content = serde_json::to_vec(windows).unwrap_or_default();
        if let Some((from, end)) = self.known.get(&(LIST, content.clone())) {
            return self.to.span(LIST, *from..*end);
        }
        let from = self.to.rows(BRANDS_ANY);
        windows.iter().for_each(|window| self.add_window(window));
        let end = from + windows.len() as u32;
        self.to.span(LIST, from..end);
        if !content.is_empty() {
            self.known.insert((LIST, content), (from, end));
        }
    }

    fn add_window(&mut self, window: &Window) {
        self.add_scope(BRANDS_ANY, BRANDS, BRAND_ID, &window.brands);
        let (kind, set) = match &window.territories {
            Territories::World => (0, None),
            Territories::Only(set) => (1, Some(set)),
            Territories::Except(set) => (2, Some(set)),
        };
        self.to.u8(TERRITORIES_KIND, kind);
        let codes: Vec<u8> = set.into_iter().flatten().flat_map(|territory| territory.code()).collect();
        let written = codes.clone();
        self.list(TERRITORIES, TERRITORY_CODE, codes, |to| to.bytes(TERRITORY_CODE, &written));
        self.add_scope(PLANS_ANY, PLANS, PLAN_ID, &window.plans);
        self.to.u8(DEVICES, devices(&window.devices));
        self.to.i64(FROM, window.from.micros());
        self.to.u8(ENDS, window.until.is_some().into());
        self.to.i64(UNTIL, window.until.unwrap_or_default().micros());
        self.to.u8(LIMITED, window.max_height.is_some().into());
        self.to.u16(MAX_HEIGHT, window.max_height.unwrap_or_default());
    }

    fn add_scope<T: Ord + AsRef<str>>(&mut self, any: usize, column: usize, ids: usize, scope: &Scope<T>) {
        let none = BTreeSet::new();
        let (is_any, set) = match scope {
            Scope::Any => (1, &none),
            Scope::Only(set) => (0, set),
        };
        self.to.u8(any, is_any);
        let content = set.iter().flat_map(|id| id.as_ref().bytes().chain([0])).collect();
        self.list(column, ids, content, |to| set.iter().for_each(|id| to.text(ids, Some(id.as_ref()))));
    }

    /// Names a list: the one with this content that is there, or the one that `write` adds to the table of `column_of_table`.
    fn list(
        &mut self,
        column: usize,
        column_of_table: usize,
        content: Vec<u8>,
        write: impl FnOnce(&mut Writer),
    ) {
        let (from, end) = match self.known.get(&(column, content.clone())) {
            Some(span) => *span,
            None => {
                let from = self.to.rows(column_of_table);
                write(&mut self.to);
                let end = self.to.rows(column_of_table);
                self.known.insert((column, content), (from, end));
                (from, end)
            }
        };
        self.to.span(column, from..end);
    }
}

/// A bit for each device: desktop 1, mobile 2, television 4.
fn devices(scope: &Scope<DeviceClass>) -> u8 {
    match scope {
        Scope::Any => ANY_DEVICE,
        Scope::Only(set) => set.iter().map(|device| device_bit(*device)).sum(),
    }
}

pub(crate) fn device_bit(device: DeviceClass) -> u8 {
    match device {
        DeviceClass::Desktop => 1,
        DeviceClass::Mobile => 2,
        DeviceClass::Tv => 4,
    }
}
