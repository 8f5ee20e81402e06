//! Rules that go with fields of stored events: each a module that a row names.

use std::collections::BTreeMap;

use super::decimals::MinorOnly;
use super::fields::{Checked, Fields};
use super::personal::spell;
use super::proto::values as wire;
use super::selection::{read_evidence_here, write_evidence};
use super::spelled::required;
use super::values::{self, FROM_ONE_RULE, MAX_NAME_CHARS, NOT_NEGATIVE_RULE, SHARE_RULE};
use crate::domain::{Evidence, FollowerCount, Money, Niche, PersonalText, Share, Venue, WHOLE_BP};

/// Longest way to reach somebody, in characters: the longest address of mail fits.
const MAX_CONTACT_CHARS: usize = 256;

/// Makes the modules: the type of a value, how messages spell it, and the functions both ways.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident: $value:ty as $wire:ty = ($read:expr, $write:expr);)+) => {$(
        $(#[$doc])*
        #[allow(clippy::ptr_arg, reason = "a rule takes the value as its type has it")]
        pub mod $name {
            use super::*;

            /// Reads the current field.
            pub fn read(fields: &mut Fields, wire: $wire) -> Checked<$value> {
                ($read)(fields, wire)
            }

            /// Writes the field.
            pub fn write(value: &$value) -> $wire {
                ($write)(value)
            }
        }
    )+};
}

rules! {
    /// A number that counts from 1.
    from_one: u32 as u32 = (read_from_one, |number: &u32| *number);
    /// Minor units of 0 or more.
    not_negative: i64 as i64 = (read_not_negative, |minor: &i64| *minor);
    /// A share in basis points, more than none.
    share: u32 as u32 = (read_share, |number: &u32| *number);
    /// An amount of 0 or more.
    amount: Money as Option<wire::Money> = (read_amount, write_money);
    /// An amount of more than 0.
    positive: Money as Option<wire::Money> = (read_positive, write_money);
    /// An amount of 0 or more, or none.
    optional_amount: Option<Money> as Option<wire::Money> =
        (read_optional_amount, write_optional_money);
    /// An amount of more than 0, or none.
    optional_positive: Option<Money> as Option<wire::Money> =
        (read_optional_positive, write_optional_money);
    /// A rating of content, or none.
    rating: Option<u8> as Option<u32> = (values::read_rating_here, write_rating);
    /// A name of somebody, or none.
    optional_name: PersonalText as String = (read_optional_name, spell);
    /// How to reach somebody, or nothing.
    optional_contact: PersonalText as String = (read_optional_contact, spell);
    /// Niches, not too many.
    niches: Vec<Niche> as Vec<String> = (values::read_niches_here, values::write_niches);
    /// Shares that make a whole, each collaboration once.
    shares: Vec<Share> as Vec<wire::Share> = (values::read_shares_here, write_shares);
    /// What a finding rests on.
    evidence: Vec<Evidence> as Vec<wire::Evidence> = (read_evidence_here, write_evidence);
    /// Follower counts, one a platform.
    followers: BTreeMap<Venue, FollowerCount> as Vec<wire::FollowerCount> =
        (values::read_followers_here, values::write_followers);
}

fn read_from_one(fields: &mut Fields, number: u32) -> Checked<u32> {
    fields.check_here(number > 0, FROM_ONE_RULE);
    Ok(number)
}

fn read_not_negative(fields: &mut Fields, minor: i64) -> Checked<i64> {
    fields.check_here(minor >= 0, NOT_NEGATIVE_RULE);
    Ok(minor)
}

fn read_share(fields: &mut Fields, share_bp: u32) -> Checked<u32> {
    fields.check_here((1..=WHOLE_BP).contains(&share_bp), SHARE_RULE);
    Ok(share_bp)
}

fn read_amount(fields: &mut Fields, amount: Option<wire::Money>) -> Checked<Money> {
    required(fields, amount, values::read_amount)
}

fn read_positive(fields: &mut Fields, amount: Option<wire::Money>) -> Checked<Money> {
    required(fields, amount, values::read_positive_amount)
}

fn read_optional_amount(
    fields: &mut Fields,
    amount: Option<wire::Money>,
) -> Checked<Option<Money>> {
    let read = |amount| values::read_amount(fields, amount);
    amount.map(read).transpose()
}

fn read_optional_positive(
    fields: &mut Fields,
    amount: Option<wire::Money>,
) -> Checked<Option<Money>> {
    let read = |amount| values::read_positive_amount(fields, amount);
    amount.map(read).transpose()
}

fn write_money(amount: &Money) -> Option<wire::Money> {
    Some(wire::Money::from(*amount).minor_only())
}

fn write_optional_money(amount: &Option<Money>) -> Option<wire::Money> {
    amount.map(|amount| wire::Money::from(amount).minor_only())
}

fn write_rating(rating: &Option<u8>) -> Option<u32> {
    rating.map(u32::from)
}

fn read_optional_name(fields: &mut Fields, name: String) -> Checked<PersonalText> {
    Ok(fields.personal_optional_line_here(name, MAX_NAME_CHARS))
}

fn read_optional_contact(fields: &mut Fields, contact: String) -> Checked<PersonalText> {
    Ok(fields.personal_optional_line_here(contact, MAX_CONTACT_CHARS))
}

fn write_shares(shares: &[Share]) -> Vec<wire::Share> {
    shares.iter().map(Into::into).collect()
}
