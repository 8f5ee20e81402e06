//! Plots, as SVG: lines over days, and bars by creator.
//!
//! Owns scales and coordinates; the page's template has the elements. Coordinates are only places
//! on paper: the exact numbers are printed beside them.

/// The paper a plot of lines is on, in the units of its coordinates.
pub const WIDTH: f64 = 640.0;
/// See [`WIDTH`].
pub const HEIGHT: f64 = 200.0;
/// Ticks on an axis, at the most.
const TICKS: i64 = 4;

/// A line over days.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it shows.
    pub name: &'static str,
    /// Class of its colour.
    pub class: &'static str,
    /// Its points, as the path of an SVG: `M0,200L640,0`.
    pub path: String,
    /// Where its last point is.
    pub end: (f64, f64),
    /// Its last value, spelled.
    pub last: String,
}

/// A line across the plot with a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Tick {
    /// From the top.
    pub y: f64,
    /// The value, spelled.
    pub label: String,
}

/// Lines over days, on one scale.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The lines.
    pub series: Vec<Series>,
    /// Values across.
    pub ticks: Vec<Tick>,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
}

/// Values over days, to become a line.
pub struct Values<'a> {
    /// What they are.
    pub name: &'static str,
    /// Class of the line's colour.
    pub class: &'static str,
    /// A value for each day.
    pub values: &'a [i64],
}

/// Draws sums over days: each holds until the next day. Spells the last values, and those of ticks.
pub fn lines(
    days: &[i64],
    names: (String, String),
    all: &[Values<'_>],
    spell: impl Fn(i64) -> String,
    spell_tick: impl Fn(i64) -> String,
) -> Lines {
    let values = || all.iter().flat_map(|one| one.values.iter().copied());
    let (low, high) = (
        values().min().unwrap_or(0).min(0),
        values().max().unwrap_or(0).max(1),
    );
    let (first, last) = (
        days.first().copied().unwrap_or(0),
        days.last().copied().unwrap_or(0),
    );
    let x = |day: i64| match last - first {
        0 => WIDTH,
        span => (day - first) as f64 / span as f64 * WIDTH,
    };
    let y = |value: i64| (high - value) as f64 / (high - low) as f64 * HEIGHT;
    let series = all.iter().map(|one| {
        let mut path = format!("M0,{:.1}", y(0));
        let mut before = y(0);
        for (day, value) in days.iter().zip(one.values) {
            let (x, y) = (x(*day), y(*value));
            path.push_str(&format!("L{x:.1},{before:.1}L{x:.1},{y:.1}"));
            before = y;
        }
        path.push_str(&format!("L{WIDTH:.1},{before:.1}"));
        Series {
            name: one.name,
            class: one.class,
            path,
            end: (WIDTH, before),
            last: spell(one.values.last().copied().unwrap_or(0)),
        }
    });
    let ticks = ticks(low, high).into_iter().map(|value| Tick {
        y: y(value),
        label: spell_tick(value),
    });
    Lines {
        series: series.collect(),
        ticks: ticks.collect(),
        from: names.0,
        until: names.1,
    }
}

/// Round values from `low` to `high`, including 0.
fn ticks(low: i64, high: i64) -> Vec<i64> {
    let span = i128::from(high) - i128::from(low);
    let mut step: i128 = 1;
    while span / step > i128::from(TICKS) {
        // 1, 2, 5, 10, 20, 50 …
        step = match step.to_string().as_bytes()[0] {
            b'2' => step / 2 * 5,
            _ => step * 2,
        };
    }
    let first = i128::from(low).div_euclid(step);
    let last = i128::from(high).div_euclid(step);
    (first..=last)
        .map(|times| times * step)
        .filter(|value| *value >= i128::from(low))
        .filter_map(|value| i64::try_from(value).ok())
        .collect()
}

/// A bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Whose it is.
    pub name: String,
    /// Its value, spelled.
    pub label: String,
    /// Where it begins, in hundredths of the width.
    pub x: f64,
    /// How long it is, in hundredths of the width.
    pub width: f64,
    /// Whether its value is negative.
    pub is_negative: bool,
}

/// Draws bars on one scale, which includes 0. Bars without a value have no length.
pub fn bars(all: impl IntoIterator<Item = (String, String, Option<i64>)>) -> Vec<Bar> {
    let all: Vec<_> = all.into_iter().collect();
    let values = || all.iter().filter_map(|(_, _, value)| *value);
    let (low, high) = (
        values().min().unwrap_or(0).min(0),
        values().max().unwrap_or(0).max(0),
    );
    let span = (high as f64 - low as f64).max(1.0);
    let zero = -(low as f64) / span * 100.0;
    let bar = |(name, label, value): (String, String, Option<i64>)| {
        let width = value.map_or(0.0, |value| (value as f64).abs() / span * 100.0);
        let is_negative = value.is_some_and(|value| value < 0);
        let x = if is_negative { zero - width } else { zero };
        Bar {
            name,
            label,
            x,
            width,
            is_negative,
        }
    };
    all.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(0, 1), [0, 1]);
        assert_eq!(ticks(0, 100), [0, 50, 100]);
        assert_eq!(ticks(-30, 170), [0, 50, 100, 150]);
        assert_eq!(ticks(0, 9_000), [0, 2_000, 4_000, 6_000, 8_000]);
        assert!(ticks(i64::MIN, i64::MAX).len() <= 6);
    }

    #[test]
    fn lines_hold_until_the_next_day_and_fit_the_paper() {
        let values = [Values {
            name: "cost",
            class: "cost",
            values: &[10, 40],
        }];
        let spell = |value: i64| value.to_string();
        let names = ("a".into(), "b".into());
        let drawn = lines(&[0, 4], names, &values, spell, |value| format!("{value}!"));
        let ticks: Vec<_> = drawn.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(ticks, ["0!", "10!", "20!", "30!", "40!"]);
        assert_eq!(
            drawn.series[0].path,
            "M0,200.0L0.0,200.0L0.0,150.0L640.0,150.0L640.0,0.0L640.0,0.0"
        );
        assert_eq!(drawn.series[0].last, "40");
    }

    #[test]
    fn bars_start_at_zero() {
        let bar = |value| (String::new(), String::new(), value);
        let drawn = bars([bar(Some(300)), bar(Some(-100)), bar(None)]);
        let places: Vec<_> = drawn.iter().map(|bar| (bar.x, bar.width)).collect();
        assert_eq!(places, [(25.0, 75.0), (0.0, 25.0), (25.0, 0.0)]);
    }
}
