//! A tale that uses every personal field of every writing call.

use std::ops::Deref;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::*;
use prost::{Message, Name};

use super::marks::{Marks, found_in};
use crate::support::server::{
    Call, Server, Story, Write, by_brand, day, deliverable, for_creator, idr, plan, terms,
};

/// Whom the tale is about.
pub const PEOPLE: [&str; 2] = ["ayu", "bima"];

/// About what is told of orders: their events are of the campaign, whoever is credited, and a code
/// that nobody holds is nobody's.
pub const NOBODY: &str = "nobody";

/// The day on which it ends.
pub const LAST_DAY: i64 = 40;

/// Other campaigns, for agreements that end in other ways.
const OTHERS: [&str; 7] = [
    "countered",
    "rejected",
    "declined",
    "withdrawn",
    "cancelled",
    "terminated",
    "left",
];

/// A story whose texts are marked.
pub struct Tale {
    pub story: Story,
    pub marks: Marks,
}

impl Deref for Tale {
    type Target = Story;

    fn deref(&self) -> &Story {
        &self.story
    }
}

impl Tale {
    /// Plays all of it on a server. All agreements have ended then.
    pub async fn play(server: &Server) -> Self {
        let story = Story::open(server, "launch").await;
        let mut tale = Self {
            story,
            marks: Marks::default(),
        };
        for name in OTHERS {
            Story::open_with(server, name, plan("IDR")).await;
        }
        for who in PEOPLE {
            tale.known(who).await;
            tale.otherwise_ended(who).await;
            tale.agreed(who).await;
        }
        server.clock().set(day(2));
        for who in PEOPLE {
            tale.worked(who).await;
            tale.sold(who).await;
            tale.settled(who).await;
            let ended = tale.complete(who);
            tale.client.write(ended).await;
        }
        // Orders are locked now.
        server.clock().set(day(LAST_DAY));
        for who in PEOPLE {
            let adjust = tale.adjust_order(&format!("one-{who}"), idr(5));
            tale.write_by_brand(NOBODY, adjust).await;
        }
        tale
    }

    /// Writes a request with marks, acting for the creator if it has another reason to.
    pub async fn write<W: Write + Message + Name + Default>(
        &mut self,
        about: &str,
        mut request: W,
    ) -> W::Answer {
        *W::context(&mut request) = for_creator("", "because");
        self.write_by_brand(about, request).await
    }

    async fn write_by_brand<W: Write + Message + Name + Default>(
        &mut self,
        about: &str,
        request: W,
    ) -> W::Answer {
        let filled = self.marks.fill(about, &request);
        self.story.client.write(filled).await
    }

    /// Writes a batch with marks.
    async fn call<C: Call + Message + Name + Default>(
        &mut self,
        about: &str,
        request: C,
    ) -> C::Answer {
        let filled = self.marks.fill(about, &request);
        let answer = self.story.client.call(filled).await.unwrap();
        let said = format!("{answer:?}");
        assert!(!said.contains("Error("), "{said}");
        answer
    }

    fn other(&self, campaign: &str) -> Story {
        Story::of(&self.brand, campaign, "IDR", &self.client)
    }

    async fn known(&mut self, who: &str) {
        let mut profile = self.profile(who, 20_000);
        let handle = |platform: Platform| CreatorHandle {
            platform: platform.into(),
            ..CreatorHandle::default()
        };
        let told = profile.profile.as_mut().unwrap();
        told.handles = vec![handle(Platform::Instagram), handle(Platform::Tiktok)];
        let batch = BatchRecordCreatorProfilesRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            profiles: vec![ProfileRecord {
                creator_id: who.to_owned(),
                profile: profile.profile.clone(),
            }],
        };
        self.call(who, batch).await;
        self.write_by_brand(who, profile).await;
        self.write_by_brand(who, self.assess(who)).await;
        self.write_by_brand(who, self.raise(who, "f-1")).await;
        self.write_by_brand(who, self.clear(who, "f-1")).await;
        self.write_by_brand(who, self.block(who)).await;
        self.write_by_brand(who, self.unblock(who)).await;
    }

    /// Terms with all texts that terms may have.
    fn texts(&self) -> Terms {
        Terms {
            deliverables: ["d1", "d2", "d3"].map(deliverable).to_vec(),
            attribution: Some(AttributionTerms::default()),
            usage_rights: vec![UsageRights {
                rights_id: String::from("ads"),
                scope: UsageScope::Paid.into(),
                starts_at: Some(day(1)),
                ..UsageRights::default()
            }],
            disclosure: Some(DisclosureTerms {
                connection: ConnectionType::Paid.into(),
                ..DisclosureTerms::default()
            }),
            ..terms(idr(1_000_000))
        }
    }

    async fn otherwise_ended(&mut self, who: &str) {
        let one = self.other("rejected");
        self.write(who, one.apply(who)).await;
        self.write_by_brand(who, one.reject_application(who)).await;
        let one = self.other("countered");
        self.write_by_brand(who, one.invite(who, self.texts()))
            .await;
        self.write(who, one.counter(who, 1, self.texts())).await;
        self.write_by_brand(who, one.reject_counter(who, 2)).await;
        let one = self.other("declined");
        self.write_by_brand(who, one.invite(who, self.texts()))
            .await;
        self.write(who, one.decline(who)).await;
        let one = self.other("withdrawn");
        for again in ["", "-2"] {
            let mut invite = one.invite(who, self.texts());
            invite.collaboration_id.push_str(again);
            self.write_by_brand(who, invite).await;
            if again.is_empty() {
                self.write_by_brand(who, one.withdraw(who)).await;
            }
        }
        let batch = BatchWithdrawInvitationsRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: one.campaign.clone(),
            collaboration_ids: vec![format!("{who}-2")],
            reason: String::new(),
        };
        self.call(who, batch).await;
        for name in ["cancelled", "terminated", "left"] {
            let one = self.other(name);
            self.write_by_brand(who, one.invite(who, self.texts()))
                .await;
            self.write(who, one.accept(who)).await;
            match name {
                "cancelled" => _ = self.write_by_brand(who, one.cancel(who)).await,
                "left" => _ = self.write(who, one.leave(who)).await,
                _ => {
                    self.write(who, one.submit(who)).await;
                    self.write_by_brand(who, self.raise(who, "f-2")).await;
                    self.write_by_brand(who, one.terminate(who, "f-2")).await;
                    self.write_by_brand(who, self.clear(who, "f-2")).await;
                }
            }
        }
    }

    async fn agreed(&mut self, who: &str) {
        self.write_by_brand(who, self.invite(who, self.texts()))
            .await;
        self.write(who, self.counter(who, 1, self.texts())).await;
        self.write_by_brand(who, self.revise_offer(who, 2, self.texts()))
            .await;
        let mut accept = self.accept(who);
        accept.offer_version = 3;
        self.write(who, accept).await;
        let version = self.amended(who).await;
        self.write(who, self.reject_amendment(who, version)).await;
        let version = self.amended(who).await;
        self.write(who, self.accept_amendment(who, version)).await;
    }

    async fn amended(&mut self, who: &str) -> u32 {
        let amend = self.amend_terms(who, self.texts());
        let answer = self.write_by_brand(who, amend).await;
        let amendment = answer.collaboration.unwrap().pending_amendment;
        amendment.unwrap().terms_version
    }

    async fn worked(&mut self, who: &str) {
        self.write_by_brand(who, self.ship(who)).await;
        self.write(who, self.receive(who, day(1))).await;
        self.write_by_brand(who, self.take_back(who, day(1))).await;
        let batch = BatchShipProductsRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            shipments: vec![ProductSent {
                collaboration_id: who.to_owned(),
                shipment_id: String::from("s2"),
                value: self.ship(who).value,
                shipped_at: Some(day(0)),
                ..ProductSent::default()
            }],
        };
        self.call(who, batch).await;
        self.write(who, self.submit(who)).await;
        self.write_by_brand(who, self.revise(who, 1)).await;
        self.write(who, self.submit(who)).await;
        let mut approve = self.approve(who);
        approve.submission_version = 2;
        self.write_by_brand(who, approve).await;
        self.write_by_brand(who, self.reschedule(who, day(12)))
            .await;
        let posted = self.write(who, self.publish(who, "d1", day(1))).await;
        let told = posted.publication.unwrap().told_position;
        let corrected = self.correct_post(who, told, day(1));
        self.write_by_brand(who, corrected).await;
        self.write_by_brand(who, self.verify(who)).await;
        self.write_by_brand(who, self.check(who, day(2), true))
            .await;
        self.write_by_brand(who, self.remove(who, day(2))).await;
        self.write(who, self.restore(who, day(2))).await;
        let seen = |likes| Counters {
            likes: Some(likes),
            ..Counters::default()
        };
        let first = self
            .write_by_brand(who, self.observe(who, day(1), seen(10)))
            .await;
        let first = first.receipt.unwrap().first_position;
        self.write_by_brand(who, self.correct(who, first, seen(9)))
            .await;
        let second = self
            .write_by_brand(who, self.observe(who, day(2), seen(20)))
            .await;
        let second = second.receipt.unwrap().first_position;
        self.write_by_brand(who, self.void(who, second)).await;
        self.write_by_brand(who, self.place_hold(who, "h-1")).await;
        self.write_by_brand(who, self.release_hold(who, "h-1"))
            .await;
        let mut submit = self.submit(who);
        submit.deliverable_id = String::from("d2");
        self.write(who, submit).await;
        let mut reject = self.reject(who);
        reject.deliverable_id = String::from("d2");
        self.write_by_brand(who, reject).await;
        for id in ["d2", "d3"] {
            let mut waive = self.waive(who);
            waive.deliverable_id = id.to_owned();
            let filled = self.marks.fill(who, &waive);
            // What was rejected needs no waiver.
            let _ = self.client.call(filled).await;
        }
    }

    async fn sold(&mut self, who: &str) {
        let order = |name: &str| format!("{name}-{who}");
        let holds = self.code_of(who).await;
        for name in ["one", "two", "three"] {
            let sale = self.sale(&order(name), Some(idr(9_000)), day(1), None);
            let mut filled = self.marks.fill(NOBODY, &sale);
            // The last is credited by a link, and its code is nobody's.
            match name {
                "three" => {
                    filled.touches = self.sale("", None, day(1), Some(who)).touches;
                }
                _ => filled.code = holds.to_lowercase(),
            }
            let sold = self.client.write(filled).await;
            let sold = sold.conversion.unwrap();
            assert_eq!(sold.credits.len(), 1, "{sold:?}");
        }
        let mut item = ConversionItem {
            order_source: String::from("shop"),
            order_id: order("four"),
            r#type: ConversionType::Sale.into(),
            value: Some(idr(50)),
            ordered_at: Some(day(1)),
            ..ConversionItem::default()
        };
        item.touches = self.sale("", None, day(1), Some(who)).touches;
        let batch = BatchRecordConversionsRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            conversions: vec![item],
        };
        self.call(NOBODY, batch).await;
        let one = order("one");
        self.write_by_brand(NOBODY, self.refund(&one, idr(10), day(2)))
            .await;
        self.write_by_brand(NOBODY, self.void_refund(&one, "r1"))
            .await;
        let mut correct = self.correct_order(&order("three"), self.told_of(&order("three")).await);
        correct.value = Some(idr(8_000));
        self.write_by_brand(NOBODY, correct).await;
        let told = self.told_of(&order("two")).await;
        let mut reattribute = self.reattribute_order(&order("two"), told, who);
        reattribute.shares = vec![
            Share {
                collaboration_id: String::from("ayu"),
                share_bp: 4_000,
            },
            Share {
                collaboration_id: String::from("bima"),
                share_bp: 6_000,
            },
        ];
        self.write_by_brand(NOBODY, reattribute).await;
        let told = self.told_of(&order("four")).await;
        self.write_by_brand(NOBODY, self.void_order(&order("four"), told))
            .await;
    }

    async fn told_of(&self, order: &str) -> u64 {
        let get = GetConversionRequest {
            brand_id: self.brand.clone(),
            order_source: String::from("shop"),
            order_id: order.to_owned(),
            ..GetConversionRequest::default()
        };
        let found = self.client.read(get).await.conversion.unwrap();
        found.corrected_position
    }

    /// The code that is in force.
    pub async fn code_of(&self, who: &str) -> String {
        let get = GetCollaborationRequest {
            brand_id: self.brand.clone(),
            campaign_id: self.campaign.clone(),
            collaboration_id: who.to_owned(),
            ..GetCollaborationRequest::default()
        };
        let found = self.client.read(get).await.collaboration.unwrap();
        let versions = found.terms_versions;
        let terms = versions.last().unwrap().terms.clone().unwrap();
        let code = terms.attribution.unwrap().code;
        assert!(!found_in(code.as_bytes(), &self.marks.0).is_empty());
        code
    }

    async fn settled(&mut self, who: &str) {
        let id = |name: &str| format!("{name}-{who}");
        for name in ["a", "b", "c", "d"] {
            let cost = self.cost(&id(name), Some(who), CostType::Bonus, idr(1_000), day(1));
            self.write_by_brand(who, cost).await;
        }
        let a = id("a");
        self.write_by_brand(who, self.withhold(&a)).await;
        self.write_by_brand(who, self.release(&a)).await;
        self.write_by_brand(who, self.adjust(&a, idr(10))).await;
        let dispute = self.dispute(&id("dispute"), who, Subject::CostId(a.clone()));
        self.write(who, dispute).await;
        let resolve = self.resolve(&id("dispute"), who, DisputeRuling::Upheld);
        self.write_by_brand(who, resolve).await;
        self.write_by_brand(who, self.approve_cost(&a)).await;
        self.write_by_brand(who, self.tax(&a, idr(1_010))).await;
        self.write_by_brand(who, self.pay(&a, idr(100), day(1)))
            .await;
        let void = VoidPaymentRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: a.clone(),
            payment_id: a.clone(),
            reason: String::new(),
        };
        self.write_by_brand(who, void).await;
        let b = id("b");
        self.write_by_brand(who, self.reverse(&b)).await;
        let c = id("c");
        self.write_by_brand(who, self.approve_cost(&c)).await;
        let batch = BatchRecordPaymentsRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            payments: vec![PaymentMade {
                cost_id: c.clone(),
                payment_id: c,
                amount: Some(idr(1_000)),
                paid_at: Some(day(1)),
                ..PaymentMade::default()
            }],
        };
        self.call(who, batch).await;
        let recorded = self.cost(&id("e"), Some(who), CostType::Bonus, idr(7), day(1));
        let recorded = self.write_by_brand(who, recorded).await;
        let correct = CorrectCostRequest {
            brand_id: self.brand.clone(),
            context: by_brand(""),
            campaign_id: self.campaign.clone(),
            cost_id: id("e"),
            expected_position: recorded.receipt.unwrap().last_position,
            amount: Some(idr(8)),
            ..CorrectCostRequest::default()
        };
        self.write_by_brand(who, correct).await;
    }
}
