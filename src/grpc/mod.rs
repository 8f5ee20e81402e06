//! gRPC: parse → execute or query → render. The only place that knows tonic.

pub mod catch;
pub mod deadline;
pub mod edge;
pub mod failure;
pub mod health;
pub mod incoming;
pub mod page_token;
pub mod reflection;
pub mod render;
pub mod span;
