//! A running writer, the files that outlive it, and requests for it.

use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use campaign_ledger::clock::{Guard, ManualClock};
use campaign_ledger::domain::*;
use campaign_ledger::keyring::MemoryKeyring;
use campaign_ledger::ledger::{Answer, Ledger, Limits, RequestMemory, WriteError, Writer};
use campaign_ledger::log::{Log, codec};
use campaign_ledger::store::{Options, Pace};
use campaign_ledger::views::{Live, SCHEMA, ViewError};
use tempfile::TempDir;

/// The files of one log that outlive its writers.
pub struct Office {
    pub dir: TempDir,
    pub limits: Limits,
    pub pace: Pace,
    /// Number of remembered requests.
    pub remembered: usize,
    pub clock: Arc<ManualClock>,
    pub keyring: Arc<MemoryKeyring>,
    /// Id of the log that the state is folded from.
    pub log_id: String,
}

impl Default for Office {
    fn default() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            limits: Limits {
                queue: 1_000,
                group_commands: 256,
                group_bytes: 96 << 10,
                answers_bytes: 1 << 20,
            },
            pace: NO_PACE,
            remembered: 1_000,
            clock: Arc::new(ManualClock::at(at(0))),
            keyring: Arc::default(),
            log_id: "the log".to_owned(),
        }
    }
}

/// Checkpoints only at a clean end.
pub const NO_PACE: Pace = Pace {
    dirty_bytes: usize::MAX,
    positions: u64::MAX,
    interval: Duration::from_secs(3_600),
};

impl Office {
    /// Opens state and memory on the log as a start would, and starts the writer.
    pub fn open(&self, log: Arc<dyn Log>) -> Desk {
        let live = self.state(log.as_ref()).unwrap();
        self.open_on(log, live)
    }

    /// Starts the writer on rows that are already open.
    pub fn open_on(&self, log: Arc<dyn Log>, live: Live) -> Desk {
        let requests = RequestMemory::of_tail(log.as_ref(), self.remembered).unwrap();
        let clock = Arc::new(Guard::new(Arc::clone(&self.clock) as _));
        let keyring = Arc::clone(&self.keyring) as _;
        let (ledger, writer) =
            Writer::start(log, keyring, live, requests, clock, self.limits).unwrap();
        Desk { ledger, writer }
    }

    /// Opens the rows and brings them to the head of the log.
    pub fn state(&self, log: &dyn Log) -> Result<Live, ViewError> {
        Ok(self.replay(log)?.0)
    }

    /// The same, with the positions reported as progress: the ends of the replayed blocks.
    pub fn replay(&self, log: &dyn Log) -> Result<(Live, Vec<u64>), ViewError> {
        let mut replayed = Vec::new();
        let progress = |position: Position| replayed.push(position.get());
        let (path, options) = (self.state_path(), self.options());
        let (live, _) = Live::open(&path, &options, self.pace, log, progress)?;
        Ok((live, replayed))
    }

    pub fn state_path(&self) -> PathBuf {
        self.dir.path().join("views")
    }

    pub fn options(&self) -> Options {
        Options {
            cache_bytes: 1 << 20,
            redb_cache_bytes: 1 << 20,
            schema: SCHEMA,
            log_id: self.log_id.clone(),
        }
    }
}

/// Returns the digest of all rows folded from a log, from its first event.
pub fn digest_from_zero(log: &dyn Log) -> [u8; 32] {
    digest(&Office::default().state(log).unwrap())
}

/// Returns the digest of all rows.
pub fn digest(state: &Live) -> [u8; 32] {
    state.rows().digest(0..=u8::MAX).unwrap()
}

/// A running writer.
pub struct Desk {
    pub ledger: Ledger,
    writer: Writer,
}

impl Desk {
    /// Sends a request and waits for its answer.
    pub async fn write(&self, request: Request) -> Result<Answer, WriteError> {
        self.ledger.execute(request, false).await
    }

    /// Sends a request and does not wait.
    pub async fn ask(&self, request: Request) -> Asked {
        let ledger = self.ledger.clone();
        let answer = Box::pin(async move { ledger.execute(request, false).await });
        let mut asked = Asked {
            answer,
            answered: None,
        };
        // The first poll sends it.
        asked.look().await;
        asked
    }

    /// Waits until the writer has stopped, and returns the reason.
    pub async fn stopped(&self) -> Arc<str> {
        let mut stopped = self.writer.stopped();
        let reason = stopped.wait_for(Option::is_some).await.unwrap();
        Arc::clone(reason.as_ref().unwrap())
    }

    /// Lets the writer answer what is queued, checkpoint and end; returns why it had stopped, if it
    /// had.
    pub async fn close(self) -> Option<Arc<str>> {
        self.ledger.close();
        self.writer.join()
    }
}

/// Returns whether an answer repeats another one.
pub fn repeats(again: &Answer, first: &Answer) -> bool {
    let same = (again.recorded.first, again.recorded.last, &again.after)
        == (first.recorded.first, first.recorded.last, &first.after);
    same && first.recorded.new && !again.recorded.new
}

/// A request that was sent.
pub struct Asked {
    answer: Pin<Box<dyn Future<Output = Result<Answer, WriteError>> + Send>>,
    answered: Option<Result<Answer, WriteError>>,
}

impl Asked {
    /// Returns whether there is an answer, without waiting for it.
    pub async fn is_answered(&mut self) -> bool {
        self.look().await;
        self.answered.is_some()
    }

    /// Waits for the answer.
    pub async fn answer(self) -> Result<Answer, WriteError> {
        match self.answered {
            Some(answer) => answer,
            None => self.answer.await,
        }
    }

    async fn look(&mut self) {
        if self.answered.is_some() {
            return;
        }
        let answer = &mut self.answer;
        self.answered = poll_fn(|cx| {
            Poll::Ready(match answer.as_mut().poll(cx) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            })
        })
        .await;
    }
}

/// The records of a log, decoded.
pub fn records(log: &dyn Log) -> Vec<Record> {
    let blocks = log.read(Position::START).unwrap();
    blocks
        .flat_map(|block| block.unwrap().records().to_vec())
        .map(|bytes| codec::decode(&bytes).unwrap())
        .collect()
}

/// Returns the positions of the events that a request made.
pub fn positions_of(log: &dyn Log, request_id: &str) -> Vec<u64> {
    let by = |record: &Record| {
        let stamp = record.request.as_ref();
        stamp.is_some_and(|stamp| stamp.id.as_str() == request_id)
    };
    let made = records(log).into_iter().filter(by);
    made.map(|record| record.position.get()).collect()
}

/// Returns the time this many seconds into the tests' day.
pub fn at(second: i64) -> Timestamp {
    Timestamp::new(1_760_000_000 + second, 0).unwrap()
}

fn request(id: &str, command: Command) -> Request {
    let mut digest = [0; 16];
    for (byte, of_id) in digest.iter_mut().zip(id.bytes().rev()) {
        *byte = of_id;
    }
    Request {
        brand: BrandId::parse("kulit-sehat").unwrap(),
        actor: Actor {
            kind: ActorKind::Brand,
            id: ActorId::parse("staff-7").unwrap(),
        },
        on_behalf_of: None,
        stamp: Some(RequestStamp {
            id: RequestId::parse(id).unwrap(),
            digest,
        }),
        occurred_at: None,
        principal: Principal::none(),
        command,
    }
}

/// Records a creator's profile: always one event.
pub fn profile(id: &str, creator: &str) -> Request {
    let verb = CreatorVerb::RecordProfile {
        profile: CreatorProfile::default(),
    };
    of_creator(id, creator, verb)
}

/// Blocks a creator: refused unless the creator exists.
pub fn block(id: &str, creator: &str, reason: String) -> Request {
    of_creator(
        id,
        creator,
        CreatorVerb::Block {
            reason: reason.into(),
        },
    )
}

fn of_creator(id: &str, creator: &str, verb: CreatorVerb) -> Request {
    let creator = CreatorId::parse(creator).unwrap();
    request(id, Command::Creator { creator, verb })
}

/// Creates a campaign: refused when its id exists.
pub fn create(id: &str, campaign: &str) -> Request {
    let plan = CampaignPlan {
        title: "Jujur".to_owned(),
        objective: CampaignObjective::Awareness,
        niches: Vec::new(),
        followers: None,
        formats: Vec::new(),
        currency: currency(),
        budget_cap_minor: Some(1_000_000_000),
        start_at: Some(at(0)),
        end_at: Some(at(1_000_000)),
        measure_until: None,
        gross_margin_bp: None,
        policy: SelectionPolicy::default(),
    };
    of_campaign(id, campaign, CampaignVerb::Create { plan })
}

/// Opens a campaign.
pub fn open(id: &str, campaign: &str) -> Request {
    of_campaign(id, campaign, CampaignVerb::Open)
}

/// Closes a campaign and withdraws what is pending: one event, and one for each open invitation.
pub fn close(id: &str, campaign: &str) -> Request {
    let withdraw_pending = true;
    of_campaign(id, campaign, CampaignVerb::Close { withdraw_pending })
}

/// Raises a safety flag with this much evidence; 20 of them do not fit one block.
pub fn long_flag(id: &str, creator: &str, evidence: usize) -> Request {
    let one = Evidence {
        reference: "𝒽".repeat(2_000).into(),
        sha256: None,
        note: PersonalText::EMPTY,
    };
    let flag = SafetyFlag {
        id: FlagId::parse("flag").unwrap(),
        severity: FlagSeverity::Low,
        category: FlagCategory::Other,
        evidence: vec![one; evidence],
        note: "much was written".into(),
    };
    let creator = CreatorId::parse(creator).unwrap();
    let verb = CreatorVerb::RaiseFlag { flag };
    request(id, Command::Creator { creator, verb })
}

fn of_campaign(id: &str, campaign: &str, verb: CampaignVerb) -> Request {
    let campaign = CampaignId::parse(campaign).unwrap();
    request(id, Command::Campaign { campaign, verb })
}

/// Invites a creator.
pub fn invite(id: &str, campaign: &str, creator: &str) -> Request {
    let terms = Terms {
        fee: Money {
            currency: currency(),
            minor: 100_000,
        },
        deliverables: vec![DeliverableTerms {
            id: DeliverableId::parse("review").unwrap(),
            platform: Platform::Instagram.into(),
            format: ContentFormat::Review,
            medium: None,
            due_at: at(500_000),
        }],
        max_revisions: DEFAULT_MAX_REVISIONS,
        attribution: AttributionTerms {
            window_days: DEFAULT_WINDOW_DAYS,
            code: None,
            link: None,
            lock_days: DEFAULT_LOCK_DAYS,
            ends_at: None,
        },
        kill_fee: KillFeeTerms::default(),
        min_live_days: 0,
        rounding: Rounding::default(),
        review_hours: None,
        usage_rights: Vec::new(),
        disclosure: None,
        fee_parts: Vec::new(),
        bonuses: Vec::new(),
        commission: None,
    };
    let command = Command::Collaboration {
        campaign: CampaignId::parse(campaign).unwrap(),
        collaboration: CollaborationId::parse(creator).unwrap(),
        verb: CollaborationVerb::Invite {
            creator: CreatorId::parse(creator).unwrap(),
            terms,
            expires_at: at(400_000),
        },
    };
    request(id, command)
}

/// Returns all requests up to an open campaign with open invitations, one event each.
pub fn campaign_with_invitations(campaign: &str, invitations: u32) -> Vec<Request> {
    let id = |what: &str| format!("{campaign}-{what}");
    let mut requests = vec![create(&id("create"), campaign), open(&id("open"), campaign)];
    for number in 0..invitations {
        let creator = format!("{campaign}-{number}");
        requests.push(profile(&id(&format!("profile-{number}")), &creator));
        requests.push(invite(&id(&format!("invite-{number}")), campaign, &creator));
    }
    requests
}

fn currency() -> Currency {
    Currency::parse("IDR").unwrap()
}
