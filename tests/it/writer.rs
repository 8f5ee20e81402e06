//! The writer held to its promises, in process: group commit, answers after the sync, the memory of
//! requests, the command state across restarts, and what it does when the log fails it.

mod desk;
mod faults;
mod groups;
mod requests;
mod snapshots;
mod state;
