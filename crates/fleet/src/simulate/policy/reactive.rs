//! The peers that look at the load as it is: a constant, Kubernetes' HorizontalPodAutoscaler, AWS target tracking.

use std::collections::VecDeque;

use crate::simulate::engine::{Policy, Seen};

/// The same number of instances at all times.
#[derive(Debug, Clone)]
pub struct Static(pub u32);

impl Policy for Static {
    fn want(&mut self, _: &Seen<'_>) -> u32 {
        self.0
    }
}

/// The greatest of the last so many numbers, in constant time.
#[derive(Debug, Clone)]
pub struct Highest {
    window: usize,
    pushed: usize,
    falling: VecDeque<(usize, u32)>,
}

impl Highest {
    /// Of the last `window` numbers, at least one.
    pub fn new(window: usize) -> Self {
        Self { window: window.max(1), pushed: 0, falling: VecDeque::new() }
    }

    /// Takes a number and says the greatest.
    pub fn push(&mut self, number: u32) -> u32 {
        while self.falling.back().is_some_and(|(_, last)| *last <= number) {
            self.falling.pop_back();
        }
        self.falling.push_back((self.pushed, number));
        self.pushed += 1;
        while self.falling.front().is_some_and(|(at, _)| at + self.window < self.pushed) {
            self.falling.pop_front();
        }
        self.falling.front().map_or(number, |(_, greatest)| *greatest)
    }
}

/// The Kubernetes Authors, "Horizontal Pod Autoscaling", sections "Algorithm details" and "Configurable scaling behavior",
/// <https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/>, as of 2026:
/// `desired = ceil(current * metric / target)`, nothing within the tolerance (0.1, configurable since 1.33, KEP-4951),
/// scale-down to the highest of what was desired within the stabilisation window (300 s). The default scale-up policies
/// (double, or four pods, per 15 s) never bind on a scale of minutes.
///
/// The metric is an external one with a target average value: what is offered to all, kinder than processor time, which
/// saturates. Such a metric is divided by all pods of the status, ready or not (`GetExternalPerPodMetricReplicas` in
/// kubernetes/kubernetes, `pkg/controller/podautoscaler/replica_calculator.go`), so that `current` is all of them. That pods
/// which are not ready are set aside, and count as idle when it scales up, is the rule for metrics of pods, not for this one.
#[derive(Debug, Clone)]
pub struct Hpa {
    target: f64,
    tolerance: f64,
    stable: Highest,
}

impl Hpa {
    /// Target utilisation, tolerance, and minutes of the scale-down window.
    pub fn new(target: f64, tolerance: f64, window: usize) -> Self {
        Self { target, tolerance, stable: Highest::new(window + 1) }
    }
}

impl Policy for Hpa {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        let total = seen.total();
        let ratio = seen.last / (f64::from(total) * self.target);
        let desired = if (ratio - 1.0).abs() <= self.tolerance {
            total
        } else {
            (seen.last / self.target).ceil() as u32
        };
        let stable = self.stable.push(desired);
        if desired >= total { desired } else { stable.min(total) }
    }
}

/// Amazon Web Services, *Amazon EC2 Auto Scaling User Guide*, "Target tracking scaling policies for Amazon EC2 Auto Scaling",
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html>, and "Create a target tracking
/// policy using high-resolution metrics for faster response",
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/policy-creating-high-resolution-metrics.html>, as of 2026. A policy
/// keeps two CloudWatch alarms, high when the metric was over the target in 3 consecutive minutes, low when it was under 90%
/// of the target in 15 (what the alarms that it makes say; the guide itself says "usually more than 10% lower"); it scales out
/// in proportion, and counts warming instances as capacity already ordered. Whether scale-in waits for those is swept.
#[derive(Debug, Clone)]
pub struct TargetTracking {
    target: f64,
    out_after: u32,
    in_after: u32,
    /// Whether scale-in waits until nothing boots.
    patient: bool,
    high: u32,
    low: u32,
}

impl TargetTracking {
    /// Target utilisation; minutes over it before it scales out, minutes under it before it scales in; whether it waits
    /// with scaling in while instances warm up.
    pub fn new(target: f64, out_after: u32, in_after: u32, patient: bool) -> Self {
        Self { target, out_after, in_after, patient, high: 0, low: 0 }
    }
}

impl Policy for TargetTracking {
    fn want(&mut self, seen: &Seen<'_>) -> u32 {
        let total = seen.total();
        let metric = seen.last / f64::from(seen.ready.max(1));
        self.high = if metric > self.target { self.high + 1 } else { 0 };
        self.low = if metric < self.target * 0.9 { self.low + 1 } else { 0 };
        let desired = (seen.last / self.target).ceil() as u32;
        if self.high >= self.out_after {
            return desired.max(total);
        }
        if self.low >= self.in_after && !(self.patient && seen.booting > 0) {
            self.low = 0;
            return desired.min(total);
        }
        total
    }
}
