//! Encoders are not there for a load but for deadlines: a premiere's ladder must be ready when it opens.

use domain::Timestamp;

/// Jobs of one deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// Minutes of one instance that they take.
    pub minutes: f64,
    /// When they must be finished; `None`: whenever.
    pub by: Option<Timestamp>,
    /// Whose, for the reason.
    pub name: String,
}

/// A job without a deadline is finished within so many minutes.
const WHENEVER: f64 = 240.0;

/// The fewest instances that finish everything in time when those launched now start in `lead` minutes, and what decides.
pub fn need(now: Timestamp, lead: u32, queue: &[Due]) -> (u32, String) {
    let left = |due: &Due| match due.by {
        Some(by) => (by.micros() - now.micros()) as f64 / 60e6,
        None => WHENEVER,
    };
    let mut order: Vec<&Due> = queue.iter().filter(|due| due.minutes > 0.0).collect();
    order.sort_by(|a, b| left(a).total_cmp(&left(b)));
    let (mut sum, mut need, mut why) = (0.0, 0, "the queue is empty".to_owned());
    for due in order {
        sum += due.minutes;
        // One that is late already gets what a single boot's time would take.
        let time = (left(due) - f64::from(lead)).max(1.0);
        let count = (sum / time).ceil().min(10_000.0) as u32;
        if count > need {
            need = count;
            why = format!("{:.0} min of work before {}, in {:.0} min", sum, due.name, left(due).max(0.0));
        }
    }
    (need, why)
}
