use std::collections::BTreeSet;

use domain::{BrandId, DeviceClass, PlanId, Scope, Territories, Territory, Timestamp, Window};

use super::{
    fields::{self, Fields},
    gather::{Gathered, Kind, PlanUse, Readers, unique},
    report::{Report, quote},
    yaml::{Node, Value},
};

const WINDOW: &[&str] = &["brands", "territories", "plans", "devices", "from", "until", "max_height"];
/// Windows of one title: more means that a table of dates was taken for windows.
const MAX_WINDOWS: usize = 200;

/// The windows of a title or an episode.
pub(crate) fn windows(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Vec<Window> {
    let example = "[{brands: [harbour], territories: world, from: 2026-01-01T00:00:00Z}]";
    let items = fields::list(node, example, report);
    if items.len() > MAX_WINDOWS {
        report.error(node.at, format!("{} windows: at most {MAX_WINDOWS} are allowed", items.len()));
        return Vec::new();
    }
    items.iter().filter_map(|item| window(item, gathered, report)).collect()
}

fn window(node: &Node, gathered: &mut Gathered, report: &mut Report) -> Option<Window> {
    let fields = Fields::of(node, "a window", WINDOW, report)?;
    let brands = fields.need("brands", report).and_then(|node| match is_word(node, "any") {
        true => Some(Scope::Any),
        false => only(gathered.ids::<BrandId>(node, Kind::Brand, report), node, report),
    });
    let territories = fields.need("territories", report).and_then(|node| territories(node, report));
    let plans = match fields.get("plans", report) {
        None => Some(Scope::Any),
        Some(node) if is_word(node, "any") => Some(Scope::Any),
        Some(node) => {
            let plans = gathered.ids::<PlanId>(node, Kind::Plan, report);
            let readers = match &brands {
                Some(Scope::Only(brands)) => Readers::These(brands.clone()),
                _ => Readers::Every,
            };
            for (plan, at) in &plans {
                gathered.plan_uses.push(PlanUse { plan: plan.clone(), at: *at, brands: readers.clone() });
            }
            only(plans, node, report)
        }
    };
    let devices = match fields.get("devices", report) {
        None => Some(Scope::Any),
        Some(node) if is_word(node, "any") => Some(Scope::Any),
        Some(node) => devices(node, report),
    };
    let from = fields.need("from", report).and_then(|node| instant(node, report));
    let until = fields.get("until", report).map(|node| instant(node, report));
    if let (Some(from), Some(Some(until))) = (from, until)
        && until <= from
    {
        report
            .error(fields.place("until"), format!("the window ends ({until}) before it starts ({from})"))
            .related("it starts here", fields.place("from"))
            .help("`until` must be later than `from`; leave it out for a window without an end");
    }
    let max_height = fields.get("max_height", report).map(|node| fields::number(node, 144..=8_640, report));
    Some(Window {
        brands: brands?,
        territories: territories?,
        plans: plans?,
        devices: devices?,
        from: from?,
        until: match until {
            Some(until) => Some(until?),
            None => None,
        },
        max_height: match max_height {
            Some(height) => Some(u16::try_from(height?).ok()?),
            None => None,
        },
    })
}

fn is_word(node: &Node, word: &str) -> bool {
    matches!(&node.value, Value::Scalar { text, .. } if text == word)
}

/// An empty list would fit nobody: it is never what was meant.
fn only<T: Ord>(list: Vec<(T, super::place::Place)>, node: &Node, report: &mut Report) -> Option<Scope<T>> {
    if let Value::List(items) = &node.value
        && items.is_empty()
    {
        report.error(node.at, "an empty list lets nobody in").help("name at least one, or write `any`");
    }
    let set: BTreeSet<T> = list.into_iter().map(|(value, _)| value).collect();
    (!set.is_empty()).then_some(Scope::Only(set))
}

fn territories(node: &Node, report: &mut Report) -> Option<Territories> {
    const EXAMPLE: &str = "world, {only: [KR, JP]} or {except: [US]}";
    match &node.value {
        _ if is_word(node, "world") => Some(Territories::World),
        Value::Map(_) => {
            let fields = Fields::of(node, "territories", &["only", "except"], report)?;
            let set = |node, report: &mut Report| {
                let found = unique::<Territory>(node, "[KR, JP]", report);
                match only(found, node, report)? {
                    Scope::Only(set) => Some(set),
                    Scope::Any => None,
                }
            };
            match (fields.get("only", report), fields.get("except", report)) {
                (Some(node), None) => Some(Territories::Only(set(node, report)?)),
                (None, Some(node)) => Some(Territories::Except(set(node, report)?)),
                (Some(_), Some(_)) => {
                    report
                        .error(fields.place("except"), "`only` and `except` together")
                        .help("keep one of them");
                    None
                }
                (None, None) => {
                    report.error(node.at, "no territories").help(format!("write {EXAMPLE}"));
                    None
                }
            }
        }
        Value::Scalar { text, .. } => {
            report
                .error(node.at, format!("{} is no set of territories", quote(text)))
                .help(format!("write {EXAMPLE}"));
            None
        }
        Value::List(_) => {
            report
                .error(node.at, "a bare list of territories")
                .help(format!("say which is meant: {EXAMPLE}"));
            None
        }
    }
}

fn devices(node: &Node, report: &mut Report) -> Option<Scope<DeviceClass>> {
    let classes =
        [("desktop", DeviceClass::Desktop), ("mobile", DeviceClass::Mobile), ("tv", DeviceClass::Tv)];
    let items = fields::list(node, "[desktop, mobile, tv]", report);
    let found = items.iter().filter_map(|item| Some((fields::choice(item, &classes, report)?, item.at)));
    let found: Vec<_> = found.collect();
    only(found, node, report)
}

/// Seconds of the years that a window may lie in: outside them somebody mistyped, and arithmetic stays far from overflow.
const YEARS: (&str, &str) = ("1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z");

fn instant(node: &Node, report: &mut Report) -> Option<Timestamp> {
    let at: Timestamp = fields::value(node, "2026-01-01T00:00:00Z", report)?;
    let outside = |edge: &str, wrong: fn(&Timestamp, &Timestamp) -> bool| {
        Timestamp::parse(edge).is_ok_and(|edge| wrong(&at, &edge))
    };
    if outside(YEARS.0, Timestamp::lt) || outside(YEARS.1, Timestamp::ge) {
        report
            .error(node.at, format!("{at} is outside the years 1900 to 2199"))
            .help("is the year mistyped?");
        return None;
    }
    Some(at)
}
