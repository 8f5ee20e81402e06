//! Assessments, safety flags, holds, matching.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::grpc::creator::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{ID_RULE, LONG_REASON, LONG_URL, at, command, context, each_is_refused, moment, now};

fn evidence() -> values::Evidence {
    values::Evidence {
        reference: "drive/feed.pdf".to_owned(),
        sha256: vec![7; 32].into(),
        note: "as seen".to_owned(),
    }
}

fn read_evidence() -> Evidence {
    Evidence {
        reference: "drive/feed.pdf".into(),
        sha256: Some([7; 32]),
        note: "as seen".into(),
    }
}

fn assess() -> api::AssessCreatorRequest {
    api::AssessCreatorRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        assessment: Some(values::Assessment {
            niche_fit: values::Fit::Fits.into(),
            style_fit: values::Fit::Partly.into(),
            values_fit: values::Fit::DoesNotFit.into(),
            controversy: values::ControversyCheck::Unclear.into(),
            note: "kind".to_owned(),
            evidence: vec![evidence()],
            assessed_at: at(-60),
            niches: vec!["skincare".to_owned()],
        }),
    }
}

fn found(request: &mut api::AssessCreatorRequest) -> &mut values::Assessment {
    request.assessment.as_mut().unwrap()
}

fn raise() -> api::RaiseSafetyFlagRequest {
    api::RaiseSafetyFlagRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        flag_id: "f-1".to_owned(),
        severity: values::FlagSeverity::Critical.into(),
        category: values::FlagCategory::Legal.into(),
        evidence: vec![evidence()],
        note: "a claim of cure".to_owned(),
    }
}

fn of_ayu(verb: CreatorVerb) -> Command {
    let creator = CreatorId::parse("ayu").unwrap();
    Command::Creator { creator, verb }
}

fn of_agreement(verb: CollaborationVerb) -> Command {
    Command::Collaboration {
        campaign: CampaignId::parse("jujur").unwrap(),
        collaboration: CollaborationId::parse("ayu-1").unwrap(),
        verb,
    }
}

#[test]
fn good_assessment_becomes_a_command() {
    let assessment = Assessment {
        niche_fit: Fit::Fits,
        style_fit: Fit::Partly,
        values_fit: Fit::DoesNotFit,
        controversy: ControversyCheck::Unclear,
        note: "kind".into(),
        evidence: vec![read_evidence()],
        assessed_at: moment(-60),
        niches: vec![Niche::parse("skincare").unwrap()],
    };
    assert_eq!(
        command(assess_creator(assess(), now())),
        of_ayu(CreatorVerb::Assess { assessment })
    );
}

#[test]
fn each_rule_of_an_assessment_names_its_field() {
    each_is_refused(
        &assess(),
        |request| assess_creator(request, now()),
        &[
            (|r| r.assessment = None, "assessment is required"),
            (
                |r| found(r).niche_fit = 0,
                "assessment.niche_fit must be one of FITS, PARTLY, DOES_NOT_FIT",
            ),
            (
                |r| found(r).style_fit = 9,
                "assessment.style_fit must be one of FITS, PARTLY, DOES_NOT_FIT",
            ),
            (
                |r| found(r).values_fit = 0,
                "assessment.values_fit must be one of FITS, PARTLY, DOES_NOT_FIT",
            ),
            (
                |r| found(r).controversy = 0,
                "assessment.controversy must be one of CLEAR, FOUND, UNCLEAR",
            ),
            (
                |r| found(r).note = "x".repeat(LONG_REASON),
                "assessment.note must be at most 500 characters",
            ),
            (
                |r| found(r).assessed_at = None,
                "assessment.assessed_at is required",
            ),
            (
                |r| found(r).assessed_at = at(301),
                "assessment.assessed_at must not be more than 5 minutes in the future",
            ),
            (
                |r| found(r).evidence = vec![evidence(); 21],
                "assessment.evidence must have at most 20 elements",
            ),
            (
                |r| found(r).evidence[0].reference = "x".repeat(LONG_URL),
                "assessment.evidence[0].reference must be 1 to 2000 characters",
            ),
            (
                |r| found(r).evidence[0].sha256 = vec![7; 33].into(),
                "assessment.evidence[0].sha256 must be 32 bytes",
            ),
        ],
    );
}

#[test]
fn evidence_may_be_unpinned() {
    let mut request = assess();
    found(&mut request).evidence[0].sha256.clear();
    let Command::Creator {
        verb: CreatorVerb::Assess { assessment },
        ..
    } = command(assess_creator(request, now()))
    else {
        panic!("it is an assessment");
    };
    assert_eq!(assessment.evidence[0].sha256, None);
}

#[test]
fn good_flags_are_raised_and_cleared() {
    let flag = SafetyFlag {
        id: FlagId::parse("f-1").unwrap(),
        severity: FlagSeverity::Critical,
        category: FlagCategory::Legal,
        evidence: vec![read_evidence()],
        note: "a claim of cure".into(),
    };
    assert_eq!(
        command(raise_safety_flag(raise(), now())),
        of_ayu(CreatorVerb::RaiseFlag { flag })
    );
    let clear = api::ClearSafetyFlagRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        creator_id: "ayu".to_owned(),
        flag_id: "f-1".to_owned(),
        reason: "taken back".to_owned(),
        evidence: vec![evidence()],
    };
    let verb = CreatorVerb::ClearFlag {
        flag: FlagId::parse("f-1").unwrap(),
        reason: "taken back".into(),
        evidence: vec![read_evidence()],
    };
    assert_eq!(
        command(clear_safety_flag(clear.clone(), now())),
        of_ayu(verb)
    );
    each_is_refused(
        &clear,
        |request| clear_safety_flag(request, now()),
        &[
            (
                |r| r.flag_id.clear(),
                "flag_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
        ],
    );
}

#[test]
fn each_rule_of_a_flag_names_its_field() {
    each_is_refused(
        &raise(),
        |request| raise_safety_flag(request, now()),
        &[
            (
                |r| r.flag_id = "f 1".to_owned(),
                "flag_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.severity = 0,
                "severity must be one of LOW, MEDIUM, HIGH, CRITICAL",
            ),
            (
                |r| r.category = 0,
                "category must be one of CONTROVERSY, FRAUD, FAKE_FOLLOWERS, OFFENSIVE_CONTENT, \
                 LEGAL, OTHER",
            ),
            (|r| r.note.clear(), "note must be 1 to 500 characters"),
            (
                |r| r.evidence[0].reference.clear(),
                "evidence[0].reference must be 1 to 2000 characters",
            ),
        ],
    );
}

#[test]
fn good_holds_are_placed_and_released() {
    let place = api::PlaceHoldRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        hold_id: "h-1".to_owned(),
        deliverable_id: "review".to_owned(),
        flag_id: "f-1".to_owned(),
        reason: "to be looked into".to_owned(),
    };
    let placed = HoldPlaced {
        hold: HoldId::parse("h-1").unwrap(),
        deliverable: Some(DeliverableId::parse("review").unwrap()),
        flag: Some(FlagId::parse("f-1").unwrap()),
        reason: "to be looked into".into(),
    };
    assert_eq!(
        command(place_hold(place.clone(), now())),
        of_agreement(CollaborationVerb::PlaceHold(placed.clone()))
    );
    let mut whole = place;
    whole.deliverable_id.clear();
    whole.flag_id.clear();
    let of_all = HoldPlaced {
        deliverable: None,
        flag: None,
        ..placed
    };
    assert_eq!(
        command(place_hold(whole, now())),
        of_agreement(CollaborationVerb::PlaceHold(of_all))
    );
    let release = api::ReleaseHoldRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        hold_id: "h-1".to_owned(),
        reason: String::new(),
    };
    let verb = CollaborationVerb::ReleaseHold {
        hold: HoldId::parse("h-1").unwrap(),
        reason: "".into(),
    };
    assert_eq!(command(release_hold(release, now())), of_agreement(verb));
}

#[test]
fn termination_names_its_ground() {
    let terminate = api::TerminateCollaborationRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        reason: "the remark stands".to_owned(),
        flag_id: "f-1".to_owned(),
        dispute_id: String::new(),
    };
    let for_ruling = api::TerminateCollaborationRequest {
        flag_id: String::new(),
        dispute_id: "d-1".to_owned(),
        ..terminate.clone()
    };
    let flag = Ground::Flag(FlagId::parse("f-1").unwrap());
    let ruling = Ground::Dispute(DisputeId::parse("d-1").unwrap());
    for (request, ground) in [(terminate.clone(), flag), (for_ruling, ruling)] {
        let verb = CollaborationVerb::Terminate {
            reason: "the remark stands".into(),
            ground,
        };
        assert_eq!(
            command(terminate_collaboration(request, now())),
            of_agreement(verb)
        );
    }
    each_is_refused(
        &terminate,
        |request| terminate_collaboration(request, now()),
        &[
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
            (
                |r| r.flag_id.clear(),
                "flag_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.dispute_id = "d-1".to_owned(),
                "flag_id must be absent with dispute_id",
            ),
        ],
    );
}

#[test]
fn creators_are_sought_by_what_is_known_of_them() {
    let list = api::ListCreatorsRequest {
        brand_id: "kulit".to_owned(),
        niche: "skincare".to_owned(),
        tiers: vec![values::Tier::Nano.into(), values::Tier::Micro.into()],
        platform: values::Platform::Tiktok.into(),
        has_open_flag: Some(false),
        matches_campaign_id: "jujur".to_owned(),
        ..api::ListCreatorsRequest::default()
    };
    let query = list_creators(list).unwrap();
    assert_eq!(query.niche, Some(Niche::parse("skincare").unwrap()));
    assert_eq!(query.tiers, [Tier::Nano, Tier::Micro].into());
    assert_eq!(query.platform, Some(Platform::Tiktok.into()));
    assert_eq!(query.has_open_flag, Some(false));
    assert_eq!(query.matches, Some(CampaignId::parse("jujur").unwrap()));
    let all = api::ListCreatorsRequest {
        brand_id: "kulit".to_owned(),
        ..api::ListCreatorsRequest::default()
    };
    let query = list_creators(all).unwrap();
    assert!(query.tiers.is_empty());
    assert_eq!(query.platform, None);
    let matching = api::MatchCreatorRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: String::new(),
        creator_id: "ayu".to_owned(),
        min_position: 0,
        as_of: None,
    };
    let violations = match_creator(&matching).unwrap_err();
    assert_eq!(violations[0].to_string(), format!("campaign_id {ID_RULE}"));
}
