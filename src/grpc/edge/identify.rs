//! Who calls, before anything else of a call is looked at.
//!
//! Takes what a request presents to [`Identity`], and puts the [`Caller`] into the extensions of the
//! request. Ends streams whose caller is no longer who it was. Does not know how callers are
//! recognised, nor what they may do.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request, header};
use tonic::Status;

use super::peer::Peer;
use super::seldom::Seldom;
use super::status;
use crate::identity::tokens::Wait;
use crate::identity::{Caller, Identity, Lease, Presented, Refusal};

/// Lines about refused identities in ten seconds: whoever tries keys must not fill the disk.
static REFUSALS: Seldom = Seldom::new(20);

/// How the paths of services begin that are open where the configuration says so.
const HEALTH: &str = "/grpc.health.";
const REFLECTION: &str = "/grpc.reflection.";

/// Frames of an answer after which it is a stream that may go on for long: a single answer has one
/// frame and its trailers.
const FRAMES_OF_ONE: u8 = 2;

/// Which services are asked for no identity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open {
    /// Health.
    pub health: bool,
    /// Reflection.
    pub reflection: bool,
}

/// Finds callers, and looks after their streams. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Identifier {
    identity: Identity,
    open: Open,
    anyone: Arc<Caller>,
}

/// Why a call has no caller, or has none yet.
pub(super) enum Unidentified {
    /// It gets this error.
    Refused(Status),
    /// Keys that were published since are being fetched.
    NotYet(Wait),
}

impl Identifier {
    /// Asks for identities as `identity` says, except for services that are open.
    pub fn new(identity: Identity, open: Open) -> Self {
        Self {
            identity,
            open,
            anyone: Arc::new(Caller::anyone()),
        }
    }

    /// Finds the caller of a request.
    pub(super) fn identify<B>(&self, request: &Request<B>) -> Result<Arc<Caller>, Unidentified> {
        match self.attempt(request) {
            Err(Refusal::UnknownKey) => match self.identity.newer_keys() {
                Some(wait) => Err(Unidentified::NotYet(wait)),
                // New keys may have come between the two.
                None => self.settle(request).map_err(Unidentified::Refused),
            },
            Err(refusal) => Err(Unidentified::Refused(refused(refusal, request))),
            Ok(caller) => Ok(caller),
        }
    }

    /// The same, with the keys that there are.
    pub(super) fn settle<B>(&self, request: &Request<B>) -> Result<Arc<Caller>, Status> {
        let attempt = self.attempt(request);
        attempt.map_err(|refusal| refused(refusal, request))
    }

    fn attempt<B>(&self, request: &Request<B>) -> Result<Arc<Caller>, Refusal> {
        let path = request.uri().path();
        let is_open = self.open.health && path.starts_with(HEALTH)
            || self.open.reflection && path.starts_with(REFLECTION);
        if is_open || !self.identity.is_asked() {
            return Ok(Arc::clone(&self.anyone));
        }
        let peer = request.extensions().get::<Peer>();
        let presented = Presented {
            certificate: peer.and_then(Peer::certificate),
            bearer: bearer(request.headers())?,
        };
        self.identity.identify(presented)
    }

    /// Makes what watches the answer to this caller.
    pub(super) fn watch(&self, caller: &Arc<Caller>) -> Option<Watch> {
        caller.is_known().then(|| Watch {
            identity: self.identity.clone(),
            caller: Arc::clone(caller),
            lease: None,
            frames: 0,
        })
    }
}

/// Reads the one token or key of a request.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Refusal::Malformed)?;
    let (scheme, bearer) = text.split_once(' ').ok_or(Refusal::Malformed)?;
    let bearer = bearer.trim();
    if values.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") || bearer.is_empty() {
        return Err(Refusal::Malformed);
    }
    Ok(Some(bearer))
}

/// Makes the error of a refused call, and its line on the target `audit`.
fn refused<B>(refusal: Refusal, request: &Request<B>) -> Status {
    let status = status::no_caller(refusal);
    if let Some(left_out) = REFUSALS.due() {
        let peer = request.extensions().get().map(Peer::address);
        tracing::info!(
            target: "audit",
            method = request.uri().path(),
            peer = peer.map(tracing::field::display),
            outcome = ?refusal,
            left_out,
            "no identity"
        );
    }
    status
}

/// Watches an answer: ends it when its caller's token expires or is revoked.
#[derive(Debug)]
pub(super) struct Watch {
    identity: Identity,
    caller: Arc<Caller>,
    /// Taken once the answer turns out to be a stream.
    lease: Option<Lease>,
    frames: u8,
}

impl Watch {
    /// Returns why the answer ends, before its next frame.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        self.frames = self.frames.saturating_add(1);
        if self.lease.is_none() && self.frames <= FRAMES_OF_ONE {
            return Poll::Pending;
        }
        self.poll_ended(cx)
    }

    /// Returns why an answer that waits ends; wakes the task when it does.
    pub(super) fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        let (identity, caller) = (&self.identity, &self.caller);
        let lease = self.lease.get_or_insert_with(|| identity.lease(caller));
        lease.poll_ended(cx).map(status::no_caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_bearer_or_none() {
        let of = |values: &[&str]| {
            let pairs = values
                .iter()
                .map(|value| (header::AUTHORIZATION, value.parse().unwrap()));
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(name, value);
            }
            bearer(&headers).map(|found| found.map(str::to_owned))
        };
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&["Bearer x"]), Ok(Some(String::from("x"))));
        assert_eq!(of(&["bearer  x "]), Ok(Some(String::from("x"))));
        for bad in [
            &["Basic x"][..],
            &["x"],
            &["Bearer "],
            &["Bearer x", "Bearer x"],
            &["Bearer ü"],
        ] {
            assert_eq!(of(bad), Err(Refusal::Malformed), "{bad:?}");
        }
    }
}
