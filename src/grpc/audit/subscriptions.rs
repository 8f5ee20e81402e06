//! Named subscriptions over gRPC: the server keeps how far a consumer has come.

use prost::Message as _;
use tonic::{Request, Response, Status};

use super::parse;
use crate::grpc::calls::{Calls, blocking, parsed};
use crate::grpc::edge::status;
use crate::subscriptions::{self, Made, Subscription};
use crate::wire::proto::api;

/// Finds or creates the subscription of a consumer.
///
/// # Errors
/// See the API.
pub(super) async fn enter(
    calls: &Calls,
    query: parse::SubscribeQuery,
) -> Result<parse::FollowQuery, Status> {
    let (subscriptions, now) = (calls.subscriptions.clone(), calls.now());
    let parse::SubscribeQuery {
        name,
        followed,
        after,
    } = query;
    blocking(move || {
        let Some(followed) = followed else {
            let found = subscriptions.find(&name);
            return follow(&found.ok_or_else(|| not_found(name.as_str()))?);
        };
        let brand = brand_of(&followed);
        let subscription = Subscription {
            followed: followed.encode_to_vec(),
            acknowledged: after,
            created_at: now,
            acknowledged_at: None,
        };
        // A subscription that cannot be read has no brand; `read` reports it when it is asked for.
        let group_of = |one: &Subscription| read(one).ok().and_then(|one| brand_of(&one));
        let made = subscriptions.make(&name, subscription, group_of);
        match made.map_err(|error| status::internal(&error))? {
            Made::Stands(subscription) => follow(&subscription),
            Made::Differs => Err(status::subscription_differs(name.as_str())),
            Made::Full => Err(status::too_many_subscriptions(
                subscriptions::MAX_SUBSCRIPTIONS,
                "the ledger",
            )),
            Made::GroupFull => Err(status::too_many_subscriptions(
                subscriptions::MAX_SUBSCRIPTIONS_OF_GROUP,
                brand.as_deref().unwrap_or("whole log"),
            )),
        }
    })
    .await
}

fn follow(subscription: &Subscription) -> Result<parse::FollowQuery, Status> {
    let followed = read(subscription)?;
    parsed(parse::follow_events(api::FollowEventsRequest {
        after_position: subscription.acknowledged.get(),
        scope: followed.scope,
        filter: followed.filter,
    }))
}

fn read(subscription: &Subscription) -> Result<api::Followed, Status> {
    let followed = api::Followed::decode(subscription.followed.as_slice());
    followed.map_err(|error| status::internal(&error))
}

/// The brand whose events are followed; `None` for those of all brands.
fn brand_of(followed: &api::Followed) -> Option<String> {
    use api::log_scope::Scope;
    match followed.scope.as_ref()?.scope.clone()? {
        Scope::All(_) => None,
        Scope::BrandId(brand) => Some(brand),
        Scope::Campaign(of) => Some(of.brand_id),
        Scope::Collaboration(of) => Some(of.brand_id),
        Scope::Creator(of) => Some(of.brand_id),
    }
}

fn not_found(name: &str) -> Status {
    let reason = api::ErrorReason::SubscriptionNotFound;
    status::not_found(reason, "subscription", name)
}

/// Records how far a consumer has come.
///
/// # Errors
/// See the API.
pub(super) async fn acknowledge(
    calls: &Calls,
    request: Request<api::AcknowledgeRequest>,
) -> Result<Response<api::AcknowledgeResponse>, Status> {
    let query = parsed(parse::acknowledge(&request.into_inner()))?;
    let head = calls.log.head().position;
    if query.position > head {
        return Err(status::ahead("position", query.position, head));
    }
    let (subscriptions, now) = (calls.subscriptions.clone(), calls.now());
    let acknowledged = blocking(move || {
        let noted = subscriptions.acknowledge(&query.name, query.position, now);
        let noted = noted.map_err(|error| status::internal(&error))?;
        noted.ok_or_else(|| not_found(query.name.as_str()))
    });
    Ok(Response::new(api::AcknowledgeResponse {
        acknowledged_position: acknowledged.await?.get(),
    }))
}

/// Lists subscriptions.
///
/// # Errors
/// See the API.
pub(super) async fn list(
    calls: &Calls,
    _: Request<api::ListSubscriptionsRequest>,
) -> Result<Response<api::ListSubscriptionsResponse>, Status> {
    let subscriptions = calls.subscriptions.clone();
    let listed = blocking(move || {
        let shown = subscriptions.list().into_iter().map(|(name, one)| {
            Ok(api::Subscription {
                name,
                followed: Some(read(&one)?),
                acknowledged_position: one.acknowledged.get(),
                created_at: Some(one.created_at.into()),
                acknowledged_at: one.acknowledged_at.map(Into::into),
            })
        });
        shown.collect::<Result<Vec<_>, Status>>()
    });
    Ok(Response::new(api::ListSubscriptionsResponse {
        subscriptions: listed.await?,
        head_position: calls.log.head().position.get(),
    }))
}

/// Deletes a subscription.
///
/// # Errors
/// See the API.
pub(super) async fn delete(
    calls: &Calls,
    request: Request<api::DeleteSubscriptionRequest>,
) -> Result<Response<api::DeleteSubscriptionResponse>, Status> {
    let name = parsed(parse::delete_subscription(&request.into_inner()))?;
    let subscriptions = calls.subscriptions.clone();
    blocking(move || {
        let was_there = subscriptions.delete(&name);
        if was_there.map_err(|error| status::internal(&error))? {
            Ok(())
        } else {
            Err(not_found(name.as_str()))
        }
    })
    .await?;
    Ok(Response::new(api::DeleteSubscriptionResponse {}))
}
