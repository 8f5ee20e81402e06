//! Why a creator is erased, and why a legal hold is placed or released.
//!
//! Grounds and references stay readable after an erasure, so neither is about the person.

use super::words;

words! {
    /// Why a creator is erased.
    pub enum ErasureGround: "campaign.ledger.type.v1.ErasureGround" {
        /// The person asked for it.
        RequestOfThePerson = 1 => "REQUEST_OF_THE_PERSON",
        /// The person took the consent back.
        ConsentWithdrawn = 2 => "CONSENT_WITHDRAWN",
        /// The purpose is fulfilled, or the time of keeping is over.
        NoLongerNeeded = 3 => "NO_LONGER_NEEDED",
        /// The person objected, and nothing outweighs that.
        Objection = 4 => "OBJECTION",
        /// The data was got or used against the law.
        Unlawful = 5 => "UNLAWFUL",
        /// A law or an authority demands it.
        LegalObligation = 6 => "LEGAL_OBLIGATION",
        /// The data is from when the person was a child.
        Child = 7 => "CHILD",
    }
}

words! {
    /// Why the data of a creator must be kept.
    pub enum LegalHoldGround: "campaign.ledger.type.v1.LegalHoldGround" {
        /// Legal claims, made or expected.
        Litigation = 1 => "LITIGATION",
        /// Tax law.
        Tax = 2 => "TAX",
        /// An audit.
        Audit = 3 => "AUDIT",
        /// An order of a court or an authority.
        AuthorityOrder = 4 => "AUTHORITY_ORDER",
        /// Anything else.
        Other = 5 => "OTHER",
    }
}

words! {
    /// Why the data of a creator need not be kept any more.
    pub enum LegalHoldEnd: "campaign.ledger.type.v1.LegalHoldEnd" {
        /// The case, audit or procedure is over.
        CaseClosed = 1 => "CASE_CLOSED",
        /// The time of keeping is over.
        PeriodOver = 2 => "PERIOD_OVER",
        /// The court or the authority lifted its order.
        OrderLifted = 3 => "ORDER_LIFTED",
        /// The hold should not have been placed.
        PlacedInError = 4 => "PLACED_IN_ERROR",
        /// Anything else.
        Other = 5 => "OTHER",
    }
}
