//! The services, by noun. Each call parses, executes or queries, and renders.

mod audit;
mod balances;
mod campaign;
mod collaboration;
mod conversions;
mod creator;
mod explain;
mod finals;
mod follow;
mod insights;
mod measurement;
mod partnerships;
pub(super) mod proofs;
mod publications;
mod report;
mod rights;
mod settlement;
mod statement;
mod subscriptions;
mod worklist;

pub use audit::Audits;
pub use campaign::Campaigns;
pub use collaboration::Collaborations;
pub use creator::Creators;
pub use measurement::Measurements;
pub use report::Reports;
pub use settlement::Settlements;
