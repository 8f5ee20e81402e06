//! Tests as histories: given these requests, when another one comes, then events or a refusal.

use std::sync::Arc;

use campaign_ledger::domain::state::{
    Campaign, Collaboration, Cost, Deliverable, Order, Publication,
};
use campaign_ledger::domain::{
    CampaignState, CollaborationState, CostState, Decision, DeliverableState, Event, OrderRef,
    Position, Refusal, Request, Timestamp, Totals, Violation,
};

use campaign_ledger::log::codec;

use crate::support::ledger::Ledger;
use crate::support::requests::{BRAND, CAMPAIGN, campaign_ref, day, id, place, post};

/// The events so far, and the current time.
#[derive(Clone)]
pub struct History {
    pub ledger: Ledger,
    now: Timestamp,
}

/// The result of one request.
pub struct Outcome {
    history: History,
    request: Request,
    head_before: Position,
    answer: Result<Decision, Refusal>,
}

impl History {
    /// Makes an empty history on day 1.
    pub fn new() -> Self {
        let (ledger, now) = (Ledger::default(), day(1));
        Self { ledger, now }
    }

    /// Sets the clock, which never goes backwards.
    #[track_caller]
    pub fn at(self, now: Timestamp) -> Self {
        assert!(now >= self.now, "the ledger's clock never goes backwards");
        Self { now, ..self }
    }

    /// Adds a request that must write events.
    #[track_caller]
    pub fn given(self, request: Request) -> Self {
        let outcome = self.when(request);
        match &outcome.answer {
            Ok(Decision::Happens(_)) => outcome.history,
            other => panic!("{:#?}\ncame to {other:?}", outcome.request.command),
        }
    }

    /// Sends one request.
    pub fn when(mut self, request: Request) -> Outcome {
        let head_before = self.ledger.head();
        let answer = self.ledger.ask(&request, self.now);
        Outcome {
            history: self,
            request,
            head_before,
            answer,
        }
    }

    /// Returns the position of the last record.
    pub fn head(&self) -> Position {
        self.ledger.head()
    }

    /// Returns the history as recorded up to a position.
    pub fn as_of(&self, position: Position) -> Self {
        let records = &self.ledger.records[..position.get() as usize];
        let (ledger, now) = (Ledger::replay(records), self.now);
        Self { ledger, now }
    }

    /// Returns every record.
    pub fn records(&self) -> &[campaign_ledger::domain::Record] {
        &self.ledger.records
    }

    /// Returns the event of the last record.
    pub fn last_event(&self) -> &Event {
        &self
            .ledger
            .records
            .last()
            .expect("something happened")
            .event
    }

    #[track_caller]
    pub fn campaign(&self) -> Arc<Campaign> {
        self.ledger.row(&Campaign::key(&campaign_ref(CAMPAIGN)))
    }

    #[track_caller]
    pub fn collaboration(&self, collaboration: &str) -> Arc<Collaboration> {
        self.ledger.row(&Collaboration::key(&place(collaboration)))
    }

    #[track_caller]
    pub fn deliverable(&self, collaboration: &str, deliverable: &str) -> Deliverable {
        let collaboration = self.collaboration(collaboration);
        let found = collaboration.deliverable(&id(deliverable));
        found.expect("the deliverable is there").clone()
    }

    #[track_caller]
    pub fn publication(&self, collaboration: &str, publication: &str) -> Arc<Publication> {
        let key = Publication::key(&post(collaboration, publication));
        self.ledger.row(&key)
    }

    #[track_caller]
    pub fn order(&self, order: &str) -> Arc<Order> {
        self.ledger.row(&Order::key(&OrderRef {
            brand: id(BRAND),
            order: super::stories::order(order),
        }))
    }

    #[track_caller]
    pub fn cost(&self, cost: &str) -> Arc<Cost> {
        let key = Cost::key(&campaign_ref(CAMPAIGN), &id(cost));
        self.ledger.row(&key)
    }

    /// Returns the totals of the campaign.
    pub fn totals(&self) -> Totals {
        self.ledger.totals(&campaign_ref(CAMPAIGN))
    }

    /// Returns the totals of a collaboration.
    pub fn totals_of(&self, collaboration: &str) -> Totals {
        self.ledger.collaboration_totals(&place(collaboration))
    }
}

impl Outcome {
    /// Checks that exactly these events happen.
    #[track_caller]
    pub fn then_events(self, expected: impl IntoIterator<Item = Event>) -> History {
        let told = |event| self.told(event);
        let expected: Vec<Event> = expected.into_iter().map(told).collect();
        let events: Vec<Event> = self.events().into_iter().map(told).collect();
        assert_eq!(events, expected);
        self.history
    }

    /// Checks that something happens; the caller examines the events.
    #[track_caller]
    pub fn then_event(self, look: impl FnOnce(&Event)) -> History {
        let events = self.events();
        let [event] = &events[..] else {
            panic!("one event was expected, not {events:#?}");
        };
        look(event);
        self.history
    }

    /// Checks that it is refused for this reason; the wording of the rule does not matter.
    #[track_caller]
    pub fn then_refused(self, expected: Refusal) -> History {
        let unchanged = self.history.ledger.head() == self.head_before;
        assert!(unchanged, "a refusal records nothing");
        match self.answer {
            Err(refusal) => assert_eq!(unworded(refusal), unworded(expected)),
            Ok(decision) => panic!("{expected:?} was expected, not {decision:#?}"),
        }
        self.history
    }

    /// Checks that it is accepted, whatever the events are.
    #[track_caller]
    pub fn then_something(self) {
        assert_ne!(self.events(), []);
    }

    /// Checks that it is refused because only another side may send it.
    #[track_caller]
    pub fn then_not_theirs(self) {
        let refused = matches!(self.answer, Err(Refusal::ActorNotAllowed { .. }));
        assert!(refused, "{:#?}\ncame to {:?}", self.request, self.answer);
    }

    /// Checks that it happened before, at this position.
    #[track_caller]
    pub fn then_happened_at(self, position: Position) -> History {
        let (first, last) = (position, position);
        assert_eq!(self.answer, Ok(Decision::Happened { first, last }));
        assert_eq!(self.history.ledger.head(), self.head_before);
        self.history
    }

    /// Returns the answer.
    pub fn answer(&self) -> &Result<Decision, Refusal> {
        &self.answer
    }

    /// Returns an event without the digests of its texts, which nobody writes down.
    fn told(&self, event: Event) -> Event {
        let mut record = self.history.ledger.records[0].clone();
        record.event = event;
        codec::decode(&codec::encode(&record)).unwrap().event
    }

    #[track_caller]
    fn events(&self) -> Vec<Event> {
        match &self.answer {
            Ok(Decision::Happens(facts)) => facts.iter().map(|fact| fact.event.clone()).collect(),
            other => panic!("{:#?}\ncame to {other:?}", self.request.command),
        }
    }
}

fn unworded(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::CampaignState { state, .. } => campaign_is(state),
        Refusal::CollaborationState { state, .. } => collaboration_is(state),
        Refusal::DeliverableState { state, .. } => deliverable_is(state),
        Refusal::CostState { state, .. } => cost_is(state),
        Refusal::Invalid(violations) => {
            let fields = violations.into_iter();
            Refusal::Invalid(fields.map(|one| Violation::new(one.field, "")).collect())
        }
        worded => worded,
    }
}

/// Returns the refusal because of the campaign's state.
pub fn campaign_is(state: CampaignState) -> Refusal {
    Refusal::CampaignState { state, rule: "" }
}

/// Returns the refusal because of the agreement's state.
pub fn collaboration_is(state: CollaborationState) -> Refusal {
    Refusal::CollaborationState { state, rule: "" }
}

/// Returns the refusal because of the deliverable's state.
pub fn deliverable_is(state: DeliverableState) -> Refusal {
    Refusal::DeliverableState { state, rule: "" }
}

/// Returns the refusal because of the cost line's state.
pub fn cost_is(state: CostState) -> Refusal {
    Refusal::CostState { state, rule: "" }
}

/// Returns the refusal of a field.
pub fn field(name: &str) -> Refusal {
    Refusal::field(name, "")
}

/// Returns the refusal because only another side may send it.
pub fn only(allowed: &'static str) -> Refusal {
    Refusal::ActorNotAllowed { allowed }
}
