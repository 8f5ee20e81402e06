//! Load: this server, a no-op server of the same transport and a raw append, side by side in one run.
//!
//! `cargo bench --bench load` prints the table. Every figure is to be read as a ratio of its run:
//! client and server share the machine. `cargo bench --bench load -- --quick` takes a tenth of the
//! time.

mod drive;
mod noop;
mod process;
mod raw;
mod report;
mod world;

use std::time::Duration;

use drive::Load;
use process::Server;
use report::Row;

/// Time of one measurement.
const FULL: Duration = Duration::from_secs(8);
const QUICK: Duration = Duration::from_millis(1_500);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .first()
        .is_some_and(|first| first == "noop-server")
    {
        return noop::serve();
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let time = if quick { QUICK } else { FULL };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    let rows = runtime.block_on(measure(time));
    report::print(&rows);
}

async fn measure(time: Duration) -> Vec<Row> {
    let mut rows = vec![raw::append_and_sync(time)];
    for (name, mut server) in [("no-op", Server::noop()), ("ledger", Server::ledger())] {
        let channels = server.connect(4).await;
        let world = world::World::new();
        if name == "ledger" {
            world.make(&channels).await;
        }
        for in_flight in [1, 16, 128] {
            let before = server.usage();
            let load = Load {
                in_flight,
                time,
                world: &world,
            };
            let measured = load.unary(&channels).await;
            let used = server.usage().since(&before);
            rows.push(Row::of(
                format!("{name}, unary, {in_flight} in flight"),
                measured,
                used,
            ));
        }
        server.stop();
    }
    rows
}
