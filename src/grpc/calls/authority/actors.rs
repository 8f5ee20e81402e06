//! Whom a caller may speak for: the actor of a write is bound to the principal.

use tonic::Status;

use super::{Calls, is_own};
use crate::domain::{ActorKind, CreatorId, Request};
use crate::grpc::edge::status;
use crate::identity::{Caller, Role};

impl Calls {
    /// Checks that the caller may speak for the actor of a write, and notes the principal beside it.
    ///
    /// # Errors
    /// `ACTOR_NOT_BOUND`.
    pub fn bind(&self, request: &mut Request) -> Result<(), Status> {
        let caller = &*self.caller;
        request.principal = caller.principal().clone();
        let for_whom = request.on_behalf_of.as_ref().map(|other| other.actor.kind);
        let may_act_for = for_whom.is_none_or(|kind| caller.on_behalf_of().contains(&kind));
        match !caller.is_known() || speaks_for(caller, request) && may_act_for {
            true => Ok(()),
            false => Err(status::actor_not_bound(request.actor.kind.name())),
        }
    }
}

fn speaks_for(caller: &Caller, request: &Request) -> bool {
    match request.actor.kind {
        ActorKind::Brand => caller.roles().iter().any(|role| role != Role::Creator),
        ActorKind::Creator => CreatorId::parse(request.actor.id.as_str())
            .is_ok_and(|creator| is_own(caller, &request.brand, &creator)),
        ActorKind::System => false,
    }
}
