//! Scale: checks that a history of millions of events stays within its limits of memory, time and
//! disk.
//!
//! `cargo bench --bench scale` plays a history against a server process over gRPC. Then it stops,
//! kills, reads, verifies and rebuilds the ledger, and prints the targets and the measurements. `--
//! --events N` is the length of the history (a million by default), `-- --seed S` selects it, and
//! `-- --keep DIR` keeps its directory there.

mod history;
mod ledger;
mod measure;
mod options;
mod probe;
mod proofs;
#[path = "../support/mod.rs"]
mod support;

use options::Options;
use support::machine;
use support::report::{print_rows, print_targets};

fn main() {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(rule) => {
            eprintln!("error: {rule}");
            std::process::exit(2);
        }
    };
    println!("{}", machine::describe());
    println!("{} events, seed {}.\n", options.events, options.seed);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let found = runtime.block_on(measure::all(&options));
    print_rows(&found.rows);
    println!();
    print_targets(&found.targets);
}
