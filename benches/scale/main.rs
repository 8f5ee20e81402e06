//! Scale: that a history of millions of events takes no more memory, time or room than allowed.
//!
//! `cargo bench --bench scale` plays a history against a server process over gRPC, then stops,
//! kills, reads, verifies and rebuilds what it left, and prints what was asked for and what was
//! found. `-- --events N` says how long the history is (a million by default), `-- --seed S` which
//! one, `-- --keep DIR` that its directory stays, there.

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
