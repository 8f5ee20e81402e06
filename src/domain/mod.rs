//! The domain: what a campaign ledger records and the rules it keeps.
//!
//! Owns names, values, commands, events, `decide` and `evolve`. Knows no IO, no clock, no async and
//! no generated types: who needs the time is handed it.

pub mod command;
pub mod event;
pub mod ids;
mod money;
mod position;
mod states;
mod tier;
mod time;
pub mod values;
mod violation;
mod vocabulary;

pub use command::*;
pub use event::*;
pub use ids::*;
pub use money::*;
pub use position::Position;
pub use states::*;
pub use tier::*;
pub use time::*;
pub use values::*;
pub use violation::Violation;
pub use vocabulary::*;
