//! The table.

use crate::drive::Measured;
use crate::process::Usage;

/// One line.
pub struct Row {
    name: String,
    measured: Measured,
    used: Usage,
}

impl Row {
    /// Names what was measured.
    pub fn of(name: String, measured: Measured, used: Usage) -> Self {
        Self {
            name,
            measured,
            used,
        }
    }
}

/// Prints all lines.
pub fn print(rows: &[Row]) {
    println!("| what | per second | p50 µs | p99 µs | p99.9 µs | CPU µs/call | peak MiB |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let at = |quantile| row.measured.latencies.value_at_quantile(quantile) as f64 / 1_000.0;
        let calls = row.measured.latencies.len().max(1) as f64;
        println!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.0} |",
            row.name,
            row.measured.rate(),
            at(0.5),
            at(0.99),
            at(0.999),
            row.used.cpu_us as f64 / calls,
            row.used.peak_bytes as f64 / f64::from(1 << 20),
        );
    }
}
