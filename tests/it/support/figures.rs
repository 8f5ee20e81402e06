//! Expected figures by the published formulas, from sums that a test computed itself.

use std::collections::BTreeMap;

use campaign_ledger::wire::proto::api::{AbsentReason, CostBasis, Figures};
use campaign_ledger::wire::proto::values::{Counters, MeasurementKind, MeasurementScope};
use num_bigint::BigInt;
use num_rational::Ratio;

use crate::service::numbers::{BASES, Exact, half_even, of_figures};

/// The sums; currencies of two decimals.
#[derive(Default)]
pub struct Expected {
    /// The part of the plan that figures need.
    pub margin_bp: Option<u32>,
    /// What a thousand impressions and a thousand likes are worth on every post.
    pub emv_minor: Option<[i64; 2]>,
    /// Committed, accrued, paid.
    pub cost_minor: [i64; 3],
    /// Of each, whether a part of it has no rate.
    pub cost_is_partial: [bool; 3],
    /// Whether a part of the revenue has no rate.
    pub revenue_is_partial: bool,
    pub gross_minor: i64,
    pub refunds_minor: i64,
    pub unattributed_minor: i64,
    /// Orders credited, in ten-thousandths.
    pub conversions_bp: u64,
    pub posts: u64,
    /// The current counters of each post.
    pub seen: Vec<Seen>,
}

/// The counters of a post.
pub struct Seen {
    pub counters: Counters,
    /// The credited part.
    pub share_bp: u32,
    /// At publication.
    pub followers: Option<u64>,
    pub is_giveaway: bool,
}

pub fn whole(value: impl Into<BigInt>) -> Exact {
    Ratio::from(value.into())
}

impl Expected {
    /// The same over several campaigns, for which no model holds.
    pub fn without_model(self) -> Self {
        Self {
            emv_minor: None,
            ..self
        }
    }

    pub fn net_minor(&self) -> i64 {
        self.gross_minor - self.refunds_minor
    }

    /// Sums a counter over the posts on which it was observed; `None` when there are none.
    fn sum(&self, of: fn(&Counters) -> Option<u64>) -> Option<Exact> {
        let parts = self.seen.iter().filter_map(|seen| {
            Some(whole(of(&seen.counters)?) * whole(seen.share_bp) / whole(10_000))
        });
        parts.reduce(|sum, part| sum + part)
    }

    /// The sums as a report publishes them.
    pub fn counters(&self) -> Counters {
        let published = |of| {
            self.sum(of)
                .map(|sum| u64::try_from(half_even(&sum)).unwrap())
        };
        Counters {
            likes: published(|one| one.likes),
            comments: published(|one| one.comments),
            shares: published(|one| one.shares),
            saves: published(|one| one.saves),
            views: published(|one| one.views),
            impressions: published(|one| one.impressions),
            reach: published(|one| one.reach),
            clicks: published(|one| one.clicks),
            ..Counters::default()
        }
    }

    pub fn engagements(&self) -> Option<u64> {
        self.sum(engagements)
            .map(|sum| u64::try_from(half_even(&sum)).unwrap())
    }

    /// Returns Σ numerator ÷ Σ denominator over the posts that have both, and the mean and median
    /// of the rates of the posts.
    fn rates(
        &self,
        numerator: fn(&Counters) -> Option<u64>,
        denominator: impl Fn(&Seen) -> Option<u64>,
        with_giveaways: bool,
    ) -> [Result<Exact, AbsentReason>; 3] {
        let (mut above, mut below, mut own) = (whole(0), whole(0), Vec::new());
        let mut pairs = 0;
        for seen in &self.seen {
            let both = numerator(&seen.counters).zip(denominator(seen));
            let Some((one, other)) = both.filter(|_| with_giveaways || !seen.is_giveaway) else {
                continue;
            };
            above += whole(one) * whole(seen.share_bp);
            below += whole(other) * whole(seen.share_bp);
            pairs += 1;
            if other > 0 {
                own.push(Ratio::new(one.into(), other.into()));
            }
        }
        if pairs == 0 {
            return [const { Err(AbsentReason::NoObservation) }; 3];
        }
        if own.is_empty() {
            return [const { Err(AbsentReason::ZeroDenominator) }; 3];
        }
        own.sort();
        let mean = own.iter().sum::<Exact>() / whole(own.len());
        let middle = (&own[(own.len() - 1) / 2] + &own[own.len() / 2]) / whole(2);
        [Ok(above / below), Ok(mean), Ok(middle)]
    }

    /// Returns the main numbers of a report on one cost basis, by name; money in major units.
    pub fn numbers(&self, basis: CostBasis) -> BTreeMap<&'static str, Result<Exact, AbsentReason>> {
        use AbsentReason::{
            MarginUnknown, MissingFx, NegativeCost, NoModel, NoObservation, ZeroCost,
            ZeroDenominator,
        };
        let of_basis = match basis {
            CostBasis::Committed => 0,
            CostBasis::Accrued => 1,
            CostBasis::Paid | CostBasis::Unspecified => 2,
        };
        let minor = self.cost_minor[of_basis];
        let rated_cost = match self.cost_is_partial[of_basis] {
            true => Err(MissingFx),
            false => Ok(()),
        };
        let rated_both = match self.revenue_is_partial {
            true => Err(MissingFx),
            false => rated_cost,
        };
        let cost = whole(minor) / whole(100);
        let revenue = whole(self.net_minor()) / whole(100);
        let over_cost = |value: Exact| match minor {
            ..0 => Err(NegativeCost),
            0 => Err(ZeroCost),
            1.. => Ok(value / &cost),
        };
        let over = |value: &Exact, divisor: Exact| {
            if divisor == whole(0) {
                Err(ZeroDenominator)
            } else {
                Ok(value / divisor)
            }
        };
        let per = |of: fn(&Counters) -> Option<u64>| {
            let units = self.sum(of).ok_or(NoObservation)?;
            rated_cost?;
            over(&cost, units)
        };
        let thousand = |price: Result<Exact, AbsentReason>| price.map(|price| price * whole(1_000));
        let conversions = whole(self.conversions_bp) / whole(10_000);
        let [followers, followers_mean, followers_median] =
            self.rates(engagements, |seen| seen.followers, false);
        let [reach, reach_mean, reach_median] =
            self.rates(engagements, |seen| seen.counters.reach, false);
        let [views, views_mean, views_median] =
            self.rates(engagements, |seen| seen.counters.views, false);
        let [ctr, ..] = self.rates(|one| one.clicks, |seen| seen.counters.impressions, true);
        let clicks = self.sum(|one| one.clicks).ok_or(NoObservation);
        let on_margin = rated_both
            .and_then(|()| self.margin_bp.ok_or(MarginUnknown))
            .and_then(|margin| over_cost(&revenue * whole(margin) / whole(10_000) - &cost));
        let emv = self
            .emv_minor
            .ok_or(NoModel)
            .and_then(|[impression, like]| {
                let parts = [
                    self.sum(|one| one.impressions)
                        .map(|seen| seen * whole(impression)),
                    self.sum(|one| one.likes).map(|seen| seen * whole(like)),
                ];
                let worth = parts.into_iter().flatten().reduce(|sum, one| sum + one);
                Ok(worth.ok_or(NoObservation)? / whole(100 * 1_000))
            });
        BTreeMap::from([
            ("cost", rated_cost.map(|()| cost.clone())),
            ("net_return", rated_both.map(|()| &revenue - &cost)),
            ("roi", rated_both.and_then(|()| over_cost(&revenue - &cost))),
            ("roi_on_margin", on_margin),
            ("roas", rated_both.and_then(|()| over_cost(revenue.clone()))),
            (
                "cost_per_post",
                rated_cost.and_then(|()| over(&cost, whole(self.posts))),
            ),
            (
                "cpa",
                rated_cost.and_then(|()| over(&cost, conversions.clone())),
            ),
            ("cpe", per(engagements)),
            ("cpv", per(|one| one.views)),
            ("cpc", per(|one| one.clicks)),
            ("cpm_impressions", thousand(per(|one| one.impressions))),
            ("cpm_reach", thousand(per(|one| one.reach))),
            ("cpm_views", thousand(per(|one| one.views))),
            ("er_followers", followers),
            ("er_followers_mean", followers_mean),
            ("er_followers_median", followers_median),
            ("er_reach", reach),
            ("er_reach_mean", reach_mean),
            ("er_reach_median", reach_median),
            ("er_views", views),
            ("er_views_mean", views_mean),
            ("er_views_median", views_median),
            ("ctr", ctr),
            (
                "cvr_clicks",
                clicks.and_then(|clicks| over(&conversions, clicks)),
            ),
            ("emv", emv),
        ])
    }
}

/// Returns e-v1 of the observed counters.
fn engagements(counters: &Counters) -> Option<u64> {
    let four = [
        counters.likes,
        counters.comments,
        counters.shares,
        counters.saves,
    ];
    four.into_iter().flatten().reduce(|sum, one| sum + one)
}

/// Compares figures with the expected ones.
pub fn are(figures: &Figures, expected: &Expected, what: &str) {
    for basis in BASES {
        let numbers = of_figures(figures, basis);
        for (name, own) in expected.numbers(basis) {
            let number = &numbers[name];
            assert_eq!(number.exact(), own, "{what}: {name} on {basis:?}");
            number.is_published_rounded_half_even();
        }
        assert_eq!(numbers.len(), expected.numbers(basis).len());
    }
    let cost = figures.cost.as_ref().unwrap();
    let minor = [cost.committed_minor, cost.accrued_minor, cost.paid_minor];
    assert_eq!(minor, expected.cost_minor, "{what}");
    let revenue = figures.revenue.as_ref().unwrap();
    assert_eq!(revenue.gross_minor, expected.gross_minor, "{what}");
    assert_eq!(revenue.refunds_minor, expected.refunds_minor, "{what}");
    assert_eq!(revenue.net_minor, expected.net_minor(), "{what}");
    assert_eq!(
        revenue.unattributed_minor, expected.unattributed_minor,
        "{what}"
    );
    assert_eq!(figures.posts_published, expected.posts, "{what}");
    let audience = (MeasurementScope::Total, MeasurementKind::Measured);
    let mut engagement = figures.engagement.iter();
    let engagement = engagement.find(|one| (one.scope(), one.kind()) == audience);
    let engagement = engagement.unwrap();
    assert_eq!(engagement.counters, Some(expected.counters()), "{what}");
    assert_eq!(engagement.engagements, expected.engagements(), "{what}");
}
