//! gRPC: parse → execute or query → render. The only place that knows tonic.
//!
//! [`edge`] is around every call. [`calls`] is what handlers share: to write, to read, pages, pasts,
//! streams, and what requests have in common. Each service has a folder: its calls are the rows of
//! `service.rs`, `parse` reads what is asked, `render` shows what is answered. A service imports only
//! services before it: campaign, creator, collaboration, measurement, settlement, report, audit.

pub mod audit;
pub mod calls;
pub mod campaign;
pub mod collaboration;
pub mod creator;
pub mod edge;
pub mod measurement;
pub mod report;
pub mod settlement;
