//! The answers of every reading call, recorded so that the calls can be repeated.

use std::pin::Pin;

use campaign_ledger::wire::proto::api::*;

use crate::support::server::{Client, Read, Refusal, day};

/// An answer, or its refusal.
pub type Told = Result<String, String>;
pub type Asking = Pin<Box<dyn Future<Output = Told>>>;

/// A query, its answer at a position, and how to repeat it.
pub struct Note {
    pub question: String,
    pub told: Told,
    pub again: Box<dyn Fn(Client, AsOf) -> Asking>,
}

/// Returns the answer of a call without the flag that a task is overdue: the answers are recorded
/// long before the due times.
async fn ask<R: Read>(client: Client, request: R) -> Told {
    match client.call(request).await {
        Ok(answer) => Ok(format!("{answer:?}").replace("overdue: true", "overdue: false")),
        Err(status) => Err(Refusal::from(status).to_string()),
    }
}

/// Records the current answer.
async fn note<R: Read>(client: &Client, request: R, notes: &mut Vec<Note>) {
    let question = format!("{request:?}");
    let told = ask(client.clone(), request.clone()).await;
    let again = move |client, as_of| {
        let mut request = request.clone();
        *request.as_of() = Some(as_of);
        Box::pin(ask(client, request)) as Asking
    };
    notes.push(Note {
        question,
        told,
        again: Box::new(again),
    });
}

const BRANDS: [&str; 2] = ["kopi", "teh"];
const CAMPAIGNS: [&str; 2] = ["launch", "second"];
const CREATORS: [&str; 3] = ["ayu", "bima", "cici"];

/// Records the current answers of every reading call. Everything fits on one page, because page
/// tokens would differ.
pub async fn note_all(client: &Client) -> Vec<Note> {
    let mut notes = Vec::new();
    for brand in BRANDS {
        about_a_brand(client, brand, &mut notes).await;
        for campaign in CAMPAIGNS {
            about_a_campaign(client, (brand, campaign), &mut notes).await;
        }
        for creator in CREATORS {
            about_a_creator(client, (brand, creator), &mut notes).await;
        }
        let all = ListCollaborationsRequest {
            brand_id: brand.to_owned(),
            page_size: 1_000,
            ..ListCollaborationsRequest::default()
        };
        let all = client.call(all).await.unwrap();
        assert_eq!(all.next_page_token, "");
        for one in &all.collaborations {
            about_a_collaboration(client, one, &mut notes).await;
        }
    }
    notes
}

async fn about_a_brand(client: &Client, brand: &str, notes: &mut Vec<Note>) {
    let (brand_id, page_size) = (brand.to_owned(), 1_000);
    let request = ListCampaignsRequest {
        brand_id: brand_id.clone(),
        page_size,
        ..ListCampaignsRequest::default()
    };
    note(client, request, notes).await;
    let creators = ListCreatorsRequest {
        brand_id: brand_id.clone(),
        page_size,
        ..ListCreatorsRequest::default()
    };
    let matching = ListCreatorsRequest {
        matches_campaign_id: CAMPAIGNS[0].to_owned(),
        ..creators.clone()
    };
    note(client, creators, notes).await;
    note(client, matching, notes).await;
    let request = ListCollaborationsRequest {
        brand_id: brand_id.clone(),
        page_size,
        ..ListCollaborationsRequest::default()
    };
    note(client, request, notes).await;
    let request = ListUsageRightsRequest {
        brand_id: brand_id.clone(),
        page_size,
        ..ListUsageRightsRequest::default()
    };
    note(client, request, notes).await;
    let request = ListPublicationsRequest {
        brand_id: brand_id.clone(),
        page_size,
        ..ListPublicationsRequest::default()
    };
    note(client, request, notes).await;
    let request = ListWorklistRequest {
        brand_id: brand_id.clone(),
        page_size,
        kinds: of_events(),
        ..ListWorklistRequest::default()
    };
    note(client, request, notes).await;
    let partnerships = ListPartnershipsRequest {
        brand_id: brand_id.clone(),
        page_size,
        ..ListPartnershipsRequest::default()
    };
    let ranked = ListPartnershipsRequest {
        order_by: PartnershipOrder::OnTime.into(),
        ..partnerships.clone()
    };
    note(client, partnerships, notes).await;
    note(client, ranked, notes).await;
    let request = GetCreatorRetentionRequest {
        brand_id: brand_id.clone(),
        first_from: Some(day(-100)),
        first_until: Some(day(2)),
        second_from: Some(day(2)),
        second_until: Some(day(1_000)),
        ..GetCreatorRetentionRequest::default()
    };
    note(client, request, notes).await;
    let request = GetBrandAwarenessRequest {
        brand_id: brand_id.clone(),
        from_day: String::from("2026-01-01"),
        until_day: String::from("2026-12-31"),
        ..GetBrandAwarenessRequest::default()
    };
    note(client, request, notes).await;
    let comparison = GetComparisonRequest {
        brand_id: brand_id.clone(),
        group_by: vec![ComparisonKey::Tier.into(), ComparisonKey::Niche.into()],
        ..GetComparisonRequest::default()
    };
    let of_one = GetComparisonRequest {
        campaign_ids: vec![CAMPAIGNS[0].to_owned()],
        ..comparison.clone()
    };
    note(client, comparison, notes).await;
    note(client, of_one, notes).await;
    for number in 0..4 {
        let request = GetConversionRequest {
            brand_id: brand_id.clone(),
            order_source: String::from("shop"),
            order_id: format!("o-{number}"),
            ..GetConversionRequest::default()
        };
        note(client, request, notes).await;
    }
}

async fn about_a_campaign(client: &Client, names: (&str, &str), notes: &mut Vec<Note>) {
    let (brand_id, campaign_id) = (names.0.to_owned(), names.1.to_owned());
    let request = GetCampaignRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        ..GetCampaignRequest::default()
    };
    note(client, request, notes).await;
    let request = GetCampaignRoiRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        ..GetCampaignRoiRequest::default()
    };
    note(client, request, notes).await;
    let request = ListWorklistRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        page_size: 1_000,
        kinds: of_events(),
        ..ListWorklistRequest::default()
    };
    note(client, request, notes).await;
    let request = ListCostsRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        page_size: 1_000,
        ..ListCostsRequest::default()
    };
    note(client, request, notes).await;
    let request = ListDisputesRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        page_size: 1_000,
        ..ListDisputesRequest::default()
    };
    note(client, request, notes).await;
    let request = ListReportsRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        page_size: 1_000,
        ..ListReportsRequest::default()
    };
    note(client, request, notes).await;
    let request = GetReportRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        ..GetReportRequest::default()
    };
    note(client, request, notes).await;
    let request = CompareReportsRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        from_revision: 1,
        to_revision: 2,
        page_size: 1_000,
        ..CompareReportsRequest::default()
    };
    note(client, request, notes).await;
    let request = ListCollaborationsRequest {
        brand_id: brand_id.clone(),
        campaign_id: campaign_id.clone(),
        page_size: 1_000,
        ..ListCollaborationsRequest::default()
    };
    note(client, request, notes).await;
    let request = MatchCreatorRequest {
        brand_id,
        campaign_id,
        creator_id: CREATORS[0].to_owned(),
        ..MatchCreatorRequest::default()
    };
    note(client, request, notes).await;
}

async fn about_a_creator(client: &Client, names: (&str, &str), notes: &mut Vec<Note>) {
    let (brand_id, creator_id) = (names.0.to_owned(), names.1.to_owned());
    let request = GetCreatorRequest {
        brand_id: brand_id.clone(),
        creator_id: creator_id.clone(),
        ..GetCreatorRequest::default()
    };
    note(client, request, notes).await;
    let request = ListSafetyFlagsRequest {
        brand_id: brand_id.clone(),
        creator_id: creator_id.clone(),
        page_size: 1_000,
        ..ListSafetyFlagsRequest::default()
    };
    note(client, request, notes).await;
    let request = GetPartnershipRequest {
        brand_id: brand_id.clone(),
        creator_id: creator_id.clone(),
        ..GetPartnershipRequest::default()
    };
    note(client, request, notes).await;
    let request = ListCollaborationsRequest {
        brand_id,
        creator_id,
        page_size: 1_000,
        ..ListCollaborationsRequest::default()
    };
    note(client, request, notes).await;
}

async fn about_a_collaboration(client: &Client, one: &Collaboration, notes: &mut Vec<Note>) {
    let request = GetCollaborationRequest {
        brand_id: one.brand_id.clone(),
        campaign_id: one.campaign_id.clone(),
        collaboration_id: one.collaboration_id.clone(),
        ..GetCollaborationRequest::default()
    };
    note(client, request, notes).await;
    let request = ListHoldsRequest {
        brand_id: one.brand_id.clone(),
        campaign_id: one.campaign_id.clone(),
        collaboration_id: one.collaboration_id.clone(),
        page_size: 1_000,
        ..ListHoldsRequest::default()
    };
    note(client, request, notes).await;
    let request = GetCollaborationPerformanceRequest {
        brand_id: one.brand_id.clone(),
        campaign_id: one.campaign_id.clone(),
        collaboration_id: one.collaboration_id.clone(),
        ..GetCollaborationPerformanceRequest::default()
    };
    note(client, request, notes).await;
    let posts = one.deliverables.iter().map(|one| &one.publication_id);
    for post in posts.filter(|post| !post.is_empty()) {
        let request = GetPublicationRequest {
            brand_id: one.brand_id.clone(),
            campaign_id: one.campaign_id.clone(),
            collaboration_id: one.collaboration_id.clone(),
            publication_id: post.clone(),
            ..GetPublicationRequest::default()
        };
        note(client, request, notes).await;
    }
}

/// Tasks that come with events. Rights become tasks as time goes by, and the clock of these tests
/// stands still.
fn of_events() -> Vec<i32> {
    let kinds = (1..100).filter_map(|number| TaskKind::try_from(number).ok());
    let kinds = kinds.filter(|kind| *kind != TaskKind::RightsExpiring);
    kinds.map(Into::into).collect()
}
