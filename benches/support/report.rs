//! Tables: what was measured, and what of it was asked for.

use crate::support::measured::Measured;
use crate::support::process::Usage;

const MIB: f64 = (1 << 20) as f64;

/// One line of what was measured; an absent figure was not measured.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What.
    pub name: String,
    /// Events or calls a second.
    pub rate: Option<f64>,
    /// Latencies in microseconds: p50, p99, p99.9.
    pub latencies: [Option<f64>; 3],
    /// Processor time of the server for one of them, in microseconds.
    pub cpu_us: Option<f64>,
    /// Events in a block, on average.
    pub group: Option<f64>,
    /// Peak resident memory of the server, in bytes.
    pub peak_bytes: Option<f64>,
}

impl Row {
    /// A line that has a name only.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// A line of calls and what they cost the server.
    pub fn of_calls(name: impl Into<String>, measured: &Measured, used: Option<Usage>) -> Self {
        let latency = |quantile| (measured.calls() > 0).then(|| measured.micros(quantile));
        let row = Self {
            rate: Some(measured.rate()),
            latencies: [0.5, 0.99, 0.999].map(latency),
            ..Self::named(name)
        };
        match used {
            Some(used) => row.with_usage(measured.calls(), used),
            None => row,
        }
    }

    /// Adds what so many calls or events cost the server.
    pub fn with_usage(self, count: u64, used: Usage) -> Self {
        Self {
            cpu_us: Some(used.cpu_us as f64 / count.max(1) as f64),
            peak_bytes: Some(used.peak_bytes as f64),
            ..self
        }
    }

    /// The same line over several runs: the median of each figure.
    pub fn median(runs: &[Self]) -> Self {
        let of = |figure: &dyn Fn(&Self) -> Option<f64>| median(runs.iter().filter_map(figure));
        Self {
            name: runs.first().map(|row| row.name.clone()).unwrap_or_default(),
            rate: of(&|row| row.rate),
            latencies: std::array::from_fn(|at| of(&|row| row.latencies[at])),
            cpu_us: of(&|row| row.cpu_us),
            group: of(&|row| row.group),
            peak_bytes: of(&|row| row.peak_bytes),
        }
    }
}

/// Prints all lines.
pub fn print_rows(rows: &[Row]) {
    println!(
        "| what | per second | p50 µs | p99 µs | p99.9 µs | CPU µs each | events a block | peak MiB |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for row in rows {
        let [p50, p99, p999] = row.latencies;
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            figure(row.rate, 0),
            figure(p50, 0),
            figure(p99, 0),
            figure(p999, 0),
            figure(row.cpu_us, 1),
            figure(row.group, 1),
            figure(row.peak_bytes.map(|bytes| bytes / MIB), 0),
        );
    }
}

/// Which side of a bound is good.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Not asked for, only told.
    Told,
}

/// One thing that was asked for.
#[derive(Clone, Debug)]
pub struct Target {
    /// What, with its unit.
    pub name: String,
    /// What is asked.
    pub bound: Bound,
    /// What was found; absent when it could not be measured.
    pub found: Option<f64>,
}

impl Target {
    /// Asks for this or more.
    pub fn at_least(name: &str, least: f64, found: impl Into<Option<f64>>) -> Self {
        Self::new(name, Bound::AtLeast(least), found.into())
    }

    /// Asks for this or less.
    pub fn at_most(name: &str, most: f64, found: impl Into<Option<f64>>) -> Self {
        Self::new(name, Bound::AtMost(most), found.into())
    }

    /// Tells a figure that nothing is asked of.
    pub fn told(name: &str, found: impl Into<Option<f64>>) -> Self {
        Self::new(name, Bound::Told, found.into())
    }

    fn new(name: &str, bound: Bound, found: Option<f64>) -> Self {
        let name = name.to_owned();
        Self { name, bound, found }
    }

    /// The same over several runs: the median.
    pub fn median(runs: &[Self]) -> Option<Self> {
        let found = median(runs.iter().filter_map(|target| target.found));
        Some(Self {
            found,
            ..runs.first()?.clone()
        })
    }

    fn verdict(&self) -> &'static str {
        match (self.bound, self.found) {
            (Bound::Told, _) => "",
            (_, None) => "not measured",
            (Bound::AtLeast(least), Some(found)) if found >= least => "met",
            (Bound::AtMost(most), Some(found)) if found <= most => "met",
            (Bound::AtLeast(_) | Bound::AtMost(_), Some(_)) => "**not met**",
        }
    }

    fn asked(&self) -> String {
        match self.bound {
            Bound::AtLeast(least) => format!("≥ {}", plain(least)),
            Bound::AtMost(most) => format!("≤ {}", plain(most)),
            Bound::Told => String::new(),
        }
    }
}

/// Prints what was asked for and what was found.
pub fn print_targets(targets: &[Target]) {
    println!("| target | asked | found | |");
    println!("|---|---:|---:|---|");
    for target in targets {
        println!(
            "| {} | {} | {} | {} |",
            target.name,
            target.asked(),
            target.found.map_or("–".to_owned(), plain),
            target.verdict(),
        );
    }
}

/// The middle one, the lower of two.
fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().checked_sub(1)? / 2).copied()
}

fn figure(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or("–".to_owned(), |figure| format!("{figure:.decimals$}"))
}

/// Three digits or more, whatever the size.
fn plain(figure: f64) -> String {
    let decimals = match figure.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{figure:.decimals$}")
}
