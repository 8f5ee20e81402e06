//! Followers through kills: a follower that resumes at the position it was given gets every event
//! exactly once, and acknowledgements of a named consumer are kept.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::follow_events_response::Message;
use campaign_ledger::wire::proto::api::subscribe_response::Message as Subscribed;
use campaign_ledger::wire::proto::api::*;
use tonic::transport::Channel;

use super::chance::Chance;
use super::load::write_until_gone;
use super::process::Server;
use super::scene::Scene;
use crate::support::batch::decoded;

const KILLS: usize = 4;
const LONGEST_LIFE: Duration = Duration::from_millis(400);

fn everything() -> Option<LogScope> {
    Some(LogScope {
        scope: Some(log_scope::Scope::All(WholeLog {})),
    })
}

/// A follower that stores its own position.
#[derive(Default)]
struct Follower {
    heard: Vec<u64>,
    resume: u64,
}

impl Follower {
    /// Follows until the stream ends, or until a position is reached.
    async fn follow(&mut self, channel: &Channel, until: u64) {
        let mut audit = AuditServiceClient::new(channel.clone());
        let request = FollowEventsRequest {
            scope: everything(),
            after_position: self.resume,
            filter: None,
        };
        let Ok(answer) = audit.follow_events(request).await else {
            return;
        };
        let mut stream = answer.into_inner();
        while self.resume < until {
            let Ok(Some(said)) = stream.message().await else {
                return;
            };
            if let Some(Message::Batch(batch)) = &said.message {
                let records = decoded(batch);
                self.heard.extend(records.iter().map(|one| one.position));
            }
            self.resume = said.resume_position;
        }
    }
}

/// A consumer whose position the server stores.
#[derive(Default)]
struct Consumer {
    /// Position whose acknowledgement the server confirmed.
    acknowledged: u64,
    /// Position that was acknowledged last, perhaps without a confirmation.
    asked: u64,
    heard: Vec<u64>,
}

impl Consumer {
    async fn consume(&mut self, channel: &Channel, until: u64) {
        let mut audit = AuditServiceClient::new(channel.clone());
        let request = SubscribeRequest {
            name: String::from("mirror"),
            followed: Some(Followed {
                scope: everything(),
                filter: None,
            }),
            after_position: 0,
        };
        let Ok(answer) = audit.subscribe(request).await else {
            return;
        };
        let (mut stream, mut is_first) = (answer.into_inner(), true);
        while self.acknowledged < until {
            let Ok(Some(said)) = stream.message().await else {
                return;
            };
            let Some(Subscribed::Batch(batch)) = &said.message else {
                continue;
            };
            let positions: Vec<_> = decoded(batch).iter().map(|one| one.position).collect();
            if std::mem::take(&mut is_first) {
                let kept = positions[0] - 1;
                assert!(
                    kept == self.acknowledged || kept == self.asked,
                    "stood at {kept}"
                );
                self.heard.truncate(kept as usize);
            }
            self.heard.extend(positions);
            self.asked = said.resume_position;
            let request = AcknowledgeRequest {
                name: String::from("mirror"),
                position: self.asked,
            };
            let Ok(answer) = audit.acknowledge(request).await else {
                return;
            };
            self.acknowledged = answer.into_inner().acknowledged_position;
            assert_eq!(self.acknowledged, self.asked);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_miss_nothing_and_hear_nothing_twice_whenever_the_server_is_killed() {
    let mut chance = Chance::of_environment();
    let mut scene = Scene::new();
    let (mut follower, mut consumer) = (Follower::default(), Consumer::default());
    for _ in 0..KILLS {
        let (mut server, channel) = scene.revive(&mut chance).await;
        let count = Arc::new(AtomicU64::new(0));
        let load = write_until_gone(&mut scene.clients, &channel, &count);
        let life = chance.time(LONGEST_LIFE);
        let death = async {
            tokio::time::sleep(life).await;
            server.kill();
        };
        tokio::join!(
            load,
            death,
            follower.follow(&channel, u64::MAX),
            consumer.consume(&channel, u64::MAX)
        );
    }
    let (mut server, channel) = scene.revive(&mut chance).await;
    scene.settle(&channel).await;
    let head = scene.events();
    follower.follow(&channel, head).await;
    consumer.consume(&channel, head).await;
    let all: Vec<u64> = (1..=head).collect();
    assert!(head > 0);
    assert_eq!(follower.heard, all);
    assert_eq!(consumer.heard, all);
    drop(channel);
    assert!(server.stop().success(), "{}", server.obituary());
}

/// Returns the resident memory of the process, in KiB.
fn resident_kib(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().split_whitespace().next();
    number.unwrap().parse().unwrap()
}

/// Returns the processor time of the process, in hundredths of a second.
fn computed(server: &Server) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.id())).unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    [11, 12]
        .iter()
        .map(|at| fields[*at].parse::<u64>().unwrap())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_followers_take_little_memory() {
    const FOLLOWERS: usize = 1_000;
    /// Measured: 20 to 30 KiB in a debug build.
    const MOST_KIB_EACH: u64 = 64;
    let mut scene = Scene::new();
    let launch = scene.launch().set("max-streams-per-connection", "2000");
    let (server, channel) = launch.start().await;
    scene.write_some(&channel).await;
    let before = resident_kib(&server);
    // Followers per connection. Nobody reads these connections, and each has its own window. One
    // connection may have only a part of all calls.
    const OF_A_CONNECTION: usize = 200;
    let mut audit = AuditServiceClient::new(server.connect());
    let mut idle = Vec::new();
    for number in 0..FOLLOWERS {
        if number % OF_A_CONNECTION == 0 {
            audit = AuditServiceClient::new(server.connect());
        }
        let request = FollowEventsRequest {
            scope: everything(),
            after_position: 0,
            filter: None,
        };
        let mut stream = audit.follow_events(request).await.unwrap().into_inner();
        loop {
            let said = stream.message().await.unwrap().unwrap();
            if matches!(said.message, Some(Message::CaughtUp(_))) {
                break;
            }
        }
        idle.push(stream);
    }
    let each = resident_kib(&server).saturating_sub(before) / FOLLOWERS as u64;
    let ticks = computed(&server);
    scene.write_at_once(&channel, 10).await;
    eprintln!(
        "{each} KiB a follower; {} ms computed for {} calls that all of them hear",
        (computed(&server) - ticks) * 10,
        10 * scene.clients.len(),
    );
    assert!(each < MOST_KIB_EACH, "{each} KiB for each follower");
}
