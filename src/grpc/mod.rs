//! The gRPC edge.
//!
//! So far what knows no campaign: deadlines, errors tonic makes by itself, and spans.

pub mod catch;
pub mod deadline;
pub mod edge;
pub mod failure;
pub mod span;
