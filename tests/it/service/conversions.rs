//! Conversions: batches, and the list of all claims with their status.

use campaign_ledger::wire::proto::api::conversion_claim::Claim;
use campaign_ledger::wire::proto::api::conversion_result::Outcome;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{ConversionType, Share};
use tonic::Code;

use super::batches::told;
use super::lists::pages;
use crate::support::server::{Server, Story, by_brand, day, idr, money, rehearsal, terms};

/// Returns an order of the shop, as an item of a batch.
fn item(story: &Story, order: &str, value: i64, who: Option<&str>) -> ConversionItem {
    let alone = story.sale(order, Some(idr(value)), day(1), who);
    ConversionItem {
        order_source: alone.order_source,
        order_id: alone.order_id,
        r#type: alone.r#type,
        quantity: alone.quantity,
        value: alone.value,
        fx_rate: alone.fx_rate,
        ordered_at: alone.ordered_at,
        code: alone.code,
        touches: alone.touches,
        joint_shares: alone.joint_shares,
    }
}

/// Ayu has the code KOPI10, Budi has none; day 2.
async fn shop(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    let mut with_code = terms(idr(500));
    let attribution = with_code.attribution.get_or_insert_default();
    attribution.code = String::from("kopi10");
    story.accepted("ayu", with_code).await;
    story.accepted("budi", terms(idr(500))).await;
    server.clock().set(day(2));
    story
}

/// One order of each kind: `code` and `link` are Ayu's, `joint` is shared, `lost` is claimed for
/// Budi too late, `nobody` and `typo` are unattributed, `dollars` has no rate.
fn orders(story: &Story) -> Vec<ConversionItem> {
    let mut code = item(story, "code", 10, None);
    code.code = String::from("Kopi10");
    let link = item(story, "link", 20, Some("ayu"));
    let mut joint = item(story, "joint", 30, None);
    let share = |who: &str, share_bp| Share {
        collaboration_id: who.to_owned(),
        share_bp,
    };
    joint.joint_shares = vec![share("ayu", 6_000), share("budi", 4_000)];
    let nobody = item(story, "nobody", 50, None);
    let mut typo = item(story, "typo", 60, None);
    typo.code = String::from("kopi11");
    typo.r#type = ConversionType::Signup.into();
    let mut dollars = item(story, "dollars", 0, Some("budi"));
    dollars.value = Some(money("USD", 700));
    dollars.ordered_at = Some(day(2));
    let mut lost = item(story, "link", 21, Some("budi"));
    lost.code = String::from("WRONG");
    vec![code, link, joint, nobody, typo, dollars, lost]
}

fn batch(story: &Story, id: &str, items: Vec<ConversionItem>) -> BatchRecordConversionsRequest {
    BatchRecordConversionsRequest {
        brand_id: story.brand.clone(),
        context: by_brand(id),
        campaign_id: story.campaign.clone(),
        conversions: items,
    }
}

fn list(story: &Story) -> ListConversionsRequest {
    ListConversionsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..ListConversionsRequest::default()
    }
}

fn name(claim: &ConversionClaim) -> &str {
    match claim.claim.as_ref().unwrap() {
        Claim::Conversion(order) => &order.order_id,
        Claim::Rejected(claim) => &claim.order_id,
    }
}

async fn found(server: &Server, request: ListConversionsRequest) -> Vec<String> {
    let answer = server.read(request).await;
    assert_eq!(answer.next_page_token, "");
    let names = answer.claims.iter().map(|claim| name(claim).to_owned());
    names.collect()
}

#[tokio::test]
async fn each_item_of_a_batch_gets_its_outcome_and_the_same_on_repeat() {
    let server = Server::start().await;
    let story = shop(&server).await;
    let mut items = orders(&story);
    let mut broken = item(&story, "broken", 1, None);
    broken.order_source = String::from("The Shop");
    let stranger = item(&story, "stranger", 1, Some("nobody"));
    items.extend([broken, stranger]);
    let head = server.head().await;
    let attributed = Ok((ConversionOutcome::Attributed, ""));
    let expected = [
        attributed,
        attributed,
        attributed,
        Ok((ConversionOutcome::Unattributed, "NO_EVIDENCE")),
        Ok((ConversionOutcome::Unattributed, "UNKNOWN_CODE")),
        attributed,
        Ok((ConversionOutcome::Rejected, "DUPLICATE_ORDER")),
        Err(ErrorReason::InvalidField),
        Err(ErrorReason::CollaborationNotFound),
    ];
    let mut positions = Vec::new();
    for before in [false, true] {
        let answer = server.call(batch(&story, "r-1", items.clone())).await;
        let answer = answer.unwrap();
        let mut here = Vec::new();
        let outcomes: Vec<_> = answer
            .results
            .iter()
            .map(|result| match result.outcome.as_ref().unwrap() {
                Outcome::Recorded(one) => {
                    assert_eq!(one.recorded_before, before);
                    here.push(one.position);
                    Ok((one.outcome(), one.reason.as_str()))
                }
                Outcome::Error(error) => Err(told(error).0),
            })
            .collect();
        assert_eq!(outcomes, expected);
        assert_eq!(here, (head + 1..=head + 7).collect::<Vec<_>>());
        assert_eq!(answer.last_position, head + 7);
        assert_eq!(server.head().await, head + 7);
        positions.push(here);
    }
    assert_eq!(positions[0], positions[1]);
    // Under another request id, accepted claims are recognised by their content.
    let again = batch(&story, "r-2", items[..2].to_vec());
    let answer = server.call(again).await.unwrap();
    let Some(Outcome::Recorded(one)) = &answer.results[1].outcome else {
        panic!("it stands: {answer:?}");
    };
    assert_eq!((one.position, one.recorded_before), (head + 2, true));
    assert_eq!(server.head().await, head + 7);
}

#[tokio::test]
async fn rehearsed_batch_writes_nothing_and_none_is_too_few() {
    let server = Server::start().await;
    let story = shop(&server).await;
    let head = server.head().await;
    let mut rehearsed = batch(&story, "", orders(&story)[..1].to_vec());
    rehearsed.context = rehearsal(rehearsed.context);
    let answer = server.call(rehearsed).await.unwrap();
    let Some(Outcome::Recorded(one)) = &answer.results[0].outcome else {
        panic!("it would be recorded: {answer:?}");
    };
    assert_eq!(
        (one.outcome(), one.position, answer.last_position),
        (ConversionOutcome::Unspecified, 0, 0)
    );
    let empty = server.refused(batch(&story, "", Vec::new())).await;
    empty
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["conversions"]);
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn every_claim_is_listed_with_its_reason_and_by_what_is_asked() {
    let server = Server::start().await;
    let story = shop(&server).await;
    server
        .call(batch(&story, "", orders(&story)))
        .await
        .unwrap();
    let all = ["code", "link", "joint", "nobody", "typo", "dollars", "link"];
    assert_eq!(found(&server, list(&story)).await, all);

    let with = |change: fn(&mut ListConversionsRequest)| {
        let mut request = list(&story);
        change(&mut request);
        found(&server, request)
    };
    let statuses = |statuses: &[ConversionStatus]| {
        let statuses = statuses.iter().map(|status| *status as i32).collect();
        found(
            &server,
            ListConversionsRequest {
                statuses,
                ..list(&story)
            },
        )
    };
    use ConversionStatus::{Attributed, Duplicate, Locked, MissingFx, Unattributed};
    assert_eq!(
        statuses(&[Attributed]).await,
        ["code", "link", "joint", "dollars"]
    );
    assert_eq!(statuses(&[Unattributed]).await, ["nobody", "typo"]);
    assert_eq!(statuses(&[MissingFx, Duplicate]).await, ["dollars", "link"]);
    assert_eq!(statuses(&[Locked]).await, [""; 0]);
    assert_eq!(
        with(|one| one.collaboration_id = String::from("budi")).await,
        ["joint", "dollars", "link"]
    );
    assert_eq!(
        with(|one| one.code = String::from("kopi10")).await,
        ["code"]
    );
    assert_eq!(with(|one| one.code = String::from("wrong")).await, ["link"]);
    assert_eq!(
        with(|one| one.types = vec![ConversionType::Signup.into()]).await,
        ["typo"]
    );
    assert_eq!(
        with(|one| one.ordered_from = Some(day(2))).await,
        ["dollars"]
    );
    assert_eq!(with(|one| one.ordered_before = Some(day(2))).await.len(), 6);

    // Thirty days after the orders of day 1 they are locked.
    server.clock().set(day(31));
    assert_eq!(
        statuses(&[Locked]).await,
        ["code", "link", "joint", "nobody", "typo"]
    );

    let claims = server.read(list(&story)).await.claims;
    let [code, .., dollars, lost] = &claims[..] else {
        panic!("seven claims: {claims:?}");
    };
    let Some(Claim::Conversion(order)) = &code.claim else {
        panic!("it stands: {code:?}");
    };
    assert_eq!(
        (order.code.as_str(), order.position),
        ("KOPI10", code.position)
    );
    assert_eq!(dollars.statuses, [Attributed as i32, MissingFx as i32]);
    assert_eq!(
        (lost.reason.as_str(), &lost.statuses[..]),
        ("DUPLICATE_ORDER", &[Duplicate as i32][..])
    );
    let Some(Claim::Rejected(rejected)) = &lost.claim else {
        panic!("it lost: {lost:?}");
    };
    assert_eq!(rejected.winner_position, claims[1].position);
    assert_eq!(rejected.winner_collaboration_ids, ["ayu"]);
    assert_eq!(rejected.claimed_collaboration_ids, ["budi"]);
    assert_eq!(
        (
            rejected.r#type(),
            rejected.code.as_str(),
            rejected.value.clone()
        ),
        (ConversionType::Sale, "WRONG", Some(idr(21)))
    );
}

#[tokio::test]
async fn pages_are_whole_also_after_a_restart() {
    let server = Server::start().await;
    let story = shop(&server).await;
    server
        .call(batch(&story, "", orders(&story)))
        .await
        .unwrap();
    let whole = server.read(list(&story)).await.claims;
    let server = server.restart().await;
    for page_size in [1, 2, 3] {
        let request = ListConversionsRequest {
            page_size,
            ..list(&story)
        };
        let turn = |request: &mut ListConversionsRequest, token| request.page_token = token;
        let paged = pages(&server, request, turn, |answer| {
            (answer.claims, answer.next_page_token)
        });
        assert_eq!(paged.await.concat(), whole);
    }
    let unknown = ListConversionsRequest {
        campaign_id: String::from("other"),
        ..list(&story)
    };
    let unknown = server.refused(unknown).await;
    unknown.is(Code::NotFound, ErrorReason::CampaignNotFound);
}
