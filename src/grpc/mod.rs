//! gRPC: parse → execute or query → render. The only place that knows tonic.

pub mod backup;
pub mod calls;
pub mod catch;
pub mod deadline;
pub mod edge;
pub mod events;
pub mod failure;
pub mod health;
pub mod incoming;
pub mod ingest;
pub mod intake;
pub mod many;
pub mod page_token;
pub mod parse;
pub mod peer;
pub mod pool;
pub mod reflection;
pub mod render;
pub mod seldom;
pub mod services;
pub mod span;
pub mod status;
pub mod streams;
pub mod written;
