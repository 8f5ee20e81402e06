//! Load: this ledger, a no-op server with the same transport, and a raw append, side by side.
//!
//! `cargo bench --bench load` prints two tables: the measurements, and the targets. Read every
//! figure as a ratio within its run, because client and server share the machine. With several runs
//! (`-- --runs N`, five by default) each figure is the median. `-- --quick` takes a tenth of the
//! time; `-- --until unary`, `fair` or `ingest` ends early.

mod drive;
mod fair;
mod h2load;
mod ingest;
mod noop;
mod overload;
mod queries;
mod raw;
mod run;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::path::Path;
use std::time::Duration;

use run::{Extent, Run, Stage};
use support::machine;
use support::report::{Row, Target, print_rows, print_targets};

/// Number of runs that the medians are over.
const RUNS: usize = 5;

const FULL: Extent = Extent {
    time: Duration::from_secs(8),
    overload: Duration::from_secs(60),
    messages: 1_000,
    calls: 100_000,
    last: None,
};

const QUICK: Extent = Extent {
    time: Duration::from_millis(1_500),
    overload: Duration::from_secs(6),
    messages: 150,
    calls: 20_000,
    last: None,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, answer] = arguments.as_slice()
        && mode == noop::MODE
    {
        return noop::serve(Path::new(answer));
    }
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let runs = arguments.iter().skip_while(|word| *word != "--runs").nth(1);
    let runs = runs.map_or(RUNS, |runs| runs.parse().expect("--runs takes a number"));
    println!("{}", machine::describe());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let last = arguments
        .iter()
        .skip_while(|word| *word != "--until")
        .nth(1);
    let last = last.map(|stage| match stage.as_str() {
        "unary" => Stage::Unary,
        "fair" => Stage::Fair,
        "ingest" => Stage::Ingest,
        _ => panic!("--until takes unary, fair or ingest"),
    });
    let extent = if is_quick { &QUICK } else { &FULL };
    let extent = &Extent { last, ..*extent };
    let done: Vec<Run> = (1..=runs)
        .map(|run| {
            eprintln!("run {run} of {runs}");
            runtime.block_on(run::measure(extent))
        })
        .collect();
    print(&done);
}

/// Prints the medians of all measurements, in the order of the first run.
fn print(runs: &[Run]) {
    let Some(first) = runs.first() else {
        return;
    };
    println!("Medians over {} runs.\n", runs.len());
    let of_each = |at: usize| -> Vec<Row> { runs.iter().map(|run| run.rows[at].clone()).collect() };
    let rows: Vec<Row> = (0..first.rows.len())
        .map(|at| Row::median(&of_each(at)))
        .collect();
    print_rows(&rows);
    println!();
    let of_each = |at: usize| -> Vec<Target> {
        let each = runs.iter().map(|run| run.targets[at].clone());
        each.collect()
    };
    let targets: Vec<Target> = (0..first.targets.len())
        .filter_map(|at| Target::median(&of_each(at)))
        .collect();
    print_targets(&targets);
}
