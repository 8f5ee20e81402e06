//! The machine that the figures are from.

use std::fs;
use std::path::Path;
use std::thread;

/// Returns one line: processor, cores, kernel, file system of the data.
pub fn describe() -> String {
    let cores = thread::available_parallelism().map_or(0, |cores| cores.get());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "Machine: {}, {cores} cores, Linux {}, data on {}. Load at the start: {}.",
        processor(),
        kernel.trim(),
        file_system(Path::new(env!("CARGO_TARGET_TMPDIR"))),
        load(),
    )
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(':'));
    model
        .map_or("unknown", |(_, model)| model.trim())
        .to_owned()
}

/// Returns the type of the file system with the longest mount point above `path`.
fn file_system(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_default();
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let above = mounts.filter(|(point, _)| path.starts_with(point));
    let nearest = above.max_by_key(|(point, _)| point.len());
    nearest
        .map_or("an unknown file system", |(_, kind)| kind)
        .to_owned()
}

/// Returns the load of the machine: other load at the start of a bench makes its figures noisy.
fn load() -> String {
    let average = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    average.split(' ').next().unwrap_or("unknown").to_owned()
}
