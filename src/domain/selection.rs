//! Selection: what a brand knows about a creator, and what a campaign looks for in a creator.

use serde::{Deserialize, Serialize};

use super::ids::FlagId;
use super::state::{Campaign, Creator, Pair};
use super::{FollowerRange, Niche, PersonalText, Timestamp, words};

words! {
    /// How well a creator fits in one respect.
    pub enum Fit: "campaign.ledger.type.v1.Fit" {
        /// Fits.
        Fits = 1 => "FITS",
        /// Fits in part.
        Partly = 2 => "PARTLY",
        /// Does not fit.
        DoesNotFit = 3 => "DOES_NOT_FIT",
    }
}

words! {
    /// What a look for controversies came to.
    pub enum ControversyCheck: "campaign.ledger.type.v1.ControversyCheck" {
        /// Nothing was found.
        Clear = 1 => "CLEAR",
        /// Something was found.
        Found = 2 => "FOUND",
        /// What was found is open to doubt.
        Unclear = 3 => "UNCLEAR",
    }
}

words! {
    /// How grave a concern is.
    pub enum FlagSeverity: "campaign.ledger.type.v1.FlagSeverity" {
        /// To be kept in mind.
        Low = 1 => "LOW",
        /// To be looked at.
        Medium = 2 => "MEDIUM",
        /// Work should wait.
        High = 3 => "HIGH",
        /// Work should end.
        Critical = 4 => "CRITICAL",
    }
}

words! {
    /// What a concern is about.
    pub enum FlagCategory: "campaign.ledger.type.v1.FlagCategory" {
        /// A public controversy.
        Controversy = 1 => "CONTROVERSY",
        /// Deceit of the brand or the audience.
        Fraud = 2 => "FRAUD",
        /// Followers or engagement that are bought.
        FakeFollowers = 3 => "FAKE_FOLLOWERS",
        /// Content that offends.
        OffensiveContent = 4 => "OFFENSIVE_CONTENT",
        /// A breach of law.
        Legal = 5 => "LEGAL",
        /// Anything else.
        Other = 6 => "OTHER",
    }
}

/// Evidence for a finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// Address of the evidence.
    pub reference: PersonalText,
    /// SHA-256 of the evidence itself.
    pub sha256: Option<[u8; 32]>,
    /// Free text.
    pub note: PersonalText,
}

/// Result of a brand's assessment of a creator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Assessment {
    /// Whether the creator's topics fit.
    pub niche_fit: Fit,
    /// Whether the style of communication fits.
    pub style_fit: Fit,
    /// Whether the values fit.
    pub values_fit: Fit,
    /// Result of the check for controversies.
    pub controversy: ControversyCheck,
    /// Free text.
    pub note: PersonalText,
    /// Evidence for the assessment.
    pub evidence: Vec<Evidence>,
    /// When the brand assessed the creator.
    pub assessed_at: Timestamp,
    /// Niches that the creator was assessed for; empty for no niche in particular.
    pub niches: Vec<Niche>,
}

/// A concern about a creator, as it was raised.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SafetyFlag {
    /// Unique within the creator.
    pub id: FlagId,
    /// How severe it is.
    pub severity: FlagSeverity,
    /// What it is about.
    pub category: FlagCategory,
    /// Evidence for it.
    pub evidence: Vec<Evidence>,
    /// Description.
    pub note: PersonalText,
}

words! {
    /// What a campaign looks for in a creator.
    pub enum Criterion: "campaign.ledger.v1.MatchCriterion" {
        /// The largest follower count is in the range of the plan.
        Followers = 1 => "FOLLOWERS",
        /// The creator has a niche of the plan.
        Niche = 2 => "NICHE",
        /// The creator was assessed, if the policy asks for it.
        Vetting = 3 => "VETTING",
        /// The brand neither blocks nor erased the creator.
        NotBlocked = 4 => "NOT_BLOCKED",
        /// The pair has no live collaboration in the campaign.
        NotLive = 5 => "NOT_LIVE",
        /// How many safety flags are open; stated, never judged.
        OpenFlags = 6 => "OPEN_FLAGS",
    }
}

/// One criterion with its wanted and actual value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CriterionMatch {
    /// The criterion.
    pub criterion: Criterion,
    /// Whether it is met.
    pub met: bool,
    /// What is wanted, as text for people; empty when any value is fine.
    pub wanted: String,
    /// What was found, as text for people; empty when nothing is known.
    pub found: String,
}

/// Compares a creator with what a campaign looks for, criterion by criterion.
///
/// This is a query: a criterion that is not met refuses nothing by itself.
pub fn criteria_of(campaign: &Campaign, creator: &Creator, pair: &Pair) -> [CriterionMatch; 6] {
    let policy = campaign.plan.policy;
    let is_assessed = creator.assessment.is_some();
    let is_erased = creator.erasure.is_some();
    let open_flags = creator.open_flags.len();
    [
        match_followers(campaign.plan.followers.as_ref(), creator),
        match_niche(&campaign.plan.niches, &creator.profile.niches),
        CriterionMatch {
            criterion: Criterion::Vetting,
            met: is_assessed || !policy.vetting_required,
            wanted: said(policy.vetting_required, "an assessment"),
            found: said(is_assessed, "an assessment"),
        },
        CriterionMatch {
            criterion: Criterion::NotBlocked,
            met: creator.blocked.is_none() && !is_erased,
            wanted: "not blocked".to_owned(),
            found: if is_erased {
                "erased".to_owned()
            } else {
                said(creator.blocked.is_some(), "blocked")
            },
        },
        CriterionMatch {
            criterion: Criterion::NotLive,
            met: pair.live.is_none(),
            wanted: "no live collaboration".to_owned(),
            found: pair
                .live
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
        },
        CriterionMatch {
            criterion: Criterion::OpenFlags,
            met: true,
            wanted: String::new(),
            found: open_flags.to_string(),
        },
    ]
}

impl FollowerRange {
    fn contains(&self, followers: u64) -> bool {
        self.min <= followers && self.max.is_none_or(|max| followers <= max)
    }

    fn describe(&self) -> String {
        match self.max {
            Some(max) => format!("{} to {max}", self.min),
            None => format!("{} or more", self.min),
        }
    }
}

fn said(holds: bool, text: &str) -> String {
    if holds {
        text.to_owned()
    } else {
        String::new()
    }
}

fn match_followers(wanted: Option<&FollowerRange>, creator: &Creator) -> CriterionMatch {
    let followers = creator.profile.largest_following();
    let followers = followers.map(|count| count.followers);
    let is_met = |range: &FollowerRange| followers.is_some_and(|count| range.contains(count));
    CriterionMatch {
        criterion: Criterion::Followers,
        met: wanted.is_none_or(is_met),
        wanted: wanted.map_or_else(String::new, FollowerRange::describe),
        found: followers.map_or_else(String::new, |count| count.to_string()),
    }
}

fn match_niche(wanted: &[Niche], found: &[Niche]) -> CriterionMatch {
    CriterionMatch {
        criterion: Criterion::Niche,
        met: wanted.is_empty() || wanted.iter().any(|niche| found.contains(niche)),
        wanted: listed(wanted),
        found: listed(found),
    }
}

fn listed(niches: &[Niche]) -> String {
    let names: Vec<String> = niches.iter().map(ToString::to_string).collect();
    names.join(", ")
}
