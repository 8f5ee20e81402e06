//! Moves about published posts, and about products.

use campaign_ledger::domain::state::Publication;
use campaign_ledger::domain::*;

use super::{Dice, HOUR_NANOS, Teller};
use crate::support::requests::*;

impl Teller {
    pub(super) fn about_a_post(&self, dice: &mut Dice) -> Request {
        let posts = self.posts();
        let Some(post) = dice.pick_any(&posts) else {
            return self.work(dice);
        };
        let row = self.ledger.row::<Publication>(&Publication::key(post));
        let until_now = |dice: &mut Dice, since: Timestamp| {
            let hours = (self.now.nanos() - since.nanos()).max(0) / HOUR_NANOS;
            later(since, dice.roll(hours as u64 + 1) as i64 * HOUR_NANOS)
        };
        if dice.chance(15) {
            return publication(post.clone(), self.repair(dice, &row));
        }
        let verb = match (row.removed_at(), dice.roll(100)) {
            (_, 0..=34) => PublicationVerb::CheckDisclosure {
                found: DisclosureFound {
                    checked_at: until_now(dice, row.published_at),
                    label: None,
                    sufficient: dice.chance(70),
                    evidence: "".into(),
                },
            },
            (Some(removed_at), 35..=94) => PublicationVerb::Restore {
                restored_at: until_now(dice, removed_at),
            },
            (None, 35..=39) => PublicationVerb::Restore {
                restored_at: self.now,
            },
            _ => PublicationVerb::Remove {
                removed_at: until_now(dice, row.live_since),
                by: dice.chance(50).then_some(RemovedBy::Creator),
                reason: "".into(),
            },
        };
        publication(post.clone(), verb)
    }

    /// Corrects a post in some of its facts.
    fn repair(&self, dice: &mut Dice, row: &Publication) -> PublicationVerb {
        let days = dice.roll(11) as i64 - 5;
        let moved = later(row.published_at, days * 24 * HOUR_NANOS).min(self.now);
        PublicationVerb::Correct(PublicationCorrection {
            expected: row.told.position,
            url: dice
                .chance(20)
                .then(|| Matched::told("https://instagram.example/q")),
            post_id: dice
                .chance(30)
                .then(|| Matched::told(self.ledger.head().get().to_string())),
            platform_name: None,
            published_at: dice.chance(60).then_some(moved),
            followers: dice.chance(40).then(|| dice.roll(150_000)),
            disclosed: dice.chance(30).then(|| dice.chance(50)),
            reason: PersonalText::Clear("it was told wrongly".to_owned()),
        })
    }

    pub(super) fn about_a_product(&self, dice: &mut Dice) -> Request {
        let mut all = self.collaborations();
        all.retain(|(_, row)| !row.shipments.is_empty());
        let Some((name, row)) = dice.pick_any(&all) else {
            return self.work(dice);
        };
        let shipment = dice.pick(&row.shipments);
        let back = shipment.received.is_some() || dice.chance(30);
        let request = match back {
            true => take_back(name, shipment.id.as_str(), self.now),
            false => receive(name, shipment.id.as_str(), self.now),
        };
        self.here(request)
    }
}
