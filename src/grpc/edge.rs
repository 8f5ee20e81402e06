//! The layers every call passes, outermost first: span, catch, deadline.
//!
//! The order matters: the span sees the error as it is sent, and the error of a passed deadline
//! is completed like any other.

use std::time::Duration;

use tower::Layer;

use super::catch::{Catch, CatchLayer};
use super::deadline::{DeadlineLayer, Deadlines};
use super::span::{SpanLayer, Spans};

/// All of the edge as one layer.
#[derive(Debug, Clone, Copy)]
pub struct EdgeLayer {
    deadlines: DeadlineLayer,
}

impl EdgeLayer {
    /// Takes the longest time until an answer begins, whatever the client allows.
    pub fn new(answer_timeout: Option<Duration>) -> Self {
        Self {
            deadlines: DeadlineLayer::new(answer_timeout),
        }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Spans<Catch<Deadlines<S>>>;

    fn layer(&self, inner: S) -> Self::Service {
        SpanLayer.layer(CatchLayer.layer(self.deadlines.layer(inner)))
    }
}
