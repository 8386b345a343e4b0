use std::collections::BTreeSet;

use domain::{BrandId, DeviceClass, PlanId, Scope, Territories, Territory, Timestamp, Window};

use crate::{
    build::{ANY_DEVICE, device_bit},
    format::{Columns, schema::windows::*},
};

/// The windows of a row.
///
/// A value that cannot be (a country that left ISO 3166 since) narrows the window and never widens it.
pub(crate) fn decode(columns: Columns<'_>, row: u32) -> Box<[Window]> {
    columns.span(LIST, row).map(|row| window(columns, row)).collect()
}

fn window(columns: Columns<'_>, row: u32) -> Window {
    let countries = || countries(columns, row);
    Window {
        brands: scope(columns, row, (BRANDS_ANY, BRANDS, BRAND_ID), |id| BrandId::new(id).ok()),
        territories: match columns.u8(TERRITORIES_KIND, row) {
            0 => Territories::World,
            1 => Territories::Only(countries()),
            _ => Territories::Except(countries()),
        },
        plans: scope(columns, row, (PLANS_ANY, PLANS, PLAN_ID), |id| PlanId::new(id).ok()),
        devices: devices(columns.u8(DEVICES, row)),
        from: Timestamp(columns.i64(FROM, row)),
        until: (columns.u8(ENDS, row) == 1).then(|| Timestamp(columns.i64(UNTIL, row))),
        max_height: (columns.u8(LIMITED, row) == 1).then(|| columns.u16(MAX_HEIGHT, row)),
    }
}

fn countries(columns: Columns<'_>, row: u32) -> BTreeSet<Territory> {
    let codes = columns.span(TERRITORIES, row).map(|row| columns.bytes::<2>(TERRITORY_CODE, row));
    codes.filter_map(|code| Territory::new(std::str::from_utf8(&code).ok()?).ok()).collect()
}

fn scope<T: Ord>(
    columns: Columns<'_>,
    row: u32,
    (any, list, ids): (usize, usize, usize),
    parse: impl Fn(&str) -> Option<T>,
) -> Scope<T> {
    if columns.u8(any, row) == 1 {
        return Scope::Any;
    }
    let ids = columns.span(list, row).filter_map(|row| columns.text(ids, row));
    Scope::Only(ids.filter_map(parse).collect())
}

fn devices(bits: u8) -> Scope<DeviceClass> {
    if bits == ANY_DEVICE {
        return Scope::Any;
    }
    let all = [DeviceClass::Desktop, DeviceClass::Mobile, DeviceClass::Tv];
    Scope::Only(all.into_iter().filter(|device| bits & device_bit(*device) != 0).collect())
}
