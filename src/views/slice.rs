//! Slices: the events that make an answer, and their positions in the log.

use super::index::{self, Scope};
use super::past::AsOfError;
use super::{Partnership, Views};
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Order};
use crate::domain::{
    About, BrandId, CampaignId, CampaignRef, CollaborationRef, CreatorRef, OrderRef, Position,
    Request,
};

/// Positions read from the index at a time, which are in about eight rows: writes wait no longer
/// than that.
const POSITIONS_AT_ONCE: usize = 4_096;

/// The subjects whose events make an answer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Slice {
    /// A campaign.
    Campaign(CampaignRef),
    /// A collaboration: its campaign and its creator.
    Collaboration(CollaborationRef),
    /// A creator.
    Creator(CreatorRef),
    /// A campaign and a creator.
    Pair(CampaignRef, CreatorRef),
    /// A creator and the campaigns to which they were invited.
    Partnership(CreatorRef),
    /// An order and the campaign that has it.
    Order(OrderRef),
    /// An order, the campaign that has it, and one that claims it.
    Claim(OrderRef, CampaignId),
    /// Some campaigns and all creators.
    Campaigns(BrandId, Vec<CampaignId>),
    /// All creators.
    Creators(BrandId),
    /// All of a brand.
    Brand(BrandId),
}

impl Slice {
    /// Returns the slice of a campaign if there is one, else that of the whole brand.
    pub fn of(brand: &BrandId, campaign: Option<&CampaignId>) -> Self {
        let brand = brand.clone();
        match campaign.cloned() {
            Some(campaign) => Self::Campaign(CampaignRef { brand, campaign }),
            None => Self::Brand(brand),
        }
    }

    /// Returns the slice that makes the resource of a request.
    pub fn of_request(request: &Request) -> Self {
        match request.about() {
            About::Campaign(name) | About::Cost(name, _) | About::Dispute(name, _) => {
                Self::Campaign(name)
            }
            About::Collaboration(name) => Self::Campaign(name.campaign_ref()),
            About::Publication(name) => Self::Campaign(name.collaboration.campaign_ref()),
            About::Creator(name) => Self::Creator(name),
            About::Order(name) => Self::Order(name),
            About::Claim(name, campaign) => Self::Claim(name, campaign),
            About::Brand(brand) => Self::Brand(brand),
        }
    }

    /// Returns its brand.
    pub fn brand(&self) -> &BrandId {
        match self {
            Self::Campaign(name) | Self::Pair(name, _) => &name.brand,
            Self::Collaboration(name) => &name.brand,
            Self::Creator(name) | Self::Partnership(name) => &name.brand,
            Self::Order(name) | Self::Claim(name, _) => &name.brand,
            Self::Campaigns(brand, _) | Self::Creators(brand) | Self::Brand(brand) => brand,
        }
    }

    /// Finds the scopes of the slice in the current rows.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn scopes<S: Rows>(&self, rows: &S) -> Result<Vec<Scope>, S::Error> {
        Ok(match self {
            Self::Campaign(campaign) => Scope::of_campaign(campaign.clone()).to_vec(),
            Self::Collaboration(place) => {
                let mut scopes = Scope::of_campaign(place.campaign_ref()).to_vec();
                let row = rows.get::<Collaboration>(&Collaboration::key(place))?;
                scopes.extend(row.map(|row| {
                    Scope::Creator(CreatorRef {
                        brand: place.brand.clone(),
                        creator: row.creator.clone(),
                    })
                }));
                scopes
            }
            Self::Creator(creator) => vec![Scope::Creator(creator.clone())],
            Self::Pair(campaign, creator) => {
                let mut scopes = Scope::of_campaign(campaign.clone()).to_vec();
                scopes.push(Scope::Creator(creator.clone()));
                scopes
            }
            Self::Partnership(creator) => {
                let row = rows.get::<Partnership>(&Partnership::key(creator))?;
                let campaigns = row.iter().flat_map(|row| row.campaigns());
                let named = campaigns.map(|campaign| {
                    Scope::Campaign(CampaignRef {
                        brand: creator.brand.clone(),
                        campaign: campaign.clone(),
                    })
                });
                let mut scopes: Vec<_> = named.collect();
                scopes.push(Scope::Rest(creator.brand.clone()));
                scopes.push(Scope::Creator(creator.clone()));
                scopes
            }
            Self::Order(order) => of_order(rows, order, None)?,
            Self::Claim(order, campaign) => of_order(rows, order, Some(campaign))?,
            Self::Campaigns(brand, campaigns) => {
                let mut scopes = index::scopes_of_brand(rows, brand)?;
                scopes.retain(|scope| match scope {
                    Scope::Campaign(one) => campaigns.contains(&one.campaign),
                    Scope::Creator(_) | Scope::Rest(_) => true,
                });
                scopes
            }
            Self::Creators(brand) => {
                let mut scopes = index::scopes_of_brand(rows, brand)?;
                scopes.retain(|scope| matches!(scope, Scope::Creator(_)));
                scopes
            }
            Self::Brand(brand) => index::scopes_of_brand(rows, brand)?,
        })
    }

    /// Finds the events up to a position, at most `most`, in log order. Reads a few at a time from
    /// the index, so that no write waits for long. Stops when no caller waits for them any more.
    ///
    /// # Errors
    /// `TooMany` if there are more; `Abandoned` if no caller waits; or the index cannot be read.
    pub fn events(
        &self,
        views: &Views,
        until: Position,
        most: usize,
        is_abandoned: &dyn Fn() -> bool,
    ) -> Result<Vec<Position>, AsOfError> {
        let scopes = views.read(|rows| self.scopes(rows))??;
        let mut found: Vec<Position> = Vec::new();
        for scope in &scopes {
            let mut after = Position::START;
            loop {
                if is_abandoned() {
                    return Err(AsOfError::Abandoned);
                }
                let some = views.read(|rows| {
                    index::positions(rows, scope, after, until, POSITIONS_AT_ONCE)
                })??;
                found.extend_from_slice(&some);
                if found.len() > most {
                    return Err(AsOfError::TooMany { limit: most });
                }
                match some.last() {
                    Some(last) if some.len() == POSITIONS_AT_ONCE => after = *last,
                    _ => break,
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// Returns the scopes of an order: the campaigns that have or claim it, and the rest of the brand,
/// because a refund may arrive before its order.
fn of_order<S: Rows>(
    rows: &S,
    order: &OrderRef,
    claims: Option<&CampaignId>,
) -> Result<Vec<Scope>, S::Error> {
    let row = rows.get::<Order>(&Order::key(order))?;
    let standing = row.as_ref().and_then(|row| row.conversion.as_ref());
    let has = standing.map(|standing| &standing.campaign);
    let claims = claims.filter(|claims| Some(*claims) != has);
    let campaigns = has.into_iter().chain(claims).map(|campaign| {
        Scope::Campaign(CampaignRef {
            brand: order.brand.clone(),
            campaign: campaign.clone(),
        })
    });
    let rest = Scope::Rest(order.brand.clone());
    Ok([rest].into_iter().chain(campaigns).collect())
}
