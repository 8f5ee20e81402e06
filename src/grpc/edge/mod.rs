//! What stands between the network and the handlers: connections, the layers around each call,
//! errors as statuses, and the services that every gRPC server has.
//!
//! Owns what a connection, a call and a message may cost, how long a call may take, and how an
//! error travels. Does not know what a call means.

pub mod catch;
pub mod deadline;
pub mod failure;
pub mod health;
pub mod incoming;
pub mod intake;
pub mod layer;
pub mod peer;
pub mod reflection;
pub mod seldom;
pub mod span;
pub mod status;
