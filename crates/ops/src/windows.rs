//! Windows for the judge: what two instances have counted between two looks.

use std::collections::BTreeMap;

use fleet::judge::{Answers, Histogram, Sample, Window};

/// The last count of each instance. In memory only: a new controller begins with a look, and loses one window.
#[derive(Debug, Default)]
pub(crate) struct Windows(BTreeMap<String, Sample>);

impl Windows {
    /// The window that ends now; `None` when an instance is looked at for the first time, so that no window has begun.
    pub fn end(&mut self, canary: (&str, Option<Sample>), control: (&str, Option<Sample>)) -> Option<Window> {
        let known = self.0.contains_key(canary.0) && self.0.contains_key(control.0);
        self.0.retain(|name, _| name == canary.0 || name == control.0);
        let mut arm = |(name, now): (&str, Option<Sample>)| {
            // Without an answer the last count stands: what came meanwhile is in the next window that can be read.
            let now = now?;
            let before = self.0.insert(name.to_owned(), now.clone());
            between(&before?, &now)
        };
        let silent = canary.1.is_none() || control.1.is_none();
        let window = Window { canary: arm(canary), control: arm(control) };
        (known || silent).then_some(window)
    }
}

/// What was counted between two counts; `None` if they are not of the same thing: a counter never falls.
fn between(before: &Sample, now: &Sample) -> Option<Sample> {
    let mut paths = BTreeMap::new();
    for (path, now) in &now.paths {
        let before = before.paths.get(path).copied().unwrap_or_default();
        let requests = now.requests.checked_sub(before.requests)?;
        let errors = now.errors.checked_sub(before.errors)?;
        if requests > 0 {
            paths.insert(path.clone(), Answers { requests, errors });
        }
    }
    let mut latency = Histogram { bounds: now.latency.bounds.clone(), counts: now.latency.counts.clone() };
    if before.latency.bounds != now.latency.bounds && !before.latency.bounds.is_empty() {
        return None;
    }
    for (count, before) in latency.counts.iter_mut().zip(&before.latency.counts) {
        *count = count.checked_sub(*before)?;
    }
    Some(Sample { age_s: now.age_s, paths, latency, gauges: now.gauges.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(requests: u64, errors: u64) -> Option<Sample> {
        let mut latency = Histogram::doubling(500, 4);
        latency.counts[1] = requests;
        let paths = [("/".to_owned(), Answers { requests, errors })].into();
        Some(Sample { age_s: requests, paths, latency, gauges: BTreeMap::new() })
    }

    #[test]
    fn a_window_is_what_came_between_two_looks() {
        let mut windows = Windows::default();
        let mut end = |canary, control| windows.end(("a", canary), ("b", control));
        assert_eq!(end(counted(10, 1), counted(10, 0)), None, "it begins");
        let window = end(counted(30, 3), counted(25, 0)).unwrap();
        let total = |sample: Option<Sample>| sample.map(|sample| sample.total());
        assert_eq!(total(window.canary), Some(Answers { requests: 20, errors: 2 }));
        assert_eq!(total(window.control), Some(Answers { requests: 15, errors: 0 }));
        let silent = end(None, counted(30, 0)).unwrap();
        assert_eq!((silent.canary, total(silent.control).unwrap().requests), (None, 5));
        let back = end(counted(50, 3), counted(40, 0)).unwrap();
        assert_eq!(total(back.canary).unwrap().requests, 20, "what was not read is not lost");
        let anew = end(counted(5, 0), counted(50, 0)).unwrap();
        assert_eq!(anew.canary, None, "a counter that falls is another process's");
    }
}
