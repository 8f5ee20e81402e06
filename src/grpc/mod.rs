//! gRPC: parse → execute or query → render. The only place that knows tonic.

pub mod render;
