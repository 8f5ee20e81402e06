//! Everything between the network and the handlers: connections, the layers around each call,
//! errors as statuses, and the services that every gRPC server has.
//!
//! Owns the limits of connections, calls and messages, how long a call may take, and how an
//! error is sent. Does not know what a call means.

pub(crate) mod deadline;
pub mod health;
pub(crate) mod identify;
pub mod incoming;
pub(crate) mod intake;
pub(crate) mod layer;
pub mod named;
pub mod notes;
pub(crate) mod peer;
pub mod reflection;
pub(crate) mod seldom;
pub(crate) mod span;
pub(crate) mod status;
