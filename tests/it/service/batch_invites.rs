//! Many invitations in one call: each item has its own result and is decided independently.

use campaign_ledger::wire::proto::api::item_result::Outcome;
use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::batches::told;
use super::half_batches::cut;
use crate::support::server::{
    Server, Story, by_creator, day, idr, money, rehearsal, terms, together,
};

const CREATORS: [&str; 6] = ["ayu", "budi", "citra", "dewi", "eka", "fitri"];

/// Makes an open campaign, and creators without an invitation.
async fn open(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    for who in CREATORS {
        server.write(story.profile(who, 20_000)).await;
    }
    story
}

/// Returns id and position of each written item, and whether it was written before.
fn written(results: &[ItemResult]) -> Vec<(&str, u64, bool)> {
    let results = results.iter();
    results
        .map(|result| match result.outcome.as_ref().unwrap() {
            Outcome::Written(one) => {
                assert_eq!(one.first_position, one.last_position);
                (one.id.as_str(), one.first_position, one.written_before)
            }
            Outcome::Error(error) => panic!("refused: {error:?}"),
        })
        .collect()
}

/// The reason and the fields of an item that was refused.
fn refused(result: &ItemResult) -> (ErrorReason, Vec<&str>) {
    match result.outcome.as_ref().unwrap() {
        Outcome::Error(error) => told(error),
        Outcome::Written(one) => panic!("written: {one:?}"),
    }
}

/// Returns consecutive positions for the creators, in order.
fn in_a_row(first: u64, before: impl Fn(usize) -> bool) -> Vec<(&'static str, u64, bool)> {
    let names = CREATORS.into_iter().enumerate();
    names
        .map(|(index, who)| (who, first + index as u64, before(index)))
        .collect()
}

#[tokio::test]
async fn a_refused_invitation_has_its_error_and_changes_nothing_of_the_others() {
    let server = Server::start().await;
    let story = open(&server).await;
    server.write(story.block("budi")).await;
    let head = server.head().await;
    let mut batch = story.invite_all("r-1", &CREATORS, terms(idr(500)));
    batch.invitations[2].creator_id = String::from("Citra");
    batch.invitations[3].creator_id = String::from("nobody");
    batch.invitations[4].terms = Some(terms(money("USD", 1)));
    batch.invitations[5].expires_at = Some(day(9));
    let answer = server.call(batch).await.unwrap();
    assert_eq!(server.head().await, head + 2);
    assert_eq!(answer.last_position, head + 2);
    let [ayu, budi, citra, dewi, eka, fitri] = answer.results.as_slice() else {
        panic!("six results: {answer:?}");
    };
    let done = [ayu.clone(), fitri.clone()];
    let expected = [("ayu", head + 1, false), ("fitri", head + 2, false)];
    assert_eq!(written(&done), expected);
    assert_eq!(refused(budi), (ErrorReason::CreatorBlocked, vec![]));
    let spelled = vec!["invitations[2].creator_id"];
    assert_eq!(refused(citra), (ErrorReason::InvalidField, spelled));
    assert_eq!(refused(dewi), (ErrorReason::CreatorNotFound, vec![]));
    let abroad = vec!["invitations[4].terms.fee"];
    assert_eq!(refused(eka), (ErrorReason::InvalidField, abroad));

    let get = |who: &str| GetCollaborationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: who.to_owned(),
        min_position: answer.last_position,
        as_of: None,
    };
    let offer = |found: GetCollaborationResponse| found.collaboration.unwrap().offer.unwrap();
    let ayus = offer(server.read(get("ayu")).await);
    assert_eq!(ayus.expires_at, Some(day(7)));
    assert_eq!(ayus.terms.unwrap().fee, Some(idr(500)));
    let fitris = offer(server.read(get("fitri")).await);
    assert_eq!(fitris.expires_at, Some(day(9)));
}

#[tokio::test]
async fn a_batch_sent_again_gets_its_first_answers() {
    let server = Server::start().await;
    let story = open(&server).await;
    let head = server.head().await;
    let batch = story.invite_all("r-1", &CREATORS, terms(idr(500)));
    let answer = server.call(batch.clone()).await.unwrap();
    assert_eq!(written(&answer.results), in_a_row(head + 1, |_| false));
    // Later events do not matter.
    server.write(story.decline("budi")).await;
    let answer = server.call(batch.clone()).await.unwrap();
    assert_eq!(written(&answer.results), in_a_row(head + 1, |_| true));
    let server = server.restart().await;
    let answer = server.call(batch.clone()).await.unwrap();
    assert_eq!(written(&answer.results), in_a_row(head + 1, |_| true));
    assert_eq!(answer.last_position, head + 6);

    // Other content at a place is refused, and only there.
    let mut other = batch;
    other.invitations[1].terms = Some(terms(idr(600)));
    other.invitations.swap(2, 3);
    let answer = server.call(other).await.unwrap();
    for index in [1, 2, 3] {
        let reused = (ErrorReason::RequestIdReused, vec![]);
        assert_eq!(refused(&answer.results[index]), reused);
    }
    let same = [&answer.results[..1], &answer.results[4..]].concat();
    let expected = in_a_row(head + 1, |_| true);
    assert_eq!(written(&same), [&expected[..1], &expected[4..]].concat());
    assert_eq!(server.head().await, head + 7);
}

#[tokio::test]
async fn a_batch_of_which_a_part_was_written_is_completed_by_the_same_batch() {
    const KEPT: usize = 2;
    let server = Server::start().await;
    let story = open(&server).await;
    let head = server.head().await;
    let batch = story.invite_all("r-1", &CREATORS, terms(idr(500)));
    server.call(batch.clone()).await.unwrap();
    drop(story);
    let resting = server.stop().await;
    cut(&resting, KEPT);
    let server = resting.start().await;
    assert_eq!(server.ready_at, head + KEPT as u64);
    let answer = server.call(batch).await.unwrap();
    let expected = in_a_row(head + 1, |index| index < KEPT);
    assert_eq!(written(&answer.results), expected);
    assert_eq!(server.head().await, head + 6);
}

#[tokio::test]
async fn an_id_that_is_made_is_made_again_by_a_retry() {
    let server = Server::start().await;
    let story = open(&server).await;
    let unnamed = |id| {
        let mut batch = story.invite_all(id, &CREATORS[..2], terms(idr(500)));
        for invitation in &mut batch.invitations {
            invitation.collaboration_id.clear();
        }
        batch
    };
    let ids = |answer: &BatchInviteCreatorsResponse| -> Vec<String> {
        let written = written(&answer.results);
        written.iter().map(|(id, ..)| (*id).to_owned()).collect()
    };
    let first = ids(&server.call(unnamed("r-1")).await.unwrap());
    assert_eq!((first[0].len(), first[1].len()), (36, 36));
    assert_ne!(first[0], first[1]);
    assert_eq!(ids(&server.call(unnamed("r-1")).await.unwrap()), first);
    // Without a request id it is another batch, and its creators are already invited.
    let answer = server.call(unnamed("")).await.unwrap();
    for result in &answer.results {
        assert_eq!(refused(result), (ErrorReason::AlreadyActive, vec![]));
    }
    assert_eq!(answer.last_position, 0);
}

#[tokio::test]
async fn a_rehearsed_batch_writes_nothing_and_keeps_its_names_free() {
    let server = Server::start().await;
    let story = open(&server).await;
    let head = server.head().await;
    let mut batch = story.invite_all("r-1", &CREATORS, terms(idr(500)));
    batch.context = rehearsal(batch.context);
    let answer = server.call(batch.clone()).await.unwrap();
    let nowhere = CREATORS.map(|who| (who, 0, false));
    assert_eq!(written(&answer.results), nowhere);
    assert_eq!((answer.last_position, server.head().await), (0, head));
    batch.context.as_mut().unwrap().validate_only = false;
    let answer = server.call(batch.clone()).await.unwrap();
    assert_eq!(written(&answer.results), in_a_row(head + 1, |_| false));
    // A rehearsal of a written request gets the first answer.
    batch.context = rehearsal(batch.context);
    let answer = server.call(batch).await.unwrap();
    assert_eq!(written(&answer.results), in_a_row(head + 1, |_| true));
}

#[tokio::test]
async fn a_bad_envelope_refuses_the_whole_batch() {
    let server = Server::start().await;
    let story = open(&server).await;
    let none = BatchInviteCreatorsRequest::default();
    let refusal = server.refused_for_nothing(none).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["brand_id", "context", "campaign_id", "invitations"]);
    let too_many = story.invite_all("", &["ayu"; 1_001], terms(idr(1)));
    let refusal = server.refused_for_nothing(too_many).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["invitations"]);
    let shared = story.invite_all("", &CREATORS, terms(idr(-1)));
    let refusal = server.refused_for_nothing(shared).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["terms.fee.minor_units"]);

    let mut silent = story.invite_all("", &CREATORS[..1], terms(idr(1)));
    (silent.terms, silent.expires_at) = (None, None);
    let answer = server.call(silent).await.unwrap();
    let missing = vec!["invitations[0].terms", "invitations[0].expires_at"];
    assert_eq!(
        refused(&answer.results[0]),
        (ErrorReason::InvalidField, missing)
    );
    let mut others = story.invite_all("", &CREATORS[..1], terms(idr(1)));
    others.context = by_creator("");
    let answer = server.call(others).await.unwrap();
    assert_eq!(
        refused(&answer.results[0]),
        (ErrorReason::ActorNotAllowed, vec![])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_batch_invites_as_many_as_the_budget_bears() {
    const ALL: usize = 1_000;
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let names: Vec<String> = (0..ALL).map(|number| format!("c-{number}")).collect();
    let profiles = names.clone().into_iter().map(|who| {
        let story = story.clone();
        async move { story.client.write(story.profile(&who, 20_000)).await }
    });
    together(profiles).await;
    let head = server.head().await;
    // Rp200,000 each, of Rp100,000,000.
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let batch = story.invite_all("r-1", &names, terms(idr(200_000)));
    let answer = server.call(batch.clone()).await.unwrap();
    let bears = 500;
    let positions: Vec<_> = written(&answer.results[..bears])
        .into_iter()
        .map(|(_, position, _)| position)
        .collect();
    let expected: Vec<_> = (head + 1..=head + bears as u64).collect();
    assert_eq!(positions, expected);
    for result in &answer.results[bears..] {
        assert_eq!(refused(result), (ErrorReason::BudgetExceeded, vec![]));
    }
    let again = server.call(batch).await.unwrap();
    assert!(written(&again.results[..bears]).iter().all(|one| one.2));
    assert_eq!(server.head().await, head + bears as u64);
}
