//! Events by brand, for as many brands as the configuration names a number of.
//!
//! A label for every brand would be unbounded, so the first brands that write get a label each, and all
//! others share one. There is one writer, so the table needs no lock.

use std::collections::HashMap;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// Most brands that may have a label each.
pub const MOST_BRANDS: usize = 1_000;

/// The label of brands that have none of their own. A brand with this id never gets one.
const OTHERS: &str = "other";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct OfBrand {
    brand: String,
}

/// The counters, for the thread that counts.
#[derive(Debug)]
pub struct BrandEvents {
    most: usize,
    named: HashMap<String, Counter>,
    others: Counter,
    family: Family<OfBrand, Counter>,
}

impl BrandEvents {
    pub(super) fn of(family: Family<OfBrand, Counter>, most: usize) -> Self {
        let others = OTHERS.to_owned();
        Self {
            most: most.min(MOST_BRANDS),
            named: HashMap::new(),
            others: family.get_or_create_owned(&OfBrand { brand: others }),
            family,
        }
    }

    /// Counts events of a brand.
    pub fn add(&mut self, brand: &str, events: usize) {
        let events = events as u64;
        if self.most == 0 {
            self.others.inc_by(events);
        } else if let Some(counter) = self.named.get(brand) {
            counter.inc_by(events);
        } else if self.named.len() < self.most && brand != OTHERS {
            let brand = brand.to_owned();
            let label = OfBrand {
                brand: brand.clone(),
            };
            let counter = self.family.get_or_create_owned(&label);
            counter.inc_by(events);
            self.named.insert(brand, counter);
        } else {
            self.others.inc_by(events);
        }
    }
}
