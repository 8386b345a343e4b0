//! Lines in a frame, as SVG.

use std::fmt::Write;

/// One line of a chart.
pub struct Line<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// A CSS colour.
    pub colour: &'a str,
    /// Points, in the chart's units.
    pub points: Vec<(f64, f64)>,
    /// A place of its own, shown as a ring; the points of a line that has one are marked.
    pub ring: Option<(f64, f64)>,
}

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 28.0;

/// A chart. `tick` turns a place on the x axis into its label.
pub fn chart(title: &str, axes: (&str, &str), lines: &[Line<'_>], tick: impl Fn(f64) -> String) -> String {
    let points = || {
        lines
            .iter()
            .flat_map(|line| line.points.iter().chain(&line.ring))
            .filter(|(x, y)| x.is_finite() && y.is_finite())
    };
    let span = |of: fn(&(f64, f64)) -> f64| {
        let (low, high) = points().map(of).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        if low < high { (low, high) } else { (low.min(0.0), low.max(0.0) + 1.0) }
    };
    let ((x0, x1), (y0, y1)) = (span(|p| p.0), span(|p| p.1));
    let px = |x: f64| LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - 12.0);
    let py = |y: f64| HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - BOTTOM - TOP);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\"><title>{0}</title>",
        escape(title)
    );
    for step in 0..=4 {
        let part = f64::from(step) / 4.0;
        let (x, y) = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {0:.1}H{1}\"/><text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{4:.0}</text>\
             <text x=\"{5:.1}\" y=\"{6}\" text-anchor=\"middle\">{7}</text>",
            py(y),
            WIDTH - 12.0,
            LEFT - 6.0,
            py(y) + 4.0,
            y,
            px(x),
            HEIGHT - BOTTOM + 16.0,
            escape(&tick(x))
        );
    }
    for (at, line) in lines.iter().enumerate() {
        let mut path = String::new();
        for (x, y) in line.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
            let _ = write!(path, "{}{:.1} {:.1}", if path.is_empty() { 'M' } else { 'L' }, px(*x), py(*y));
            if line.ring.is_some() {
                let _ = write!(
                    svg,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{}\"/>",
                    px(*x),
                    py(*y),
                    line.colour
                );
            }
        }
        if let Some((x, y)) = line.ring.filter(|(x, y)| x.is_finite() && y.is_finite()) {
            let _ = write!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"7\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>",
                px(x),
                py(y),
                line.colour
            );
        }
        let legend = LEFT + (WIDTH - LEFT) / lines.len().max(7) as f64 * at as f64;
        let _ = write!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{0}\" stroke-width=\"1.6\"/>\
             <path d=\"M{legend} 12h18\" stroke=\"{0}\" stroke-width=\"3\"/><text x=\"{1}\" y=\"16\">{2}</text>",
            line.colour,
            legend + 24.0,
            escape(line.name)
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
         <text transform=\"translate(12 {}) rotate(-90)\" text-anchor=\"middle\">{}</text></svg>",
        (LEFT + WIDTH) / 2.0,
        HEIGHT - 6.0,
        escape(axes.0),
        HEIGHT / 2.0,
        escape(axes.1)
    );
    svg
}

/// Text for HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
