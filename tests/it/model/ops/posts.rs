//! Posts, and their corrections.

use proptest::option;
use proptest::prelude::*;

use super::day;

/// What is right about a post; what is `None` stays.
#[derive(Clone, Debug)]
pub struct Repair {
    pub stale: bool,
    pub day: Option<i64>,
    pub followers: Option<u64>,
    pub disclosed: Option<bool>,
}

pub fn repair() -> impl Strategy<Value = Repair> {
    let followers = option::weighted(0.4, 0..200_000_u64);
    let disclosed = option::weighted(0.3, any::<bool>());
    let stale = prop::bool::weighted(0.1);
    (stale, option::weighted(0.6, day()), followers, disclosed).prop_map(
        |(stale, day, followers, disclosed)| Repair {
            stale,
            day,
            followers,
            disclosed,
        },
    )
}

#[derive(Clone, Debug)]
pub struct Publish {
    pub day: i64,
    pub post: u8,
    pub followers: Option<u64>,
    pub disclosed: bool,
}

pub fn publish() -> impl Strategy<Value = Publish> {
    let followers = option::of(prop_oneof![1 => Just(0), 5 => 1..2_000_000_u64]);
    (day(), 0..20_u8, followers, any::<bool>()).prop_map(|(day, post, followers, disclosed)| {
        Publish {
            day,
            post,
            followers,
            disclosed,
        }
    })
}
