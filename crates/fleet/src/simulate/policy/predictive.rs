//! The peers that forecast: AWS predictive scaling by the hour, and a level with a slope.

use super::reactive::{Highest, TargetTracking};
use crate::simulate::engine::{Policy, Seen};

const HOUR: usize = 60;
const DAY: usize = 24 * HOUR;

/// Amazon Web Services, *Amazon EC2 Auto Scaling User Guide*, "How predictive scaling works",
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/predictive-scaling-policy-overview.html>, as of 2026: from up to
/// 14 days of history (24 hours at the least) an hourly forecast for the next 48 hours, made anew every 6 hours; capacity is
/// raised at the start of the hour, or `SchedulingBufferTime` earlier; it never scales in, which is left to a dynamic policy
/// beside it, as its pages advise: [`TargetTracking`]. The vendor's model is not published; here an hour is forecast from the
/// same hours of the last 14 days, those of the same weekday counting more, times how today and yesterday went against theirs.
#[derive(Debug)]
pub struct AwsPredictive {
    target: f64,
    buffer: usize,
    same_weekday: f64,
    dynamic: TargetTracking,
    hourly: Vec<f64>,
    forecast: Vec<f64>,
    made_at: usize,
}

impl AwsPredictive {
    /// Target utilisation, minutes of scheduling buffer, the weight of the same weekday against another's one, and the
    /// dynamic policy.
    pub fn new(target: f64, buffer: usize, same_weekday: f64, dynamic: TargetTracking) -> Self {
        Self { target, buffer, same_weekday, dynamic, hourly: Vec::new(), forecast: Vec::new(), made_at: 0 }
    }

    fn predict(&self, hour: usize) -> f64 {
        let known = self.hourly.len();
        let (mut sum, mut weight) = (0.0, 0.0);
        for back in 1..=14 {
            let Some(then) = hour.checked_sub(back * 24).filter(|then| *then < known) else { continue };
            let w = if back % 7 == 0 { self.same_weekday } else { 1.0 };
            sum += w * self.hourly[then];
            weight += w;
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    }

    fn learn(&mut self, seen: &Seen<'_>) {
        if seen.minute.is_multiple_of(HOUR) && seen.minute >= HOUR {
            let hour = &seen.load[seen.minute - HOUR..];
            let (sum, count) = hour.iter().filter(|x| !x.is_nan()).fold((0.0, 0), |(s, n), x| (s + x, n + 1));
            self.hourly.push(if count > 0 { sum / f64::from(count) } else { seen.last });
        }
        if seen.minute >= DAY && seen.minute.is_multiple_of(6 * HOUR) {
            let hour = self.hourly.len();
            let (mut was, mut said) = (0.0, 0.0);
            for back in 1..=24.min(hour.saturating_sub(24)) {
                was += self.hourly[hour - back];
                said += self.predict(hour - back);
            }
            let level = if said > 0.0 { (was / said).clamp(0.5, 2.0) } else { 1.0 };
            self.forecast = (hour..hour + 48).map(|hour| level * self.predict(hour)).collect();
            self.made_at = hour;
        }
    }

    fn floor(&self, minute: usize) -> u32 {
        let at = |minute: usize| self.forecast.get((minute / HOUR).wrapping_sub(self.made_at)).copied();
        let load = at(minute).unwrap_or(0.0).max(at(minute + self.buffer).unwrap_or(0.0));
        (load / self.target).ceil() as u32
    }
}

impl Policy for AwsPredictive {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        self.learn(seen);
        self.dynamic.want(seen).max(self.floor(seen.minute))
    }
}

/// Holt's linear method: no vendor's, but what a scaler made in-house comes to. R. J. Hyndman and G. Athanasopoulos,
/// *Forecasting: Principles and Practice*, 3rd edition, OTexts 2021, section 8.2, <https://otexts.com/fpp3/holt.html>. The rule:
/// `level = α load + (1 - α) (level + slope)`, `slope = β (level - level before) + (1 - β) slope`, and so many instances as
/// `pad * (level + max(slope, 0) * ahead)` rounded up, `ahead` a swept multiple of the time from a launch to service; fewer only
/// after the need was lower for a while. (J. Thomperoo's predictive-horizontal-pod-autoscaler, 2023,
/// <https://github.com/jthomperoo/predictive-horizontal-pod-autoscaler>, offers a line and Holt-Winters over replica counts with
/// such a look-ahead; a season of a week in minutes is beyond what it keeps, so that its line is the nearer relative.)
#[derive(Debug, Clone)]
pub struct LevelSlope {
    pad: f64,
    alpha: f64,
    beta: f64,
    ahead: f64,
    stable: Highest,
    state: Option<(f64, f64)>,
}

impl LevelSlope {
    /// Pad, smoothing of level and slope, minutes looked ahead, minutes of lower need before it scales in.
    pub fn new(pad: f64, alpha: f64, beta: f64, ahead: f64, window: usize) -> Self {
        Self { pad, alpha, beta, ahead, stable: Highest::new(window + 1), state: None }
    }
}

impl Policy for LevelSlope {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        let (level, slope) = match self.state {
            None => (seen.last, 0.0),
            Some((level, slope)) => {
                let next = self.alpha * seen.last + (1.0 - self.alpha) * (level + slope);
                (next, self.beta * (next - level) + (1.0 - self.beta) * slope)
            }
        };
        self.state = Some((level, slope));
        let ahead = level + slope.max(0.0) * self.ahead;
        let need = (self.pad * ahead.max(0.0)).ceil() as u32;
        self.stable.push(need)
    }
}
