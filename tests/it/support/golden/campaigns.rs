//! Campaigns, creators, agreements.

use std::collections::BTreeMap;

use campaign_ledger::domain::*;

use super::{at, collaboration, idr};

pub fn events() -> Vec<Event> {
    vec![
        Event::Campaign(CampaignEvent::CampaignCreated { plan: plan() }),
        Event::Brand(BrandEvent::BrandTimeZoneSet {
            time_zone: ZoneName::parse("Asia/Jakarta").unwrap(),
        }),
        Event::Brand(BrandEvent::EmvModelDefined {
            emv_model: emv_model(),
        }),
        Event::Campaign(CampaignEvent::CampaignOpened {
            emv_model: Some(emv_model()),
        }),
        Event::Campaign(CampaignEvent::CampaignPaused {
            reason: "stock is low".to_owned(),
        }),
        Event::Campaign(CampaignEvent::CampaignResumed),
        Event::Campaign(CampaignEvent::BudgetAmended {
            cap: idr(6_000_000_000),
            previous: Some(idr(5_000_000_000)),
            reason: "two more creators".to_owned(),
        }),
        Event::Campaign(CampaignEvent::CampaignAmended {
            plan: plan(),
            previous: CampaignPlan {
                title: "Kopi susu".to_owned(),
                gross_margin_bp: None,
                ..plan()
            },
            reason: "the margin is known now".to_owned(),
        }),
        Event::Campaign(CampaignEvent::CampaignClosed),
        Event::Campaign(CampaignEvent::CampaignCancelled {
            reason: "recall of the product".to_owned(),
        }),
        Event::Creator(CreatorEvent::CreatorProfileRecorded { profile: profile() }),
        Event::Creator(CreatorEvent::CreatorBlocked {
            reason: "bought followers".into(),
        }),
        Event::Creator(CreatorEvent::CreatorUnblocked {
            reason: "was mistaken".into(),
        }),
        Event::Agreement(AgreementEvent::CreatorInvited {
            offer: Offer {
                version: 1,
                terms: terms(),
                expires_at: at(259_200),
            },
            previous: Some(collaboration("ayu-0")),
        }),
        Event::Agreement(AgreementEvent::BriefAccepted(BriefAccepted {
            offer_version: 1,
            tier: Tier::Micro,
            tier_scheme: TIER_SCHEME.to_owned(),
            followers: Some(count(48_200)),
            terms_digest: [0x7e; 32],
        })),
        Event::Agreement(AgreementEvent::InvitationDeclined {
            reason: "no time".into(),
        }),
        Event::Agreement(AgreementEvent::InvitationWithdrawn {
            reason: "wrong niche".into(),
        }),
        Event::Agreement(AgreementEvent::InvitationExpired { offer_version: 1 }),
        Event::Agreement(AgreementEvent::CollaborationCompleted),
        Event::Agreement(AgreementEvent::CollaborationCancelled {
            reason: "delayed launch".into(),
            kill_fee: idr(62_500_000),
        }),
    ]
}

fn count(followers: u64) -> FollowerCount {
    FollowerCount {
        followers,
        observed_at: at(-86_400),
    }
}

fn plan() -> CampaignPlan {
    CampaignPlan {
        title: "Jujur: 14 days with the serum".to_owned(),
        objective: CampaignObjective::Conversion,
        niches: vec![
            Niche::parse("skincare").unwrap(),
            Niche::parse("beauty").unwrap(),
        ],
        followers: Some(FollowerRange {
            min: 10_000,
            max: Some(100_000),
        }),
        formats: vec![
            ContentFormat::Review,
            ContentFormat::BeforeAfter,
            ContentFormat::Experience,
        ],
        currency: Currency::parse("IDR").unwrap(),
        budget_cap_minor: Some(5_000_000_000),
        start_at: Some(at(0)),
        end_at: Some(at(2_592_000)),
        measure_until: Some(at(5_184_000)),
        gross_margin_bp: Some(6_200),
        policy: SelectionPolicy {
            vetting_required: false,
            disclosure_required: true,
        },
    }
}

fn emv_model() -> EmvModel {
    let price = |platform, counter, per_thousand_minor| EmvPrice {
        platform,
        counter,
        per_thousand_minor,
    };
    EmvModel {
        version: ModelVersion::parse("emv-2025").unwrap(),
        currency: Currency::parse("IDR").unwrap(),
        prices: vec![
            price(Platform::Instagram, Counter::Likes, 35_000_000),
            price(Platform::Instagram, Counter::Impressions, 4_500_000),
            price(Platform::Tiktok, Counter::Views, 1_200_000),
        ],
    }
}

fn profile() -> CreatorProfile {
    CreatorProfile {
        followers: BTreeMap::from([
            (Platform::Instagram.into(), count(48_200)),
            (Platform::Tiktok.into(), count(31_050)),
        ]),
        niches: vec![Niche::parse("skincare").unwrap()],
        personal: PersonalDetails {
            locality: "Bandung".into(),
            display_name: "Ayu Lestari ✨".into(),
            handles: BTreeMap::from([
                (Platform::Instagram.into(), Matched::told("@ayu.kulit")),
                (Platform::Tiktok.into(), Matched::told("@ayukulit")),
            ]),
            contact: "+62 812 5550 1234".into(),
        },
    }
}

pub fn terms() -> Terms {
    Terms {
        fee: idr(250_000_000),
        deliverables: vec![
            promised("review", Platform::Instagram, ContentFormat::Review),
            promised("before-after", Platform::Tiktok, ContentFormat::BeforeAfter),
        ],
        max_revisions: 2,
        attribution: AttributionTerms {
            window_days: 30,
            code: Some(Matched::told("AYU10")),
            link: Some("https://kulit.example/?c=ayu".into()),
            lock_days: DEFAULT_LOCK_DAYS,
            ends_at: None,
        },
        kill_fee: KillFeeTerms {
            before_content_bp: 0,
            after_submission_bp: 2_500,
            after_approval_bp: 5_000,
        },
        min_live_days: 90,
        rounding: Rounding::HalfEven,
        review_hours: None,
        usage_rights: Vec::new(),
        disclosure: None,
        fee_parts: Vec::new(),
        bonuses: Vec::new(),
        commission: None,
    }
}

fn promised(id: &str, platform: Platform, format: ContentFormat) -> DeliverableTerms {
    DeliverableTerms {
        id: DeliverableId::parse(id).unwrap(),
        platform: platform.into(),
        format,
        medium: None,
        due_at: at(1_209_600),
    }
}
