//! Requests about measurements and sales.

use super::super::ops::{Correction, Op, OrderFix, OrderVerb, Pick, Refund, Sale, Sighting};
use super::super::world::{DAY, PostPlace};
use super::many::Sight;
use super::*;

/// Sources, the best one first.
pub const SOURCES: [ObservationSource; 4] = [
    ObservationSource::Api,
    ObservationSource::Brand,
    ObservationSource::Creator,
    ObservationSource::Estimate,
];

/// An observation: its post, and its index among those of the post.
type Known = (PostPlace, usize);

impl Play {
    fn posts(&self) -> Vec<PostPlace> {
        let works = self
            .world
            .works()
            .filter(|(_, _, work)| work.post.is_some());
        works.map(|(place, number, _)| (place, number)).collect()
    }

    fn sights(&mut self) -> Vec<Known> {
        let mut sights = Vec::new();
        for place in self.posts() {
            let count = self.world.post(place).observations.len();
            sights.extend((0..count).map(|index| (place, index)));
        }
        sights
    }

    pub(super) async fn engagement(&mut self, op: &Op) {
        match op {
            Op::Observe {
                post,
                hours_after,
                source,
                counters,
            } => {
                let sighting = Sighting::New {
                    post: *post,
                    hours_after: *hours_after,
                    source: *source,
                    counters: *counters,
                };
                self.observe(&sighting).await;
            }
            Op::ObserveAgain(picked) => self.observe(&Sighting::Again(*picked)).await,
            Op::Correct {
                observation,
                counters,
                stale,
            } => self.change(*observation, Some(*counters), *stale).await,
            Op::Void { observation, stale } => self.change(*observation, None, *stale).await,
            _ => unreachable!("asked for elsewhere"),
        }
    }

    /// Returns the post and the values of an observation; there may be no post yet.
    pub(super) fn sight(&mut self, sighting: &Sighting) -> Option<Sight> {
        match sighting {
            Sighting::New {
                post,
                hours_after,
                source,
                counters,
            } => {
                let posts = self.posts();
                let place = posts[usize::from(*post).checked_rem(posts.len())?];
                let published_at = self.world.post(place).published_at;
                let at = published_at + hours_after * 60 * 60;
                Some(Sight {
                    place,
                    // Observations in the future are refused.
                    at: at.clamp(0, 78 * DAY),
                    source: *source,
                    counters: *counters,
                })
            }
            Sighting::Again(picked) => {
                let sights = self.sights();
                let (place, index) = sights[usize::from(*picked).checked_rem(sights.len())?];
                let seen = &self.world.post(place).observations[index];
                Some(Sight {
                    place,
                    at: seen.observed_at,
                    source: seen.source,
                    counters: seen.first_said,
                })
            }
        }
    }

    async fn observe(&mut self, sighting: &Sighting) {
        let Some(sight) = self.sight(sighting) else {
            return;
        };
        let ((campaign, deal), number) = sight.place;
        let story = self.story(campaign);
        let at = days_and(0, sight.at);
        let mut request = story.observe(&deal_id(deal), at, sight.counters);
        request.publication_id = work_id(number);
        request.source = SOURCES[usize::from(sight.source)].into();
        let (source, counters) = (sight.source, &sight.counters);
        let judged = self.world.observe(sight.place, sight.at, source, counters);
        self.write(request, judged).await;
    }

    async fn change(&mut self, picked: Pick, to: Option<Counters>, stale: bool) {
        let sights = self.sights();
        let Some(index) = usize::from(picked).checked_rem(sights.len()) else {
            return;
        };
        let (place, index) = sights[index];
        let seen = &self.world.post(place).observations[index];
        let named = if stale { seen.position } else { seen.latest };
        let ((campaign, deal), number) = place;
        let (story, who) = (self.story(campaign), deal_id(deal));
        let judged = self.world.change(place, index, named, to.as_ref());
        match to {
            Some(counters) => {
                let mut request = story.correct(&who, named, counters);
                request.publication_id = work_id(number);
                self.write(request, judged).await;
            }
            None => {
                let mut request = story.void(&who, named);
                request.publication_id = work_id(number);
                self.write(request, judged).await;
            }
        }
    }

    pub(super) async fn sell(&mut self, sale: &Sale) {
        let story = self.story(sale.campaign);
        let value = sale.minor.map(|minor| money(&story.currency, minor));
        let at = days_and(sale.day, 0);
        let mut request = story.sale(&order_id(sale.order), value, at, None);
        request.code = sale.code.map(code).unwrap_or_default();
        if sale.install {
            request.r#type = ConversionType::Install.into();
        }
        let touches = sale.touches.iter().map(|(deal, day)| LinkTouch {
            collaboration_id: deal_id(*deal),
            touched_at: Some(days_and(*day, 0)),
        });
        request.touches = touches.collect();
        let judged = self.world.sell(sale);
        self.write(request, judged).await;
    }

    /// Mostly in the order's currency, if there is an order.
    pub(super) fn fitted(&self, refund: &Refund) -> Refund {
        let order = self.world.orders.get(&refund.order);
        let sale = order.and_then(|order| Some(&order.conversion.as_ref()?.sale));
        match sale {
            Some(sale) if refund.minor % 5 != 0 || refund.minor % 1_000 == 0 => Refund {
                usd: sale.currency() == "USD",
                minor: refund.minor.min(sale.minor.unwrap_or(refund.minor)),
                ..refund.clone()
            },
            Some(_) | None => refund.clone(),
        }
    }

    pub(super) async fn adjust_sale(&mut self, correction: &Correction) {
        let known = self.world.orders.get(&correction.order);
        let sale = known.and_then(|order| Some(&order.conversion.as_ref()?.sale));
        let currency = sale.map_or("IDR", Sale::currency);
        let delta = money(currency, correction.delta_minor);
        let story = self.story(0);
        let mut request = story.adjust_order(&order_id(correction.order), delta);
        request.adjustment_id = format!("a{}", correction.id);
        let judged = self.world.adjust(correction);
        self.write(request, judged).await;
    }

    pub(super) async fn fix(&mut self, fix: &OrderFix) {
        let known = self.world.orders.get(&fix.order);
        let known = known.and_then(|order| order.conversion.as_ref());
        let latest = known.map_or(1, |known| known.latest);
        let expected = if fix.stale { latest + 1 } else { latest };
        let sale = known.map(|known| known.sale.clone());
        let currency = sale.as_ref().map_or("IDR", Sale::currency);
        let (story, order) = (self.story(0), order_id(fix.order));
        match &fix.verb {
            OrderVerb::Correct { minor, install } => {
                let mut request = story.correct_order(&order, expected);
                request.value = minor.map(|minor| money(currency, minor));
                if let Some(install) = install {
                    request.r#type = match install {
                        true => ConversionType::Install.into(),
                        false => ConversionType::Sale.into(),
                    };
                }
                let judged = self
                    .world
                    .correct_sale(fix.order, expected, *minor, *install);
                self.write(request, judged).await;
            }
            OrderVerb::Void => {
                let request = story.void_order(&order, expected);
                let judged = self.world.void_sale(fix.order, expected);
                self.write(request, judged).await;
            }
            OrderVerb::Reattribute(picked) => {
                let campaign = sale.map_or(0, |sale| sale.campaign);
                let deals = &self.world.campaigns[usize::from(campaign)].deals;
                let deals: Vec<u8> = deals.keys().copied().collect();
                let Some(index) = usize::from(*picked).checked_rem(deals.len()) else {
                    return;
                };
                let to = deals[index];
                let request = story.reattribute_order(&order, expected, &deal_id(to));
                let judged = self.world.reattribute(fix.order, expected, to);
                self.write(request, judged).await;
            }
            OrderVerb::VoidRefund(id) => {
                let request = story.void_refund(&order, &format!("r{id}"));
                let judged = self.world.void_refund(fix.order, *id);
                self.write(request, judged).await;
            }
        }
    }

    pub(super) async fn refund(&mut self, refund: &Refund) {
        let story = self.story(0);
        let amount = money(refund.currency(), refund.minor);
        let at = days_and(refund.day, 0);
        let mut request = story.refund(&order_id(refund.order), amount, at);
        request.refund_id = format!("r{}", refund.id);
        let judged = self.world.refund(refund);
        self.write(request, judged).await;
    }
}
