//! One campaign of a brand in short form: valid requests, and the usual sequences of them.
//!
//! A collaboration has the id of its creator, and a publication that of its deliverable, so that
//! one name is enough. A test that needs something else changes the request.

mod agreement;
mod erasure;
mod facts;
mod negotiation;
mod posts;
mod reports;
mod selection;
mod settlement;
mod work;

use campaign_ledger::domain::{self, Currency};
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;
use prost_types::Timestamp;

use super::{Client, day};
pub use selection::{evidence, fitting};

/// Rupiah.
pub fn idr(rupiah: i64) -> Money {
    money("IDR", rupiah * 100)
}

/// An amount as answers show it: in minor units and as decimal text, if it has a currency.
pub fn money(currency_code: &str, minor_units: i64) -> Money {
    let currency = Currency::parse(currency_code).ok();
    let decimal = currency.map(|currency| {
        let minor = minor_units;
        domain::Money { currency, minor }.decimal()
    });
    Money {
        currency_code: currency_code.to_owned(),
        minor_units: Some(minor_units),
        decimal: decimal.unwrap_or_default(),
    }
}

/// An amount told as decimal text.
pub fn told(currency_code: &str, decimal: &str) -> Money {
    Money {
        currency_code: currency_code.to_owned(),
        minor_units: None,
        decimal: decimal.to_owned(),
    }
}

/// What a thousand of a counter are worth on a platform.
pub fn price(platform: Platform, counter: Counter, per_thousand: Money) -> EmvPrice {
    EmvPrice {
        platform: platform.into(),
        counter: counter.into(),
        price_per_thousand: Some(per_thousand),
    }
}

/// Returns a plan that can open: 30 days, measured for 30 more, a cap of 100 million major units.
pub fn plan(currency_code: &str) -> CampaignPlan {
    CampaignPlan {
        title: String::from("Launch"),
        objective: CampaignObjective::Conversion.into(),
        currency_code: currency_code.to_owned(),
        budget_cap: Some(money(currency_code, 10_000_000_000)),
        start_at: Some(day(0)),
        end_at: Some(day(30)),
        measure_until: Some(day(60)),
        ..CampaignPlan::default()
    }
}

/// Returns one promised review on Instagram, due on day 10.
pub fn deliverable(id: &str) -> DeliverableTerms {
    DeliverableTerms {
        deliverable_id: id.to_owned(),
        platform: Platform::Instagram.into(),
        format: ContentFormat::Review.into(),
        due_at: Some(day(10)),
        ..DeliverableTerms::default()
    }
}

/// Returns terms with this fee and one deliverable, `d1`.
pub fn terms(fee: Money) -> Terms {
    Terms {
        fee: Some(fee),
        deliverables: vec![deliverable("d1")],
        ..Terms::default()
    }
}

/// A campaign, and a client for its requests. Cheap to clone.
#[derive(Clone)]
pub struct Story {
    pub client: Client,
    pub brand: String,
    pub campaign: String,
    pub currency: String,
}

impl Story {
    /// Opens a campaign of `kopi` in rupiah.
    pub async fn open(client: &Client, campaign: &str) -> Self {
        Self::open_with(client, campaign, plan("IDR")).await
    }

    /// Opens a campaign of `kopi` with a plan.
    pub async fn open_with(client: &Client, campaign: &str, plan: CampaignPlan) -> Self {
        let story = Self::of("kopi", campaign, &plan.currency_code, client);
        story.client.write(story.create(plan)).await;
        story.client.write(story.start()).await;
        story
    }

    /// Returns a story without a server: its requests can be examined, not sent.
    pub fn unspoken() -> Self {
        Self::of("kopi", "launch", "IDR", &Client::to_nobody())
    }

    /// Makes a story about a campaign; writes nothing.
    pub fn of(brand: &str, campaign: &str, currency: &str, client: &Client) -> Self {
        Self {
            client: client.clone(),
            brand: brand.to_owned(),
            campaign: campaign.to_owned(),
            currency: currency.to_owned(),
        }
    }

    /// Records a creator, invites them and accepts the brief.
    pub async fn accepted(&self, who: &str, terms: Terms) -> Collaboration {
        self.client.write(self.profile(who, 20_000)).await;
        self.client.write(self.invite(who, terms)).await;
        let answer = self.client.write(self.accept(who)).await;
        answer.collaboration.unwrap()
    }

    /// Submits and approves `d1`, then records its post at a time.
    pub async fn published(&self, who: &str, at: Timestamp) -> Publication {
        self.client.write(self.submit(who)).await;
        self.client.write(self.approve(who)).await;
        let answer = self.client.write(self.publish(who, "d1", at)).await;
        answer.publication.unwrap()
    }

    /// Records a cost line, approves and pays it.
    pub async fn paid(&self, id: &str, who: Option<&str>, kind: CostType, amount: Money) {
        let at = day(1);
        self.client
            .write(self.cost(id, who, kind, amount.clone(), at))
            .await;
        self.client.write(self.approve_cost(id)).await;
        self.client.write(self.pay(id, amount, at)).await;
    }

    /// Returns the current report.
    pub async fn roi(&self) -> CampaignRoi {
        let request = GetCampaignRoiRequest {
            brand_id: self.brand.clone(),
            campaign_id: self.campaign.clone(),
            min_position: 0,
            as_of: None,
        };
        self.client.read(request).await.roi.unwrap()
    }
}
