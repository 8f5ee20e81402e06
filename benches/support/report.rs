//! Tables: the measurements and the targets.

use crate::support::measured::Measured;
use crate::support::process::Usage;

const MIB: f64 = (1 << 20) as f64;

/// One measurement; an absent figure was not measured.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Events or calls per second.
    pub rate: Option<f64>,
    /// Latencies in microseconds: p50, p99, p99.9.
    pub latencies: [Option<f64>; 3],
    /// Processor time of the server per event or call, in microseconds.
    pub cpu_us: Option<f64>,
    /// Average number of events per block.
    pub group: Option<f64>,
    /// Peak resident memory of the server, in bytes.
    pub peak_bytes: Option<f64>,
}

impl Row {
    /// Makes a line with only a name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Makes a line about calls and what they cost the server.
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

    /// Adds what this many calls or events cost the server.
    pub fn with_usage(self, count: u64, used: Usage) -> Self {
        Self {
            cpu_us: Some(used.cpu_us as f64 / count.max(1) as f64),
            peak_bytes: Some(used.peak_bytes as f64),
            ..self
        }
    }

    /// Returns the same line over several runs: the median of each figure.
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

/// The bound of a target.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// No bound: the figure is only reported.
    Reported,
}

/// One target.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name, with the unit.
    pub name: String,
    /// The bound.
    pub bound: Bound,
    /// The measured figure; `None` when it could not be measured.
    pub found: Option<f64>,
}

impl Target {
    /// Makes a target of at least `least`.
    pub fn at_least(name: &str, least: f64, found: impl Into<Option<f64>>) -> Self {
        Self::new(name, Bound::AtLeast(least), found.into())
    }

    /// Makes a target of at most `most`.
    pub fn at_most(name: &str, most: f64, found: impl Into<Option<f64>>) -> Self {
        Self::new(name, Bound::AtMost(most), found.into())
    }

    /// Makes an entry without a bound.
    pub fn reported(name: &str, found: impl Into<Option<f64>>) -> Self {
        Self::new(name, Bound::Reported, found.into())
    }

    fn new(name: &str, bound: Bound, found: Option<f64>) -> Self {
        let name = name.to_owned();
        Self { name, bound, found }
    }

    /// Returns the same target over several runs: the median.
    pub fn median(runs: &[Self]) -> Option<Self> {
        let found = median(runs.iter().filter_map(|target| target.found));
        Some(Self {
            found,
            ..runs.first()?.clone()
        })
    }

    fn verdict(&self) -> &'static str {
        match (self.bound, self.found) {
            (Bound::Reported, _) => "",
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
            Bound::Reported => String::new(),
        }
    }
}

/// Prints the targets and the measured figures.
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

/// Returns the median, the lower one of two.
fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().checked_sub(1)? / 2).copied()
}

fn figure(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or("–".to_owned(), |figure| format!("{figure:.decimals$}"))
}

/// Formats a figure with three digits or more, whatever its size.
fn plain(figure: f64) -> String {
    let decimals = match figure.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{figure:.decimals$}")
}
