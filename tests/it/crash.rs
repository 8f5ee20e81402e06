//! The real server, killed or with a failing disk. Afterwards no acknowledged write may be missing,
//! doubled or in another order, and the server must start without help.
//!
//! These tests start the binary, call it over gRPC and record every acknowledgement. Afterwards
//! they read the log over gRPC and from the files.

mod backups;
mod chance;
mod damage;
mod disks;
mod ends;
mod faults;
mod followers;
pub mod history;
mod load;
mod power;
pub mod process;
mod scene;
mod sigkill;
mod starts;
mod steps;
