//! Authority: what a caller may do, decided before anything is looked up.
//!
//! Default deny. Nobody learns from a refusal whether something exists: it names the method and
//! nothing else.

mod actors;
mod fields;
mod table;

use std::sync::Arc;

use tonic::{Status, Streaming};

use super::{Calls, Facilities, blocking};
use crate::domain::rows::Rows as _;
use crate::domain::state::Collaboration;
use crate::domain::{BrandId, CampaignId, CollaborationId, CollaborationRef, CreatorId};
use crate::grpc::edge::status;
use crate::identity::{Brands, Caller, Role, Roles};
pub use fields::{sees, writers};
pub use table::{RIGHTS, Reach, Right};

/// A request, and what it says of where it takes its caller.
pub trait Asked {
    /// Name of the method.
    const METHOD: &'static str;

    /// Returns what the request names.
    fn named(&self) -> Named<'_>;
}

/// What a request names, unchecked; empty where it leaves a field out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// The brand.
    pub brand: &'a str,
    /// The campaign.
    pub campaign: &'a str,
    /// The collaboration.
    pub collaboration: &'a str,
    /// The creator.
    pub creator: &'a str,
}

// `impl Asked for` the request of every method.
include!(concat!(env!("OUT_DIR"), "/asked.rs"));

/// A stream names its brand in its first message.
impl<T: Asked> Asked for Streaming<T> {
    const METHOD: &'static str = T::METHOD;

    fn named(&self) -> Named<'_> {
        Named::default()
    }
}

/// What is yet to be checked of a caller who may call a method only for itself.
#[derive(Debug)]
pub enum Own {
    /// Nothing: it may call the method for everybody.
    Checked,
    /// That the collaboration is one of its creators'.
    Collaboration(CollaborationRef),
}

/// Checks whether a caller may call a method for the brand that the request names.
///
/// # Errors
/// `NOT_ALLOWED`.
pub fn admit<T: Asked>(caller: &Caller, request: &T) -> Result<Own, Status> {
    if !caller.is_known() {
        return Ok(Own::Checked);
    }
    let named = request.named();
    let allowed = allowed(caller, T::METHOD, named);
    note(caller, T::METHOD, named.brand, allowed.is_some());
    allowed.ok_or_else(|| status::not_allowed(T::METHOD))
}

/// Returns what is left to check; `None` if the method is not allowed.
fn allowed(caller: &Caller, method: &str, named: Named<'_>) -> Option<Own> {
    let right = table::right(method)?;
    let granting = right.granting(caller.roles());
    let is_in_reach = match right.reach {
        Reach::Stream | Reach::Shared => true,
        Reach::Ledger => *caller.brands() == Brands::All,
        Reach::Brands if named.brand.is_empty() => true,
        Reach::Brand | Reach::Brands => has_brand(caller, named.brand),
    };
    if granting.is_empty() || !is_in_reach {
        return None;
    }
    let only_creator: Roles = [Role::Creator].into_iter().collect();
    match granting == only_creator {
        true => own(caller, named),
        false => Some(Own::Checked),
    }
}

fn has_brand(caller: &Caller, brand: &str) -> bool {
    match caller.brands() {
        Brands::All => true,
        Brands::Named(named) => named.iter().any(|one| one.as_str() == brand),
    }
}

/// Finds what a creator's own request is about.
fn own(caller: &Caller, named: Named<'_>) -> Option<Own> {
    let brand = BrandId::parse(named.brand).ok()?;
    if named.collaboration.is_empty() || !named.creator.is_empty() {
        let creator = CreatorId::parse(named.creator).ok()?;
        return is_own(caller, &brand, &creator).then_some(Own::Checked);
    }
    Some(Own::Collaboration(CollaborationRef {
        brand,
        campaign: CampaignId::parse(named.campaign).ok()?,
        collaboration: CollaborationId::parse(named.collaboration).ok()?,
    }))
}

fn is_own(caller: &Caller, brand: &BrandId, creator: &CreatorId) -> bool {
    let mut own = caller.creators().iter();
    own.any(|(of, one)| of == brand && one == creator)
}

/// Writes the line of a refusal, and of every call of those who see more than their own work.
fn note(caller: &Caller, method: &str, brand: &str, is_allowed: bool) {
    let noted = [Role::Auditor, Role::Privacy, Role::Admin];
    if is_allowed && !noted.into_iter().any(|role| caller.has(role)) {
        return;
    }
    let outcome = if is_allowed { "allowed" } else { "refused" };
    // What nobody has checked yet may be long.
    let brand = brand.get(..brand.len().min(64)).unwrap_or_default();
    tracing::info!(target: "audit", principal = caller.name(), method, brand, outcome, "call");
}

impl Calls {
    /// Begins a call that was admitted.
    pub fn begin(facilities: &Arc<Facilities>, caller: Arc<Caller>) -> Self {
        Self {
            facilities: Arc::clone(facilities),
            caller,
        }
    }

    /// Checks that a request of a creator is about the creator itself.
    ///
    /// # Errors
    /// `NOT_ALLOWED`, also when there is nothing of that name.
    pub async fn ensure_own(&self, own: Own, method: &'static str) -> Result<(), Status> {
        let Own::Collaboration(name) = own else {
            return Ok(());
        };
        let (views, brand) = (self.views.clone(), name.brand.clone());
        let found = blocking(move || {
            let key = Collaboration::key(&name);
            let row = views.read(|rows| rows.get::<Collaboration>(&key));
            let row = row.map_err(status::view)?;
            row.map_err(|error| status::internal(&error))
        });
        let row = found.await?;
        let is_own = row.is_some_and(|row| is_own(&self.caller, &brand, &row.creator));
        match is_own {
            true => Ok(()),
            false => {
                note(&self.caller, method, brand.as_str(), false);
                Err(status::not_allowed(method))
            }
        }
    }

    /// Checks that the caller may call a method for the brand that a stream or a scope names, if it
    /// names one.
    ///
    /// # Errors
    /// `NOT_ALLOWED`.
    pub fn ensure_brand(
        &self,
        brand: Option<&BrandId>,
        method: &'static str,
    ) -> Result<(), Status> {
        let Some(brand) = brand.filter(|brand| !self.caller.brands().has(brand)) else {
            return Ok(());
        };
        note(&self.caller, method, brand.as_str(), false);
        Err(status::not_allowed(method))
    }
}
