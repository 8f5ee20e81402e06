//! The promises of the writer, in process: group commit, answers after the sync, the memory of
//! requests, the command state across restarts, and failures of the log.

mod desk;
mod faults;
mod groups;
mod requests;
mod snapshots;
mod state;
