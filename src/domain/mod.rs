//! The domain: what a campaign ledger records, and the rules that it enforces.
//!
//! Owns ids, values, commands, events, `decide` and `evolve`. Does not know IO, the clock, async or
//! generated types: functions that need the time take it as a parameter.

mod audience;
pub mod command;
mod concerns;
mod decide;
mod emv;
mod erasure;
pub mod event;
mod evolve;
pub mod ids;
pub mod limits;
pub mod metrics;
mod money;
mod personal;
mod personal_fields;
mod plan;
mod position;
mod refusal;
pub mod rows;
mod seal;
mod selection;
pub mod state;
mod states;
mod terms;
mod tier;
mod time;
mod totals;
pub mod values;
mod venue;
mod violation;
mod vocabulary;
mod word;
mod zone;

pub use audience::*;
pub use command::*;
pub use concerns::concerns;
pub use decide::*;
pub use emv::*;
pub use erasure::*;
pub use event::*;
pub use evolve::*;
pub use ids::*;
pub use money::*;
pub use personal::*;
pub use personal_fields::PersonalField;
pub use plan::*;
pub use position::Position;
pub use refusal::*;
pub use seal::{TextScope, VisitTexts, is_same_request, scope_of, seal};
pub use selection::*;
pub use states::*;
pub use terms::*;
pub use tier::*;
pub use time::*;
pub use totals::*;
pub use values::*;
pub use venue::*;
pub use violation::Violation;
pub use vocabulary::*;
pub(crate) use word::words;
pub use word::{Numbered, Word};
pub use zone::*;
