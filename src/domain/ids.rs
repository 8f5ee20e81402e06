//! Ids. Every value of an id type is valid: `parse` is the only way to make one.
//!
//! Every event copies its ids. Most ids are so short that a copy needs no allocation.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Longest id, in characters: enough for a UUID with a prefix, short enough for a key.
pub const MAX_ID_CHARS: usize = 64;
/// The rule for ids.
pub const ID_RULE: &str = "must be 1 to 64 characters of a-z 0-9 - _";

fn is_id(text: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(SmolStr);

        impl $name {
            /// Parses an id.
            ///
            /// # Errors
            /// Returns [`ID_RULE`] when the text breaks it.
            pub fn parse(text: &str) -> Result<Self, &'static str> {
                if is_id(text) { Ok(Self(text.into())) } else { Err(ID_RULE) }
            }

            /// Returns the text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// Names a tenant.
    BrandId,
    /// Names a campaign within its brand.
    CampaignId,
    /// Names a creator within its brand.
    CreatorId,
    /// Names a collaboration within its campaign.
    CollaborationId,
    /// Names a deliverable within its collaboration.
    DeliverableId,
    /// Names a publication within its collaboration.
    PublicationId,
    /// Names a shipment within its collaboration.
    ShipmentId,
    /// Names a cost line within its campaign.
    CostId,
    /// Names a payment within its campaign.
    PaymentId,
    /// Names a refund within its order.
    RefundId,
    /// Names rights of use within their terms.
    RightsId,
    /// Names a bonus within its terms.
    BonusId,
    /// Names a safety flag within its creator.
    FlagId,
    /// Names a hold within its collaboration.
    HoldId,
    /// Names a legal hold within its creator.
    LegalHoldId,
    /// Names a dispute within its campaign.
    DisputeId,
    /// Names an adjustment within its order.
    AdjustmentId,
    /// Names a tax record within its cost line.
    TaxId,
    /// Names a consumer of the event stream.
    SubscriptionId,
    /// Names an actor.
    ActorId,
    /// Names the system that an order comes from.
    OrderSource,
    /// Names a niche, such as `skincare`.
    Niche,
    /// Names a version of a model.
    ModelVersion,
}

/// Names a campaign across brands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct CampaignRef {
    /// The tenant.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
}

/// Names a creator across brands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct CreatorRef {
    /// The tenant.
    pub brand: BrandId,
    /// The creator.
    pub creator: CreatorId,
}

/// Names a collaboration across brands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct CollaborationRef {
    /// The tenant.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The collaboration.
    pub collaboration: CollaborationId,
}

impl CollaborationRef {
    /// Names the campaign of the collaboration.
    pub fn campaign_ref(&self) -> CampaignRef {
        CampaignRef {
            brand: self.brand.clone(),
            campaign: self.campaign.clone(),
        }
    }
}

/// Names a publication across brands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PublicationRef {
    /// The collaboration that published.
    pub collaboration: CollaborationRef,
    /// The publication.
    pub publication: PublicationId,
}

/// Names an order of a brand.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OrderRef {
    /// The tenant.
    pub brand: BrandId,
    /// The order.
    pub order: OrderKey,
}

/// Names an order within a brand.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OrderKey {
    /// System that the order comes from.
    pub source: OrderSource,
    /// Its id there.
    pub id: Reference,
}

/// Longest foreign reference, in characters.
pub const MAX_REFERENCE_CHARS: usize = 128;
/// The rule for references of other systems.
pub const REFERENCE_RULE: &str = "must be 1 to 128 printable ASCII characters";

/// An id that another system gave, such as an order id or a transfer reference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Reference(SmolStr);

impl Reference {
    /// Parses a reference.
    ///
    /// # Errors
    /// Returns [`REFERENCE_RULE`] when the text breaks it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let printable = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
        if (1..=MAX_REFERENCE_CHARS).contains(&text.len()) && printable {
            Ok(Self(text.into()))
        } else {
            Err(REFERENCE_RULE)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The rule for request ids.
pub const REQUEST_ID_RULE: &str = "must be 1 to 64 characters of a-z A-Z 0-9 - _ . :";

/// The caller's id for a request. Two requests with the same id are the same request.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct RequestId(SmolStr);

impl RequestId {
    /// Parses a request id.
    ///
    /// # Errors
    /// Returns [`REQUEST_ID_RULE`] when the text breaks it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let allowed = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        if (1..=MAX_ID_CHARS).contains(&text.len()) && allowed {
            Ok(Self(text.into()))
        } else {
            Err(REQUEST_ID_RULE)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
