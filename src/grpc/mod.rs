//! gRPC: parse → execute or query → render. The only place that knows tonic.

pub mod backup;
pub mod calls;
pub mod edge;
pub mod events;
pub mod explain;
pub mod ingest;
pub mod many;
pub mod page_token;
pub mod parse;
pub mod pool;
pub mod render;
pub mod services;
pub mod statement;
pub mod streams;
pub mod written;
