//! Random histories on disk: the ledger records what the rules decide, and the live folds equal
//! rebuilt ones.

use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use campaign_ledger::clock::{Guard, ManualClock};
use campaign_ledger::domain::{AgreementEvent, Event, Position, Record, Refusal, RevenueEvent};
use campaign_ledger::grpc::calls::Opening;
use campaign_ledger::identity::Roles;
use campaign_ledger::keyring::{FileKeyring, Keyring, MasterKey};
use campaign_ledger::ledger::{self, Answer, RequestMemory, WriteError, Writer};
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION, master_key_path};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Log, codec};
use campaign_ledger::server::store_options;
use campaign_ledger::store::Pace;
use campaign_ledger::views::{self, Live};
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event;
use prost::Message as _;

use crate::support::histories::{self, Step};
use crate::support::ledger::Ledger;
use crate::support::server::{Client, Resting, Server, day};

/// Memory for rows: small, so that rows are evicted and read back.
const CACHE_BYTES: usize = 64 << 10;
/// Frequent checkpoints, so that rows are read back from disk.
const PACE: Pace = Pace {
    dirty_bytes: 32 << 10,
    positions: u64::MAX,
    interval: Duration::from_secs(3_600),
};

type Waiting = Pin<Box<dyn Future<Output = Result<Answer, WriteError>> + Send>>;

/// The files of a history.
pub(super) struct Left {
    digest: [u8; 32],
    position: Position,
}

/// Plays a history in a data directory as a server would: the steps of one time and brand
/// concurrently, so that some share a block. Brands take turns, so the order between them is open.
pub(super) async fn live(root: &Path, steps: &[Step], model: &mut Ledger) -> Left {
    let directory = DataDirectory::open_or_create(root).unwrap();
    let log: Arc<dyn Log> = Arc::new(SledLog::open(&directory.log_path(), ONLY_PARTITION).unwrap());
    let options = store_options(CACHE_BYTES, directory.log_id());
    let (live, views) = Live::open(
        &directory.views_path(),
        &options,
        PACE,
        log.as_ref(),
        |_| (),
    )
    .unwrap();
    let keyring = keyring_of(&directory);
    let clock = Arc::new(ManualClock::at(steps[0].at));
    let guard = Arc::new(Guard::new(clock.clone()));
    let limits = ledger::Limits {
        queue: steps.len(),
        group_commands: 5,
        group_bytes: 64 << 10,
        answers_bytes: 1 << 20,
    };
    let memory = RequestMemory::new(10);
    let (ledger, writer) = Writer::start(
        log,
        Arc::clone(&keyring),
        live,
        memory,
        guard,
        limits,
        Arc::default(),
    )
    .unwrap();
    let is_together =
        |one: &Step, next: &Step| one.at == next.at && one.request.brand == next.request.brand;
    for together in steps.chunk_by(is_together) {
        clock.set(together[0].at);
        let asked = together.iter().map(|step| {
            let (ledger, request) = (ledger.clone(), step.request.clone());
            Box::pin(async move { ledger.execute(request, false).await }) as Waiting
        });
        for (step, answer) in together.iter().zip(all_in_order(asked.collect()).await) {
            agrees(step, &answer, model);
        }
    }
    ledger.close();
    assert_eq!(writer.join(), None);
    let (position, digest) = views.digest().unwrap();
    Left { digest, position }
}

/// Sends all requests, in order, before it waits for any answer.
async fn all_in_order(mut asked: Vec<Waiting>) -> Vec<Result<Answer, WriteError>> {
    let mut answers: Vec<_> = asked.iter().map(|_| None).collect();
    poll_fn(|cx| {
        for (one, answer) in asked.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(ready) = one.as_mut().poll(cx)
            {
                *answer = Some(ready);
            }
        }
        let is_done = answers.iter().all(Option::is_some);
        if is_done {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    answers.into_iter().flatten().collect()
}

/// Compares the answer of the ledger with that of the rules alone.
fn agrees(step: &Step, answer: &Result<Answer, WriteError>, model: &mut Ledger) {
    let before = model.head();
    let told: Result<Position, &Refusal> = match answer {
        Ok(answer) => Ok(answer.recorded.last),
        Err(WriteError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}: {step:?}"),
    };
    match model.ask(&step.request, step.at) {
        Ok(_) if model.head() > before => assert_eq!(told, Ok(model.head()), "{step:?}"),
        Ok(_) => assert!(told.is_ok_and(|last| last <= before), "{step:?}"),
        Err(refusal) => assert_eq!(told, Err(&refusal), "{step:?}"),
    }
}

/// Opens the keyring of a directory, or makes one.
fn keyring_of(directory: &DataDirectory) -> Arc<dyn Keyring> {
    let path = directory.keyring_path();
    let master = master_key_path(directory.root());
    Arc::new(match path.exists() {
        true => {
            let master = MasterKey::open(&master).unwrap();
            FileKeyring::open(&path, directory.log_id(), master).unwrap()
        }
        false => {
            let master = MasterKey::create(&master).unwrap();
            FileKeyring::create(&path, directory.log_id(), master).unwrap()
        }
    })
}

/// Returns a record with its personal texts opened, and without their digests.
fn opened(record: &Record, opening: &Opening) -> Record {
    let mut message = event::Record::decode(codec::encode(record)).unwrap();
    opening.open(Roles::all(), &mut message, &[]);
    let mut opened = codec::decode(&message.encode_to_vec()).unwrap();
    // These are made of sealed texts.
    opened.request = None;
    match &mut opened.event {
        Event::Agreement(AgreementEvent::BriefAccepted(accepted)) => {
            accepted.terms_digest = [0; 32]
        }
        Event::Agreement(AgreementEvent::TermsAmended { digest, .. }) => *digest = [0; 32],
        Event::Revenue(RevenueEvent::ConversionRecorded(claim)) => claim.claim_digest = [0; 16],
        _ => {}
    }
    opened
}

/// Returns every event of the log in a directory without a running server.
fn records_of(root: &Path) -> Vec<Record> {
    let directory = DataDirectory::open(root).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let blocks = log.read(Position::START).unwrap();
    let blocks: Vec<_> = blocks.map(Result::unwrap).collect();
    let records = blocks
        .iter()
        .flat_map(|block| block.records_after(Position::START));
    records
        .map(|(_, bytes)| codec::decode(bytes).unwrap())
        .collect()
}

/// Rebuilds the views of a directory up to the end of the log.
fn anew(root: &Path) -> views::Rebuilt {
    let directory = DataDirectory::open(root).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let options = store_options(CACHE_BYTES, directory.log_id());
    views::rebuild(&directory.views_path(), &options, &log, |_| ()).unwrap()
}

#[tokio::test]
async fn a_random_history_is_recorded_by_the_rules_and_rebuilt_to_the_same_bytes() {
    for seed in 1..=3 {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("data");
        let steps = histories::from_seed(seed, 300);
        let mut model = Ledger::default();
        // In two parts, with a restart between them.
        let (first, second) = steps.split_at(steps.len() / 2);
        live(&root, first, &mut model).await;
        let left = live(&root, second, &mut model).await;
        assert!(model.records.len() > 100, "seed {seed} tells of little");

        let records = records_of(&root);
        let opening = Opening::new(keyring_of(&DataDirectory::open(&root).unwrap()));
        for (record, expected) in records.iter().zip(&model.records) {
            let [record, expected] = [record, expected].map(|one| opened(one, &opening));
            assert_eq!(record, expected, "seed {seed}");
        }
        assert_eq!(records.len(), model.records.len());
        assert_eq!(left.position, model.head());
        let views = anew(&root);
        assert_eq!(views.old_digest, Some(left.digest), "seed {seed}: as kept");
        assert_eq!(views.digest, left.digest, "seed {seed}: rebuilt");
    }
}

/// Returns all lists and reports about the brands of histories.
pub(super) async fn everything(client: &Client) -> Vec<String> {
    let mut told = Vec::new();
    for brand in ["kopi", "teh"] {
        let brand_id = brand.to_owned();
        let campaigns = ListCampaignsRequest {
            brand_id: brand_id.clone(),
            ..ListCampaignsRequest::default()
        };
        let creators = ListCreatorsRequest {
            brand_id: brand_id.clone(),
            ..ListCreatorsRequest::default()
        };
        let partnerships = ListPartnershipsRequest {
            brand_id: brand_id.clone(),
            ..ListPartnershipsRequest::default()
        };
        let collaborations = ListCollaborationsRequest {
            brand_id: brand_id.clone(),
            page_size: 1_000,
            ..ListCollaborationsRequest::default()
        };
        told.extend(about_the_brand(client, &brand_id).await);
        let campaigns = client.read(campaigns).await;
        for campaign in &campaigns.campaigns {
            let roi = GetCampaignRoiRequest {
                brand_id: brand_id.clone(),
                campaign_id: campaign.campaign_id.clone(),
                min_position: 0,
                as_of: None,
            };
            told.push(format!("{:?}", client.read(roi).await));
            let costs = ListCostsRequest {
                brand_id: brand_id.clone(),
                campaign_id: campaign.campaign_id.clone(),
                page_size: 1_000,
                ..ListCostsRequest::default()
            };
            told.push(format!("{:?}", client.read(costs).await));
        }
        told.push(format!("{campaigns:?}"));
        told.push(format!("{:?}", client.read(creators).await));
        told.push(format!("{:?}", client.read(partnerships).await));
        let collaborations = client.read(collaborations).await;
        for one in &collaborations.collaborations {
            told.extend(about(client, one).await);
        }
        told.push(format!("{collaborations:?}"));
    }
    told
}

/// Returns the answers about a brand as a whole.
async fn about_the_brand(client: &Client, brand_id: &str) -> Vec<String> {
    let worklist = ListWorklistRequest {
        brand_id: brand_id.to_owned(),
        page_size: 1_000,
        ..ListWorklistRequest::default()
    };
    let awareness = GetBrandAwarenessRequest {
        brand_id: brand_id.to_owned(),
        from_day: String::from("2026-01-01"),
        until_day: String::from("2026-12-31"),
        time_zone: String::new(),
        min_position: 0,
        as_of: None,
    };
    let comparison = GetComparisonRequest {
        brand_id: brand_id.to_owned(),
        campaign_ids: Vec::new(),
        group_by: vec![ComparisonKey::Tier.into(), ComparisonKey::Niche.into()],
        min_position: 0,
        as_of: None,
    };
    vec![
        format!("{:?}", client.read(worklist).await),
        format!("{:?}", client.read(awareness).await),
        format!("{:?}", client.read(comparison).await),
    ]
}

async fn about(client: &Client, one: &Collaboration) -> Vec<String> {
    let performance = GetCollaborationPerformanceRequest {
        brand_id: one.brand_id.clone(),
        campaign_id: one.campaign_id.clone(),
        collaboration_id: one.collaboration_id.clone(),
        min_position: 0,
        as_of: None,
    };
    let mut told = vec![format!("{:?}", client.read(performance).await)];
    let posts = one
        .deliverables
        .iter()
        .map(|deliverable| &deliverable.publication_id);
    for post in posts.filter(|post| !post.is_empty()) {
        let publication = GetPublicationRequest {
            brand_id: one.brand_id.clone(),
            campaign_id: one.campaign_id.clone(),
            collaboration_id: one.collaboration_id.clone(),
            publication_id: post.clone(),
            ..GetPublicationRequest::default()
        };
        let now = client.call(publication.clone()).await.unwrap();
        // The state as recorded up to the head is the current one.
        let then = GetPublicationRequest {
            as_of_position: now.position,
            ..publication
        };
        assert_eq!(client.call(then).await.unwrap(), now);
        told.push(format!("{now:?}"));
    }
    told
}

#[tokio::test]
async fn what_can_be_read_is_the_same_after_a_restart_and_from_the_log_alone() {
    let server = Server::start().await;
    let mut resting = server.stop().await;
    let steps = histories::from_seed(5, 500);
    live(resting.directory(), &steps, &mut Ledger::default()).await;
    // Long before the history, so that no timer adds events to it.
    resting.clock.set(day(-2_000));
    resting.accept_clock = true;

    let read = |resting: Resting| async {
        let server = resting.start().await;
        let told = everything(&server).await;
        (told, server.stop().await)
    };
    let (first, resting) = read(resting).await;
    assert!(first.len() > 20, "the history tells of little: {first:?}");
    let (again, resting) = read(resting).await;
    are_the_same(&again, &first);
    std::fs::remove_file(resting.directory().join("views")).unwrap();
    let (from_the_log_alone, _) = read(resting).await;
    are_the_same(&from_the_log_alone, &first);
}

/// Compares one by one, for readable failures.
pub(super) fn are_the_same(one: &[String], other: &[String]) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
}
