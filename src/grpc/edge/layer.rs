//! The layers every call passes, outermost first: span, catch, deadline, intake.
//!
//! The order matters: the span sees the error as it is sent, and the error of a passed deadline
//! is completed like any other. What intake refuses has a span and an end like all calls.

use std::time::Duration;

use tower::Layer;

use super::catch::{Catch, CatchLayer};
use super::deadline::{DeadlineLayer, Deadlines};
use super::intake::{Intake, IntakeLayer};
use super::span::{SpanLayer, Spans};
use crate::wire::proto::DESCRIPTORS;

/// All of the edge as one layer.
#[derive(Debug, Clone)]
pub struct EdgeLayer {
    deadlines: DeadlineLayer,
    intake: IntakeLayer,
}

impl EdgeLayer {
    /// Takes the longest time until an answer begins, whatever the client allows, and the largest
    /// message of methods that take many items.
    pub fn new(answer_timeout: Option<Duration>, max_message_bytes: usize) -> Self {
        Self {
            deadlines: DeadlineLayer::new(answer_timeout),
            intake: IntakeLayer::new(DESCRIPTORS, max_message_bytes),
        }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Spans<Catch<Deadlines<Intake<S>>>>;

    fn layer(&self, inner: S) -> Self::Service {
        let within = self.deadlines.layer(self.intake.layer(inner));
        SpanLayer.layer(CatchLayer.layer(within))
    }
}
