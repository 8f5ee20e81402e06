//! Clients that write as fast as they get answers, and record every acknowledgement.
//!
//! Each client works through its own stories, one call at a time, so that at most one of its calls
//! has an unknown outcome when the server dies. Every call depends on the calls before it: a server
//! that starts with an incomplete state refuses the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use campaign_ledger::log::Hash;
use campaign_ledger::wire::proto::api::campaign_service_client::CampaignServiceClient;
use campaign_ledger::wire::proto::api::collaboration_service_client::CollaborationServiceClient;
use campaign_ledger::wire::proto::api::creator_service_client::CreatorServiceClient;
use campaign_ledger::wire::proto::api::settlement_service_client::SettlementServiceClient;
use campaign_ledger::wire::proto::{api, values};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// The brand of everything here.
pub const BRAND: &str = "kulit-sehat";

/// How long a call may take: a killed server never answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A call, made once or repeated.
#[derive(Clone, Debug)]
pub struct Call {
    pub request_id: String,
    story: String,
    step: Step,
    bulky: bool,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Profile(u32),
    Create,
    Open,
    Invite(u32),
    RecordCost,
    /// Three events: two withdrawn invitations, and the close.
    Close,
    Erase(u32),
}

const STORY: [Step; 9] = [
    Step::Profile(0),
    Step::Profile(1),
    Step::Create,
    Step::Open,
    Step::Invite(0),
    Step::Invite(1),
    Step::RecordCost,
    Step::Close,
    Step::Erase(0),
];

/// Creators that a client looks at after a start: those of its last stories.
const LOOKED_AT: usize = 4;

/// An acknowledged call.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub call: Call,
    pub first: u64,
    pub last: u64,
}

/// The records of one client.
pub struct Client {
    name: String,
    /// Whether profiles have maximum size, so that the log grows by segments of sled.
    bulky: bool,
    calls: usize,
    pub acknowledged: Vec<Acknowledged>,
    /// The call that was sent and has no answer.
    pub unsure: Option<Call>,
}

/// Why a client stopped.
#[derive(Debug)]
pub enum Halt {
    /// The server is gone, or accepts no writes.
    Gone(Status),
    /// The server refused a valid call.
    Wrong(Call, Status),
}

impl Client {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bulky: false,
            calls: 0,
            acknowledged: Vec::new(),
            unsure: None,
        }
    }

    /// Makes a client with profiles of maximum size.
    pub fn bulky(name: &str) -> Self {
        Self {
            bulky: true,
            ..Self::new(name)
        }
    }

    /// Writes until the server is gone. Counts each acknowledgement in `count`.
    pub async fn run(&mut self, channel: &Channel, count: &AtomicU64) -> Halt {
        loop {
            match self.write_one(channel).await {
                Ok(()) => count.fetch_add(1, Ordering::Relaxed),
                Err(halt) => return halt,
            };
        }
    }

    /// Repeats the call without an answer, if there is one, or makes the next one.
    pub async fn write_one(&mut self, channel: &Channel) -> Result<(), Halt> {
        let call = self.unsure.take().unwrap_or_else(|| self.next_call());
        self.unsure = Some(call.clone());
        let receipt = call.make(channel).await?;
        self.unsure = None;
        self.acknowledged.push(Acknowledged {
            call,
            first: receipt.first_position,
            last: receipt.last_position,
        });
        Ok(())
    }

    /// Looks at the latest creators: an acknowledged name can be read until its creator is erased,
    /// and never after an acknowledged erasure.
    pub async fn names_are_as_told(&self, channel: &Channel) {
        let told = self.acknowledged.iter().rev();
        let profiles = told.filter_map(|one| {
            let Step::Profile(number) = one.call.step else {
                return None;
            };
            Some((&one.call, number))
        });
        for (call, number) in profiles.take(LOOKED_AT) {
            let ends = |other: &Call| {
                let is_of_them = matches!(other.step, Step::Erase(of) if of == number);
                is_of_them && other.story == call.story
            };
            let is_erased = self.acknowledged.iter().any(|one| ends(&one.call));
            let is_unsure = self.unsure.as_ref().is_some_and(ends);
            let request = api::GetCreatorRequest {
                brand_id: BRAND.to_owned(),
                creator_id: call.creator(number),
                ..Default::default()
            };
            let mut creators = CreatorServiceClient::new(channel.clone());
            let answer = creators.get_creator(request).await.unwrap().into_inner();
            let creator = answer.creator.unwrap();
            let name = creator.profile.unwrap().display_name;
            let is_hidden = answer
                .hidden
                .iter()
                .any(|one| one.reason() == api::HiddenReason::Erased);
            match is_erased || (is_unsure && creator.erasure.is_some()) {
                true => assert!(name.is_empty() && is_hidden, "{call:?} is back: {name}"),
                false => assert_eq!(name, call.profile().display_name, "{call:?}"),
            }
        }
    }

    fn next_call(&mut self) -> Call {
        let story = format!("{}-{}", self.name, self.calls / STORY.len());
        let step = STORY[self.calls % STORY.len()];
        let request_id = format!("{story}.{}", self.calls % STORY.len());
        self.calls += 1;
        Call {
            request_id,
            story,
            step,
            bulky: self.bulky,
        }
    }
}

impl Acknowledged {
    /// Repeats the call and checks that the answer is the first one.
    pub async fn repeat(&self, channel: &Channel) -> Result<(), Halt> {
        let receipt = self.call.make(channel).await?;
        let positions = (receipt.first_position, receipt.last_position);
        assert_eq!(positions, (self.first, self.last), "{:?}", self.call);
        Ok(())
    }
}

impl Call {
    async fn make(&self, channel: &Channel) -> Result<api::Receipt, Halt> {
        let made = tokio::time::timeout(PATIENCE, self.send(channel.clone())).await;
        let answer = made.unwrap_or_else(|_| panic!("{self:?} was never answered"));
        answer.map_err(|status| self.halt(status))
    }

    fn halt(&self, status: Status) -> Halt {
        let reason = status.get_details_error_info().map(|info| info.reason);
        match (status.code(), reason.as_deref()) {
            (Code::Unavailable, Some("WRITES_STOPPED" | "DRAINING")) => Halt::Gone(status),
            // A status without a reason of the ledger comes from the transport: the server is gone.
            (_, None) => Halt::Gone(status),
            (_, Some(_)) => Halt::Wrong(self.clone(), status),
        }
    }

    async fn send(&self, channel: Channel) -> Result<api::Receipt, Status> {
        let brand_id = BRAND.to_owned();
        let context = Some(self.context());
        let campaign_id = self.story.clone();
        let receipt = match self.step {
            Step::Profile(number) => {
                let request = api::RecordCreatorProfileRequest {
                    brand_id,
                    context,
                    creator_id: self.creator(number),
                    profile: Some(self.profile()),
                };
                let mut client = CreatorServiceClient::new(channel);
                let answer = client.record_creator_profile(request).await?;
                answer.into_inner().receipt
            }
            Step::Create => {
                let request = api::CreateCampaignRequest {
                    brand_id,
                    context,
                    campaign_id,
                    plan: Some(plan()),
                };
                let mut client = CampaignServiceClient::new(channel);
                client.create_campaign(request).await?.into_inner().receipt
            }
            Step::Open => {
                let request = api::OpenCampaignRequest {
                    brand_id,
                    context,
                    campaign_id,
                };
                let mut client = CampaignServiceClient::new(channel);
                client.open_campaign(request).await?.into_inner().receipt
            }
            Step::Invite(number) => {
                let request = api::InviteCreatorRequest {
                    brand_id,
                    context,
                    campaign_id,
                    collaboration_id: format!("with-{number}"),
                    creator_id: self.creator(number),
                    terms: Some(terms()),
                    expires_at: Some(seconds(3_800_000_000)),
                };
                let mut client = CollaborationServiceClient::new(channel);
                client.invite_creator(request).await?.into_inner().receipt
            }
            Step::RecordCost => {
                let request = api::RecordCostRequest {
                    brand_id,
                    context,
                    campaign_id,
                    cost_id: "studio".to_owned(),
                    r#type: values::CostType::Production.into(),
                    amount: Some(idr(250_000)),
                    incurred_at: Some(seconds(1_760_000_000)),
                    ..Default::default()
                };
                let mut client = SettlementServiceClient::new(channel);
                client.record_cost(request).await?.into_inner().receipt
            }
            Step::Close => {
                let request = api::CloseCampaignRequest {
                    brand_id,
                    context,
                    campaign_id,
                    withdraw_pending: true,
                };
                let mut client = CampaignServiceClient::new(channel);
                client.close_campaign(request).await?.into_inner().receipt
            }
            Step::Erase(number) => {
                let request = api::EraseCreatorRequest {
                    brand_id,
                    context,
                    creator_id: self.creator(number),
                    ground: values::ErasureGround::ConsentWithdrawn.into(),
                    reference: "ticket".to_owned(),
                };
                let mut client = CreatorServiceClient::new(channel);
                client.erase_creator(request).await?.into_inner().receipt
            }
        };
        Ok(receipt.expect("every write has a receipt"))
    }

    /// Returns the same profile for the same call; large ones differ from all others.
    fn profile(&self) -> api::CreatorProfile {
        if !self.bulky {
            return api::CreatorProfile {
                display_name: format!("Name {}", self.request_id),
                ..Default::default()
            };
        }
        let text = |place: usize| {
            let hash = Hash::of(format!("{} {place}", self.request_id).as_bytes());
            hash.to_string()
        };
        api::CreatorProfile {
            niches: (0..20).map(text).collect(),
            locality: text(20).repeat(3),
            display_name: text(21).repeat(3),
            ..Default::default()
        }
    }

    fn creator(&self, number: u32) -> String {
        format!("{}-{number}", self.story)
    }

    fn context(&self) -> api::WriteContext {
        api::WriteContext {
            request_id: self.request_id.clone(),
            actor: Some(values::Actor {
                kind: values::ActorKind::Brand.into(),
                id: "staff-7".to_owned(),
            }),
            ..Default::default()
        }
    }
}

/// Lets all clients write until the server is gone or accepts no more; fails when a valid call was
/// refused. Returns the last status of each client.
pub async fn write_until_gone(
    clients: &mut [Client],
    channel: &Channel,
    count: &Arc<AtomicU64>,
) -> Vec<Status> {
    let mut told = Vec::new();
    let mut at_work = tokio::task::JoinSet::new();
    for (place, client) in clients.iter_mut().enumerate() {
        let mut client = std::mem::replace(client, Client::new(""));
        let (channel, count) = (channel.clone(), Arc::clone(count));
        at_work.spawn(async move {
            let halt = client.run(&channel, &count).await;
            (place, client, halt)
        });
    }
    while let Some(done) = at_work.join_next().await {
        let (place, client, halt) = done.unwrap();
        clients[place] = client;
        match halt {
            Halt::Gone(status) => told.push(status),
            Halt::Wrong(call, status) => panic!("{call:?} was refused: {status:?}"),
        }
    }
    told
}

fn plan() -> values::CampaignPlan {
    values::CampaignPlan {
        title: "Jujur".to_owned(),
        objective: values::CampaignObjective::Awareness.into(),
        currency_code: "IDR".to_owned(),
        budget_cap: Some(idr(1_000_000_000)),
        start_at: Some(seconds(1_760_000_000)),
        end_at: Some(seconds(4_000_000_000)),
        ..Default::default()
    }
}

fn terms() -> values::Terms {
    values::Terms {
        fee: Some(idr(100_000)),
        deliverables: vec![values::DeliverableTerms {
            deliverable_id: "review".to_owned(),
            platform: values::Platform::Instagram.into(),
            format: values::ContentFormat::Review.into(),
            due_at: Some(seconds(3_900_000_000)),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn idr(minor: i64) -> values::Money {
    values::Money {
        currency_code: "IDR".to_owned(),
        minor_units: Some(minor),
        ..values::Money::default()
    }
}

fn seconds(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}
