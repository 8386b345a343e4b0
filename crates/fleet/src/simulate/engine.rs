//! Instances that boot, serve and go, a minute at a time, under a policy.

use super::chance::Chance;

/// How long an instance takes from its launch until it serves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boot {
    /// Minutes, the median.
    pub minutes: u32,
    /// Standard deviation of the logarithm of what it really takes; 0 is a clock.
    pub spread: f64,
    /// Share of launches that come to nothing, which shows only when they should have been ready.
    pub failing: f64,
}

impl Boot {
    /// Always the same, and never failing.
    pub fn exact(minutes: u32) -> Self {
        Self { minutes, spread: 0.0, failing: 0.0 }
    }
}

/// What a policy may look at when it decides.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The minute that begins now, counted from the start of the series.
    pub minute: usize,
    /// Offered load of all minutes before this one, in instances' worth; a minute without a measurement is NaN.
    pub load: &'a [f64],
    /// The last load that was measured.
    pub last: f64,
    /// Instances that serve.
    pub ready: u32,
    /// Instances that were launched and do not serve yet.
    pub booting: u32,
}

impl Seen<'_> {
    /// Serving and booting.
    pub fn total(&self) -> u32 {
        self.ready + self.booting
    }
}

/// Decides once a minute how many instances there shall be.
pub trait Policy {
    /// Serving and booting together. More than there are: the difference is launched. Fewer: those that boot are given up
    /// first, then serving ones leave at once.
    fn want(&mut self, seen: &Seen<'_>) -> u32;
}

/// What a run cost and what it turned away, counted from a given minute on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    /// Minutes counted.
    pub minutes: u64,
    /// Paid minutes of instances, booting included.
    pub instance_minutes: u64,
    /// Load offered, in instances' worth times minutes.
    pub offered: f64,
    /// Of that, what found no instance.
    pub shed: f64,
    /// Minutes in which anything was turned away.
    pub short_minutes: u64,
    /// Launches, failed ones included.
    pub launches: u64,
    /// Load that waited longer than [`super::latency::GOAL`] times the service time; 0 where nobody asked.
    pub slow: f64,
}

impl Outcome {
    /// Hours paid for.
    pub fn hours(&self) -> f64 {
        self.instance_minutes as f64 / 60.0
    }

    /// Share of the load turned away.
    pub fn shed_share(&self) -> f64 {
        if self.offered > 0.0 { self.shed / self.offered } else { 0.0 }
    }

    /// Share of the served load that waited too long.
    pub fn slow_share(&self) -> f64 {
        let served = self.offered - self.shed;
        if served > 0.0 { self.slow / served } else { 0.0 }
    }
}

/// What a run is made of, policy apart.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Offered load by the minute, in instances' worth. NaN: nobody knows; neither cost nor load of that minute count.
    pub load: &'a [f64],
    /// Minutes before this one are lived through but not counted.
    pub from: usize,
    /// Boot times.
    pub boot: Boot,
    /// Seed of boot times and failures.
    pub seed: u64,
    /// Whether waiting is worked out as well; most runs only look for a knob.
    pub waits: bool,
    /// Ends once more than this was turned away: who only asks whether a goal is kept need not see the end.
    pub enough: f64,
}

/// The most instances that a policy gets, whatever it asks for.
pub const MAX_INSTANCES: u32 = 100_000;

impl Run<'_> {
    /// Runs the policy to the end. `watch` is told minute, serving, booting for each.
    pub fn with(&self, policy: &mut dyn Policy, mut watch: impl FnMut(usize, u32, u32)) -> Outcome {
        let mut out = Outcome::default();
        let mut last = self.load.iter().copied().find(|load| !load.is_nan()).unwrap_or(0.0);
        // Both the policies and the bounds begin with what the first minute needs.
        let mut ready = (last.ceil() as u32).clamp(1, MAX_INSTANCES);
        let mut yard = Yard::new(self.boot, self.seed);
        for (minute, &load) in self.load.iter().enumerate() {
            ready += yard.arrived(minute);
            let seen = Seen { minute, load: &self.load[..minute], last, ready, booting: yard.booting };
            let want = policy.want(&seen).clamp(1, MAX_INSTANCES);
            let total = ready + yard.booting;
            let counted = minute >= self.from && !load.is_nan();
            if want > total {
                yard.launch(minute, want - total);
                out.launches += u64::from(want - total) * u64::from(counted);
            } else {
                let gone = yard.give_up(total - want);
                ready -= total - want - gone;
            }
            watch(minute, ready, yard.booting);
            if !load.is_nan() {
                last = load;
            }
            if counted {
                let shed = (load - f64::from(ready)).max(0.0);
                out.minutes += 1;
                out.instance_minutes += u64::from(ready + yard.booting);
                out.offered += load;
                out.shed += shed;
                out.short_minutes += u64::from(shed > 0.0);
                if out.shed > self.enough {
                    break;
                }
                if self.waits {
                    out.slow += super::latency::slow_share(load, ready) * (load - shed);
                }
            }
        }
        out
    }
}

/// Instances between launch and service.
struct Yard {
    boot: Boot,
    chance: Chance,
    /// By the minute they will be ready, modulo its length: how many come, and how many will be found to have failed.
    due: Vec<(u32, u32)>,
    booting: u32,
}

impl Yard {
    fn new(boot: Boot, seed: u64) -> Self {
        // Four standard deviations late, and then cut: an engine gives up on a launch as well.
        let slots = (f64::from(boot.minutes) * (4.0 * boot.spread).exp()).ceil() as usize + 2;
        Self { boot, chance: Chance::new(seed ^ 0x626f_6f74), due: vec![(0, 0); slots], booting: 0 }
    }

    fn arrived(&mut self, minute: usize) -> u32 {
        let slot = minute % self.due.len();
        let (came, failed) = std::mem::take(&mut self.due[slot]);
        self.booting -= came + failed;
        came
    }

    fn launch(&mut self, minute: usize, count: u32) {
        self.booting += count;
        let slots = self.due.len();
        if self.boot.spread == 0.0 && self.boot.failing == 0.0 {
            self.due[(minute + self.boot.minutes as usize) % slots].0 += count;
            return;
        }
        for _ in 0..count {
            let took = f64::from(self.boot.minutes) * (self.boot.spread * self.chance.normal()).exp();
            let slot = (minute + (took.round() as usize).clamp(1, slots - 1)) % slots;
            if self.chance.uniform() < self.boot.failing {
                self.due[slot].1 += 1;
            } else {
                self.due[slot].0 += 1;
            }
        }
    }

    /// Gives up to `count` of those that boot, the latest first; how many it were.
    fn give_up(&mut self, count: u32) -> u32 {
        let mut left = count.min(self.booting);
        let gone = left;
        // Which slot is the latest does not matter much with a spread; walk all, fullest wait last.
        for due in self.due.iter_mut().rev() {
            if left == 0 {
                break;
            }
            let failed = due.1.min(left);
            due.1 -= failed;
            left -= failed;
            let came = due.0.min(left);
            due.0 -= came;
            left -= came;
        }
        self.booting -= gone;
        gone
    }
}
