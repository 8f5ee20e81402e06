//! The gRPC edge.
//!
//! So far what knows no campaign: connections, deadlines, errors tonic makes by itself, spans,
//! health, reflection and page tokens.

pub mod catch;
pub mod deadline;
pub mod edge;
pub mod failure;
pub mod health;
pub mod incoming;
pub mod page_token;
pub mod reflection;
pub mod span;
