//! Rights of use and disclosure, both ways.

use std::collections::BTreeSet;

use crate::domain::limits::{MAX_CHANNELS, MAX_RIGHTS, MAX_TERRITORIES};
use crate::domain::{DisclosureTerms, RightsId, Territory, UsageRights};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::personal::spell;
use crate::wire::proto::values as wire;
use crate::wire::values::read_time;

const RIGHTS_RULE: &str = "must have at most 20 elements";
const CHANNELS_RULE: &str = "must have at most 20 elements";
/// Longest name of a channel, in characters.
const MAX_CHANNEL_CHARS: usize = 64;
const TERRITORIES_RULE: &str = "must have at most 250 elements";
/// Longest label of a post, in characters.
const MAX_LABEL_CHARS: usize = 100;
const END_RULE: &str = "must be after starts_at";

/// Reads rights of use.
pub fn read(fields: &mut Fields, rights: Vec<wire::UsageRights>) -> Checked<Vec<UsageRights>> {
    fields.limit("usage_rights", rights.len() <= MAX_RIGHTS, RIGHTS_RULE);
    let mut seen = BTreeSet::new();
    fields.each("usage_rights", rights, |fields, message| {
        let right = read_right(fields, message)?;
        let new = seen.insert(right.id.clone());
        fields.check("rights_id", new, UNIQUE_RULE);
        Ok(right)
    })
}

fn read_right(fields: &mut Fields, message: wire::UsageRights) -> Checked<UsageRights> {
    let id = fields.parse("rights_id", &message.rights_id, RightsId::parse);
    let scope = fields.one_of("scope", message.scope);
    fields.limit(
        "channels",
        message.channels.len() <= MAX_CHANNELS,
        CHANNELS_RULE,
    );
    let channels = fields.each("channels", message.channels, |fields, channel| {
        Ok(fields.personal_line_here(channel, MAX_CHANNEL_CHARS))
    });
    let territories = read_territories(fields, message.territories);
    let starts_at = fields.required("starts_at", message.starts_at, read_time)?;
    let ends_at = fields.optional("ends_at", message.ends_at, read_time)?;
    let in_order = ends_at.is_none_or(|ends_at| ends_at > starts_at);
    fields.check("ends_at", in_order, END_RULE);
    Ok(UsageRights {
        id: id?,
        scope: scope?,
        channels: channels?,
        territories: territories?,
        starts_at,
        ends_at,
    })
}

fn read_territories(fields: &mut Fields, territories: Vec<String>) -> Checked<Vec<Territory>> {
    let few = territories.len() <= MAX_TERRITORIES;
    fields.limit("territories", few, TERRITORIES_RULE);
    let mut seen = BTreeSet::new();
    fields.each("territories", territories, |fields, text| {
        let territory = Territory::parse(&text).map_err(|rule| fields.refuse_here(rule))?;
        if seen.insert(territory.clone()) {
            Ok(territory)
        } else {
            Err(fields.refuse_here(UNIQUE_RULE))
        }
    })
}

/// Reads how posts disclose.
pub fn read_disclosure(
    fields: &mut Fields,
    message: wire::DisclosureTerms,
) -> Checked<DisclosureTerms> {
    let label =
        fields.personal_optional_line("required_label", message.required_label, MAX_LABEL_CHARS);
    let connection = fields.one_of("connection", message.connection)?;
    Ok(DisclosureTerms {
        connection,
        required_label: label,
    })
}

impl From<&UsageRights> for wire::UsageRights {
    fn from(right: &UsageRights) -> Self {
        let territories = right.territories.iter();
        Self {
            rights_id: right.id.to_string(),
            scope: right.scope.number(),
            channels: right.channels.iter().map(spell).collect(),
            territories: territories.map(|one| one.as_str().to_owned()).collect(),
            starts_at: Some(right.starts_at.into()),
            ends_at: right.ends_at.map(Into::into),
        }
    }
}

impl From<&DisclosureTerms> for wire::DisclosureTerms {
    fn from(disclosure: &DisclosureTerms) -> Self {
        Self {
            connection: disclosure.connection.number(),
            required_label: disclosure
                .required_label
                .as_ref()
                .map(spell)
                .unwrap_or_default(),
        }
    }
}
