//! The workload: observations of 5,000 collaborations, zipf-distributed, about 300 stored bytes
//! each.

use std::sync::atomic::{AtomicU64, Ordering};

use campaign_ledger::wire::proto::api::campaign_service_client::CampaignServiceClient;
use campaign_ledger::wire::proto::api::collaboration_service_client::CollaborationServiceClient;
use campaign_ledger::wire::proto::api::creator_service_client::CreatorServiceClient;
use campaign_ledger::wire::proto::{api, values};
use prost_types::Timestamp;
use tonic::transport::Channel;

use crate::support::zipf::zipf;

/// Collaborations, one post each.
pub const COLLABORATIONS: u64 = 5_000;
/// Campaigns that have the collaborations.
const CAMPAIGNS: u64 = 50;
/// Set-up calls in flight.
const MAKERS: u64 = 64;
/// 2026-01-01T00:00:00Z, when every post went live.
const START_S: i64 = 1_767_225_600;

/// Ids of the entities; different for each run.
pub struct World {
    runs: AtomicU64,
}

impl World {
    /// Makes a new world.
    pub fn new() -> Self {
        Self {
            runs: AtomicU64::new(1),
        }
    }

    /// Returns the first number of the observations of one run. No two runs use the same numbers.
    pub fn first_of_a_run(&self) -> u64 {
        self.runs.fetch_add(1, Ordering::Relaxed) * 1_000_000_000
    }

    /// Creates campaigns, creators, collaborations and posts.
    pub async fn make(&self, channels: &[Channel]) {
        let mut campaigns = CampaignServiceClient::new(channels[0].clone());
        for number in 0..CAMPAIGNS {
            let create = create_campaign(campaign(number));
            campaigns.create_campaign(create).await.expect("created");
            let open = api::OpenCampaignRequest {
                brand_id: brand(),
                context: by_brand(),
                campaign_id: campaign(number),
            };
            campaigns.open_campaign(open).await.expect("opened");
        }
        let makers: Vec<_> = (0..MAKERS)
            .map(|maker| {
                let channel = channels[maker as usize % channels.len()].clone();
                tokio::spawn(async move {
                    for number in (maker..COLLABORATIONS).step_by(MAKERS as usize) {
                        make_post(&channel, number).await;
                    }
                })
            })
            .collect();
        for maker in makers {
            maker.await.expect("everything is made");
        }
    }

    /// Returns the observation with this number: its time is unique, its post is zipf-distributed.
    pub fn observation(number: u64, random: &mut fastrand::Rng) -> api::RecordEngagementRequest {
        let item = Self::item(number, random);
        api::RecordEngagementRequest {
            brand_id: brand(),
            context: by_brand().map(|context| api::WriteContext {
                request_id: format!("bench-{number:020}"),
                ..context
            }),
            campaign_id: item.campaign_id,
            collaboration_id: item.collaboration_id,
            publication_id: item.publication_id,
            observed_at: item.observed_at,
            source: item.source,
            kind: item.kind,
            scope: item.scope,
            counters: item.counters,
            followers: item.followers,
            definition: item.definition,
        }
    }

    /// Returns the same observation as an item of a batch.
    pub fn item(number: u64, random: &mut fastrand::Rng) -> api::EngagementItem {
        let offset = i64::try_from(number).unwrap_or(0);
        let post = draw(random);
        api::EngagementItem {
            campaign_id: campaign(post),
            collaboration_id: format!("collaboration-{post}"),
            publication_id: "post".to_owned(),
            observed_at: Some(Timestamp {
                seconds: START_S + 1 + offset / 1_000_000,
                nanos: (offset % 1_000_000 * 1_000) as i32,
            }),
            source: values::ObservationSource::Api as i32,
            kind: values::MeasurementKind::Measured as i32,
            scope: values::MeasurementScope::Total as i32,
            counters: Some(values::Counters {
                likes: Some(number % 10_000),
                comments: Some(number % 500),
                shares: Some(number % 200),
                views: Some(number % 100_000),
                reach: Some(number % 60_000),
                ..values::Counters::default()
            }),
            followers: None,
            definition: String::new(),
        }
    }
}

/// Picks a post; some are picked much more often than others.
pub fn draw(random: &mut fastrand::Rng) -> u64 {
    zipf(random, COLLABORATIONS)
}

/// Returns the id of the only brand.
pub fn brand() -> String {
    "bench-brand".to_owned()
}

/// Returns the campaign of a collaboration.
pub fn campaign(number: u64) -> String {
    format!("campaign-{}", number % CAMPAIGNS)
}

/// Returns the creator of a collaboration.
pub fn creator(number: u64) -> String {
    format!("creator-{number}")
}

/// Returns a context in which the brand acts.
pub fn by_brand() -> Option<api::WriteContext> {
    context(values::ActorKind::Brand)
}

fn context(kind: values::ActorKind) -> Option<api::WriteContext> {
    Some(api::WriteContext {
        actor: Some(values::Actor {
            kind: kind as i32,
            id: "bench".to_owned(),
        }),
        ..api::WriteContext::default()
    })
}

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: START_S + seconds,
        nanos: 0,
    })
}

fn money(minor_units: i64) -> Option<values::Money> {
    Some(values::Money {
        currency_code: "IDR".to_owned(),
        minor_units: Some(minor_units),
        ..values::Money::default()
    })
}

fn create_campaign(campaign_id: String) -> api::CreateCampaignRequest {
    api::CreateCampaignRequest {
        brand_id: brand(),
        context: by_brand(),
        campaign_id,
        plan: Some(values::CampaignPlan {
            title: "Bench".to_owned(),
            objective: values::CampaignObjective::Engagement as i32,
            currency_code: "IDR".to_owned(),
            budget_cap: money(i64::MAX / 2),
            start_at: at(0),
            end_at: at(300 * 86_400),
            ..values::CampaignPlan::default()
        }),
    }
}

async fn make_post(channel: &Channel, number: u64) {
    let creator_id = creator(number);
    let collaboration_id = format!("collaboration-{number}");
    let mut creators = CreatorServiceClient::new(channel.clone());
    let profile = api::RecordCreatorProfileRequest {
        brand_id: brand(),
        context: by_brand(),
        creator_id: creator_id.clone(),
        profile: Some(api::CreatorProfile::default()),
    };
    creators
        .record_creator_profile(profile)
        .await
        .expect("recorded");
    let mut collaborations = CollaborationServiceClient::new(channel.clone());
    let invite = api::InviteCreatorRequest {
        brand_id: brand(),
        context: by_brand(),
        campaign_id: campaign(number),
        collaboration_id: collaboration_id.clone(),
        creator_id,
        terms: Some(values::Terms {
            fee: money(100),
            deliverables: vec![values::DeliverableTerms {
                deliverable_id: "post".to_owned(),
                platform: values::Platform::Instagram as i32,
                format: values::ContentFormat::Review as i32,
                due_at: at(86_400),
                ..values::DeliverableTerms::default()
            }],
            ..values::Terms::default()
        }),
        expires_at: Some(Timestamp {
            seconds: 4_000_000_000,
            nanos: 0,
        }),
    };
    collaborations
        .invite_creator(invite)
        .await
        .expect("invited");
    let accept = api::AcceptBriefRequest {
        brand_id: brand(),
        context: context(values::ActorKind::Creator),
        campaign_id: campaign(number),
        collaboration_id: collaboration_id.clone(),
        offer_version: 1,
    };
    collaborations.accept_brief(accept).await.expect("accepted");
    let publish = api::RecordPublicationRequest {
        brand_id: brand(),
        context: context(values::ActorKind::Creator),
        campaign_id: campaign(number),
        collaboration_id,
        deliverable_id: "post".to_owned(),
        publication_id: "post".to_owned(),
        url: format!("https://example.test/p/{number}"),
        platform_post_id: format!("p-{number}"),
        published_at: at(0),
        followers: Some(20_000),
        disclosed: true,
        shares: Vec::new(),
        platform_name: String::new(),
    };
    collaborations
        .record_publication(publish)
        .await
        .expect("published");
}
