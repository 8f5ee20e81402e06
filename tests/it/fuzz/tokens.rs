//! Random page tokens, beyond the module's own tests.

use campaign_ledger::grpc::calls::page_token::{Error, PageTokens, Query};
use campaign_ledger::wire::proto::api::{ListCampaignsRequest, ListCreatorsRequest};
use proptest::collection::vec;
use proptest::prelude::*;

use super::damage::{damaged, damages};
use super::tries;

const CAMPAIGNS: &str = "/campaign.ledger.v1.CampaignService/ListCampaigns";
const CREATORS: &str = "/campaign.ledger.v1.CreatorService/ListCreators";

fn tokens() -> PageTokens {
    PageTokens::new([9; 32])
}

fn campaigns_of(brand: &str) -> Query {
    let request = ListCampaignsRequest {
        brand_id: brand.to_owned(),
        ..ListCampaignsRequest::default()
    };
    Query::new(CAMPAIGNS, &request)
}

fn creators_of(brand: &str) -> Query {
    let request = ListCreatorsRequest {
        brand_id: brand.to_owned(),
        ..ListCreatorsRequest::default()
    };
    Query::new(CREATORS, &request)
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..100)
}

#[test]
fn damaged_token_is_refused() {
    tries().run((key(), damages()), |(key, damages)| {
        let token = tokens().make(campaigns_of("kopi"), &key);
        let changed = damaged(token.as_bytes(), &damages);
        let changed = String::from_utf8_lossy(&changed).into_owned();
        let read = tokens().read(campaigns_of("kopi"), &changed);
        if changed == token {
            prop_assert_eq!(read, Ok(key));
        } else {
            prop_assert_eq!(read, Err(Error::Malformed));
        }
        Ok(())
    });
}

#[test]
fn two_tokens_make_no_third() {
    let cut = any::<prop::sample::Index>();
    tries().run((key(), key(), cut), |(one, other, cut)| {
        let one = tokens().make(campaigns_of("kopi"), &one);
        let other = tokens().make(campaigns_of("kopi"), &other);
        let cut = cut.index(one.len().min(other.len()));
        let spliced = format!("{}{}", &one[..cut], &other[cut..]);
        if spliced != one && spliced != other {
            let read = tokens().read(campaigns_of("kopi"), &spliced);
            prop_assert_eq!(read, Err(Error::Malformed));
        }
        Ok(())
    });
}

#[test]
fn token_is_of_one_brand_and_one_method() {
    let brand = "[a-z0-9_-]{1,64}";
    tries().run((brand, brand, key()), |(brand, other, key)| {
        let token = tokens().make(campaigns_of(&brand), &key);
        prop_assert_eq!(
            tokens().read(creators_of(&brand), &token),
            Err(Error::OtherQuery)
        );
        if other != brand {
            let read = tokens().read(campaigns_of(&other), &token);
            prop_assert_eq!(read, Err(Error::OtherQuery));
        }
        prop_assert_eq!(tokens().read(campaigns_of(&brand), &token), Ok(key));
        Ok(())
    });
}
