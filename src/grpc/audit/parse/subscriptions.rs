//! Requests about named subscriptions.

use super::{read_filter, read_scope};
use crate::domain::{Position, SubscriptionId};
use crate::grpc::calls::request::Read;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;

/// Asks for events from the position of a named consumer.
pub struct SubscribeQuery {
    /// The name.
    pub name: SubscriptionId,
    /// What is followed; `None` for what it follows already.
    pub followed: Option<api::Followed>,
    /// Where a new one begins.
    pub after: Position,
}

/// Parses `Subscribe`.
///
/// # Errors
/// Every violation.
pub fn subscribe(request: &api::SubscribeRequest) -> Read<SubscribeQuery> {
    let mut fields = Fields::new(Origin::Call);
    let name = read_name(&mut fields, &request.name);
    let followed = request.followed.clone();
    let followed = fields.optional("followed", followed, |fields, followed| {
        let scope = fields.required("scope", followed.scope.clone(), read_scope);
        let filter = fields.optional("filter", followed.filter.clone(), read_filter);
        scope?;
        filter?;
        Ok(followed)
    });
    fields.finish(name.and_then(|name| {
        Ok(SubscribeQuery {
            name,
            followed: followed?,
            after: Position::new(request.after_position),
        })
    }))
}

/// States how far a named consumer has come.
pub struct AcknowledgeQuery {
    /// The name.
    pub name: SubscriptionId,
    /// The consumer has processed everything up to here.
    pub position: Position,
}

/// Parses `Acknowledge`.
///
/// # Errors
/// Every violation.
pub fn acknowledge(request: &api::AcknowledgeRequest) -> Read<AcknowledgeQuery> {
    let mut fields = Fields::new(Origin::Call);
    let name = read_name(&mut fields, &request.name);
    fields.finish(name.map(|name| AcknowledgeQuery {
        name,
        position: Position::new(request.position),
    }))
}

/// Parses `DeleteSubscription`.
///
/// # Errors
/// Every violation.
pub fn delete_subscription(request: &api::DeleteSubscriptionRequest) -> Read<SubscriptionId> {
    let mut fields = Fields::new(Origin::Call);
    let name = read_name(&mut fields, &request.name);
    fields.finish(name)
}

fn read_name(fields: &mut Fields, name: &str) -> Checked<SubscriptionId> {
    fields.parse("name", name, SubscriptionId::parse)
}
