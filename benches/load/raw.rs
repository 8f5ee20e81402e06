//! The lower limit of a durable write: append 300 bytes to a file and call `fdatasync`.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::support::files;
use crate::support::measured::Measured;

/// Bytes per append: the size of one engagement in the log.
const BYTES: usize = 300;

/// Appends and syncs for a given time.
pub fn append_and_sync(time: Duration) -> Measured {
    let directory = files::temporary();
    let mut file = File::create(directory.path().join("raw")).expect("a file is made");
    let mut measured = Measured::new();
    let start = Instant::now();
    while start.elapsed() < time {
        let begun = Instant::now();
        file.write_all(&[7; BYTES]).expect("the disk takes it");
        file.sync_data().expect("the disk syncs");
        measured.record(begun.elapsed());
    }
    measured.took(start.elapsed());
    measured
}
