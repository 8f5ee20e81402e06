//! Slices: whose events make an answer, and where in the log they lie.

use super::index::{self, Scope};
use super::past::AsOfError;
use super::{Partnership, Views};
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Order};
use crate::domain::{
    About, BrandId, CampaignId, CampaignRef, CollaborationRef, CreatorRef, OrderRef, Position,
    Request,
};

/// Positions taken from the index at a time: writes wait for some eight rows, no longer.
const POSITIONS_AT_ONCE: usize = 4_096;

/// Whose events make an answer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Slice {
    /// A campaign.
    Campaign(CampaignRef),
    /// A collaboration: its campaign, and what is known of its creator.
    Collaboration(CollaborationRef),
    /// What is known of a creator.
    Creator(CreatorRef),
    /// A campaign, and what is known of a creator.
    Pair(CampaignRef, CreatorRef),
    /// A creator and the campaigns they were asked into.
    Partnership(CreatorRef),
    /// An order, with the campaign that has it.
    Order(OrderRef),
    /// An order, with the campaign that has it and one that claims it.
    Claim(OrderRef, CampaignId),
    /// Some campaigns, and what is known of all creators.
    Campaigns(BrandId, Vec<CampaignId>),
    /// What is known of all creators.
    Creators(BrandId),
    /// All of a brand.
    Brand(BrandId),
}

impl Slice {
    /// Names a campaign where there is one, else all of a brand.
    pub fn of(brand: &BrandId, campaign: Option<&CampaignId>) -> Self {
        let brand = brand.clone();
        match campaign.cloned() {
            Some(campaign) => Self::Campaign(CampaignRef { brand, campaign }),
            None => Self::Brand(brand),
        }
    }

    /// Names what makes the resource of a request.
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
        }
    }

    /// Tells whose it is.
    pub fn brand(&self) -> &BrandId {
        match self {
            Self::Campaign(name) | Self::Pair(name, _) => &name.brand,
            Self::Collaboration(name) => &name.brand,
            Self::Creator(name) | Self::Partnership(name) => &name.brand,
            Self::Order(name) | Self::Claim(name, _) => &name.brand,
            Self::Campaigns(brand, _) | Self::Creators(brand) | Self::Brand(brand) => brand,
        }
    }

    /// Finds the scopes, by the rows as they are now.
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

    /// Finds the events up to a position, in log order, `most` at the most. Takes a few at a time from the index, so that
    /// no write waits for long, and stops when nobody waits for them any more.
    ///
    /// # Errors
    /// `TooMany` when there are more; `Abandoned`; when the index cannot be read.
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

/// The rest of the brand, for a refund may come before its order, and the campaigns that have the order
/// or claim it.
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
