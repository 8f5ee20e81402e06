//! The real server, killed and failed by its disk: nothing that it acknowledged may be missing
//! afterwards, twice, or in another order, and it must come back without help.
//!
//! These tests start the binary itself, speak to it over gRPC and note every acknowledgement. What
//! is in the log afterwards is read over gRPC too, and from the files.

mod backups;
mod chance;
mod damage;
mod disks;
mod ends;
mod faults;
mod followers;
mod history;
mod load;
mod power;
pub mod process;
mod scene;
mod sigkill;
mod starts;
mod steps;
