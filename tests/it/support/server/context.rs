//! Who acts, under which request id. An empty id means none.

use campaign_ledger::wire::proto::api::WriteContext;
use campaign_ledger::wire::proto::values::{Actor, ActorKind, OnBehalfOf};

fn actor(kind: ActorKind, id: &str) -> Option<Actor> {
    Some(Actor {
        kind: kind.into(),
        id: id.to_owned(),
    })
}

fn context(request_id: &str, actor: Option<Actor>) -> Option<WriteContext> {
    Some(WriteContext {
        request_id: request_id.to_owned(),
        actor,
        ..WriteContext::default()
    })
}

/// The brand acts.
pub fn by_brand(request_id: &str) -> Option<WriteContext> {
    context(request_id, actor(ActorKind::Brand, "desk"))
}

/// A creator acts.
pub fn by_creator(request_id: &str) -> Option<WriteContext> {
    context(request_id, actor(ActorKind::Creator, "creator"))
}

/// The brand acts for a creator, and says why.
pub fn for_creator(request_id: &str, reason: &str) -> Option<WriteContext> {
    let context = by_brand(request_id)?;
    Some(WriteContext {
        on_behalf_of: Some(OnBehalfOf {
            actor: actor(ActorKind::Creator, "creator"),
            reason: reason.to_owned(),
        }),
        ..context
    })
}

/// The same as a rehearsal (`validate_only`).
pub fn rehearsal(context: Option<WriteContext>) -> Option<WriteContext> {
    Some(WriteContext {
        validate_only: true,
        ..context?
    })
}
