//! How an example is recorded as facts.

use campaign_ledger::wire::proto::values::*;

use super::Case;
use crate::support::server::{Client, Story, day, money, plan, price, terms, together};

/// Minor units of one major unit: the currencies of the examples all have two decimals.
const MINOR: i64 = 100;

/// Plays an example in a campaign of its own.
pub fn play(client: &Client, case: &Case) -> impl Future<Output = Story> + Send + use<> {
    let (client, case) = (client.clone(), case.clone());
    async move {
        let currency = case.cur.clone().unwrap_or_else(|| String::from("IDR"));
        let campaign = case.id.to_lowercase();
        // A model is its brand's, so the example with one has a brand of its own.
        let brand = case.emv_cpm.map_or("kopi", |_| "valued");
        let story = Story::of(brand, &campaign, &currency, &client);
        if let Some(cpm) = case.emv_cpm {
            let cpm = money(&currency, cpm * MINOR);
            let prices = vec![price(Platform::Instagram, Counter::Impressions, cpm)];
            client.write(story.define("page", prices)).await;
        }
        client.write(story.create(plan(&currency))).await;
        client.write(story.start()).await;
        let creators = (0..case.gifted.unwrap_or(1)).map(|number| {
            let (story, case) = (story.clone(), case.clone());
            async move { collaborate(&story, &case, number).await }
        });
        together(creators).await;
        sell(&story, &case).await;
        if let Some(cost) = case.cost {
            let amount = money(&currency, cost * MINOR);
            story
                .paid("fee", Some(&name(&case, 0)), CostType::Fee, amount)
                .await;
        }
        story
    }
}

/// Creators belong to the brand, so each example has its own.
fn name(case: &Case, number: u64) -> String {
    format!("{}-{number}", case.id.to_lowercase())
}

async fn collaborate(story: &Story, case: &Case, number: u64) {
    let who = name(case, number);
    story.accepted(&who, terms(money(&story.currency, 0))).await;
    if case.gifted.is_some() {
        story.client.write(story.ship(&who)).await;
    }
    let posts = posts(case);
    if number >= posts {
        return;
    }
    let mut publish = story.publish(&who, "d1", day(1));
    publish.followers = case.followers;
    story.client.write(publish).await;
    let part = |total: Option<u64>| total.map(|total| part_of(total, posts, number));
    let counters = Counters {
        likes: part(case.likes.or(case.engagements)),
        comments: part(case.comments),
        shares: part(case.shares),
        views: part(case.views),
        impressions: part(case.impressions),
        reach: part(case.reach),
        clicks: part(case.clicks),
        ..Counters::default()
    };
    if counters != Counters::default() {
        story
            .client
            .write(story.observe(&who, day(2), counters))
            .await;
    }
}

/// Returns the number of posts: as stated, or one with observations, or none.
pub fn posts(case: &Case) -> u64 {
    let seen = [
        case.likes,
        case.engagements,
        case.views,
        case.impressions,
        case.reach,
        case.clicks,
    ];
    let is_seen = seen.iter().any(Option::is_some);
    case.posted.unwrap_or(u64::from(is_seen))
}

/// Returns the number of conversions: as stated, or one with revenue, or none.
pub fn conversions(case: &Case) -> u64 {
    case.conversions
        .unwrap_or(u64::from(case.revenue.is_some()))
}

async fn sell(story: &Story, case: &Case) {
    let orders = conversions(case);
    let selling = (0..orders).map(|number| {
        let value = case.revenue.map(|revenue| {
            let minor = part_of((revenue * MINOR) as u64, orders, number);
            money(&story.currency, minor as i64)
        });
        let order = format!("{}-{number}", story.campaign);
        let sale = story.sale(&order, value, day(2), Some(&name(case, 0)));
        let client = story.client.clone();
        async move { client.write(sale).await }
    });
    together(selling).await;
}

/// Splits evenly, with the remainder on the last part.
fn part_of(total: u64, parts: u64, number: u64) -> u64 {
    let rest = if number + 1 == parts {
        total % parts
    } else {
        0
    };
    total / parts + rest
}
