//! Who calls, and what the policy grants them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::api_key::KeyHash;
use super::role::{Role, Roles};
use crate::domain::{ActorKind, BrandId, CreatorId, Principal, Timestamp};

/// Brands that somebody may work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brands {
    /// All, also those to come.
    All,
    /// These.
    Named(BTreeSet<BrandId>),
}

impl Brands {
    /// Returns whether the brand is one of them.
    pub fn has(&self, brand: &BrandId) -> bool {
        match self {
            Self::All => true,
            Self::Named(named) => named.contains(brand),
        }
    }

    /// Returns the brands of `self` that are among `named`.
    pub(super) fn narrowed(&self, named: &BTreeSet<BrandId>) -> Self {
        Self::Named(match self {
            Self::All => named.clone(),
            Self::Named(own) => own.intersection(named).cloned().collect(),
        })
    }
}

/// What the policy grants a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The name of the principal in the policy; empty where nobody was asked for proof.
    pub principal: Principal,
    /// What it does.
    pub roles: Roles,
    /// For which brands.
    pub brands: Brands,
    /// For which creators, if it is the app of creators.
    pub creators: BTreeSet<(BrandId, CreatorId)>,
    /// Whom it may act for, with `on_behalf_of` and a reason.
    pub on_behalf_of: BTreeSet<ActorKind>,
}

/// How a caller was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nobody asked.
    Unasked,
    /// By a name in the certificate of the connection.
    Certificate(Arc<str>),
    /// By the subject of a token.
    Subject(Arc<str>),
    /// By an API key.
    ApiKey(KeyHash),
}

/// Who calls, as the server made sure of it. Every call carries one in its extensions, as
/// `Arc<Caller>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    grant: Arc<Grant>,
    proof: Proof,
    roles: Roles,
    /// `None` where the grant is not narrowed.
    narrowed: Option<Brands>,
    expires_at: Option<Timestamp>,
}

impl Caller {
    /// Returns the caller of a server that asks nobody for proof: no principal, all roles, all
    /// brands.
    pub fn anyone() -> Self {
        let grant = Grant {
            principal: Principal::none(),
            roles: Roles::all(),
            brands: Brands::All,
            creators: BTreeSet::new(),
            on_behalf_of: ActorKind::ALL.into_iter().collect(),
        };
        Self::granted(Arc::new(grant), Proof::Unasked)
    }

    /// Finds the caller in the extensions of a request. The edge puts one into each, so one without must
    /// be refused.
    pub fn of(extensions: &http::Extensions) -> Option<&Arc<Self>> {
        extensions.get()
    }

    pub(super) fn granted(grant: Arc<Grant>, proof: Proof) -> Self {
        Self {
            roles: grant.roles,
            grant,
            proof,
            narrowed: None,
            expires_at: None,
        }
    }

    /// The same until this time.
    #[must_use]
    pub(super) fn until(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// The same with only those roles and brands of the grant that are also among these.
    #[must_use]
    pub(super) fn narrowed(
        mut self,
        roles: Option<Roles>,
        brands: Option<&BTreeSet<BrandId>>,
    ) -> Self {
        if let Some(roles) = roles {
            self.roles = self.roles.and(roles);
        }
        self.narrowed = brands.map(|brands| self.grant.brands.narrowed(brands));
        self
    }

    /// Returns the opaque name of the policy; empty for anyone.
    pub fn principal(&self) -> &Principal {
        &self.grant.principal
    }

    /// Returns the name of the principal for log lines; empty for anyone.
    pub fn name(&self) -> &str {
        std::str::from_utf8(self.grant.principal.as_bytes()).unwrap_or_default()
    }

    /// Returns whether the server asked for proof.
    pub fn is_known(&self) -> bool {
        self.proof != Proof::Unasked
    }

    /// Returns what it may be.
    pub fn roles(&self) -> Roles {
        self.roles
    }

    /// Returns whether it has the role itself; `admin` does not stand for others here.
    pub fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }

    /// Returns the brands it may work with.
    pub fn brands(&self) -> &Brands {
        self.narrowed.as_ref().unwrap_or(&self.grant.brands)
    }

    /// Returns the creators whose side it may take, each within its brand.
    pub fn creators(&self) -> &BTreeSet<(BrandId, CreatorId)> {
        &self.grant.creators
    }

    /// Returns whom it may act for, with a reason.
    pub fn on_behalf_of(&self) -> &BTreeSet<ActorKind> {
        &self.grant.on_behalf_of
    }

    /// Returns when its token or its certificate expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns whether its token or its certificate has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    pub(super) fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }

    pub(super) fn proof(&self) -> &Proof {
        &self.proof
    }
}
