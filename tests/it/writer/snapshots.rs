//! Queries read snapshots: no writer waits for a reader.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use campaign_ledger::clock::Guard;
use campaign_ledger::domain::rows::{Key, Rows, Scan};
use campaign_ledger::domain::state::Campaign;
use campaign_ledger::ledger::{RequestMemory, Writer};
use campaign_ledger::log::Log;
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::views::Live;

use super::desk::{NO_PACE, Office, create};

/// A reader holds its rows while others are written and checkpointed; it keeps seeing its own.
#[tokio::test]
async fn a_query_that_takes_its_time_holds_up_no_write_and_sees_none() {
    let office = Office::default();
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new(0));
    let path = office.state_path();
    let opened = Live::open(&path, &office.options(), NO_PACE, log.as_ref(), |_| ());
    let (live, views) = opened.unwrap();
    let memory = RequestMemory::new(100);
    let clock = Arc::new(Guard::new(Arc::clone(&office.clock) as _));
    let started = Writer::start(
        log,
        Arc::clone(&office.keyring) as _,
        live,
        memory,
        clock,
        office.limits,
        Arc::default(),
    );
    let (ledger, writer) = started.unwrap();

    let before = ledger
        .execute(create("r-1", "before"), false)
        .await
        .unwrap();
    let (begun, begins) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let reading = thread::spawn({
        let views = views.clone();
        move || {
            views.read(|rows| {
                begun.send(()).unwrap();
                released.recv().unwrap();
                let campaigns = rows.page::<Campaign>(Scan::of(&Key::of::<Campaign>()), 10);
                (rows.position(), campaigns.unwrap().len())
            })
        }
    });
    begins.recv().unwrap();
    // Answered while the reader is in the middle of its query.
    let after = ledger.execute(create("r-2", "after"), false).await.unwrap();
    assert_eq!(views.snapshot().unwrap().position(), after.recorded.last);
    release.send(()).unwrap();
    let (position, campaigns) = reading.join().unwrap().unwrap();
    assert_eq!((position, campaigns), (before.recorded.last, 1));
    ledger.close();
    assert_eq!(writer.join(), None);
}
