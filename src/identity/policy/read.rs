//! Reads the policy file: every value at its line, every rule in one place.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{ClaimNames, Listed, Policy};
use crate::domain::{ActorKind, BrandId, CreatorId, MAX_PRINCIPAL_BYTES, Principal};
use crate::identity::api_key::KeyHash;
use crate::identity::caller::{Brands, Grant, Proof};
use crate::identity::role::{Role, Roles};

/// Most principals: far more than a company has services, few enough to read again at each change.
const MAX_PRINCIPALS: usize = 10_000;
/// Most bytes of a name in a certificate or of a subject.
const MAX_PROOF_BYTES: usize = 2_048;

/// A rule that the file breaks, and where.
pub(super) struct Broken {
    pub(super) line: usize,
    pub(super) rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    claims: Claims,
    #[serde(default)]
    principal: Vec<Spanned<Row>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Claims {
    roles: Option<String>,
    brands: Option<String>,
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Text,
    #[serde(default)]
    certificates: Vec<Text>,
    #[serde(default)]
    subjects: Vec<Text>,
    #[serde(default)]
    api_keys: Vec<Text>,
    roles: Spanned<Vec<Text>>,
    brands: Spanned<OneOrMany>,
    #[serde(default)]
    creators: Vec<Text>,
    #[serde(default)]
    on_behalf_of: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Where values stand.
struct Lines<'t>(&'t str);

impl Lines<'_> {
    fn of_byte(&self, at: usize) -> usize {
        let before = self.0.as_bytes().get(..at).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    fn of<T>(&self, value: &Spanned<T>) -> usize {
        self.of_byte(value.span().start)
    }

    fn broken<T>(&self, value: &Spanned<T>, rule: impl Into<String>) -> Broken {
        Broken {
            line: self.of(value),
            rule: rule.into(),
        }
    }
}

pub(super) fn policy(text: &str) -> Result<Policy, Broken> {
    let lines = Lines(text);
    let file: File = toml::from_str(text).map_err(|error| Broken {
        line: error.span().map_or(1, |span| lines.of_byte(span.start)),
        rule: error.message().to_owned(),
    })?;
    // A file that is being written is empty at first.
    if file.principal.is_empty() {
        let rule = "there must be a principal, or nobody could call".to_owned();
        return Err(Broken { line: 1, rule });
    }
    let mut policy = Policy {
        claims: ClaimNames {
            roles: file.claims.roles,
            brands: file.claims.brands,
        },
        ..Policy::default()
    };
    if let Some(beyond) = file.principal.get(MAX_PRINCIPALS) {
        let rule = format!("there must be at most {MAX_PRINCIPALS} principals");
        return Err(lines.broken(beyond, rule));
    }
    let mut names = BTreeSet::new();
    for row in &file.principal {
        let name = row.get_ref().name.get_ref();
        if !names.insert(name.clone()) {
            let rule = format!("there is a principal {name:?} already");
            return Err(lines.broken(&row.get_ref().name, rule));
        }
        let listed = listed(row, &lines)?;
        policy.add(listed).map_err(|proof| {
            let rule = format!(
                "principal {name:?}: {} is listed before: each must be of one principal, once",
                shown(&proof)
            );
            lines.broken(&row.get_ref().name, rule)
        })?;
    }
    Ok(policy)
}

/// A proof for people.
pub(super) fn shown(proof: &Proof) -> String {
    match proof {
        Proof::Unasked => String::from("nothing"),
        Proof::Certificate(name) => format!("certificate name {name}"),
        Proof::Subject(subject) => format!("token subject {subject}"),
        Proof::ApiKey(hash) => format!("API key with SHA-256 {hash}"),
    }
}

fn listed(row: &Spanned<Row>, lines: &Lines<'_>) -> Result<Listed, Broken> {
    let line = lines.of(row);
    let row = row.get_ref();
    let name = name(&row.name, lines)?;
    let proofs = proofs(row, lines)?;
    if proofs.is_empty() {
        let rule = "must have one of certificates, subjects and api_keys: otherwise nobody is it";
        return Err(lines.broken(&row.name, rule));
    }
    let roles = roles(&row.roles, lines)?;
    let brands = brands(&row.brands, lines)?;
    let creators = creators(row, roles, &brands, lines)?;
    let grant = Grant {
        principal: name,
        roles,
        brands,
        creators,
        on_behalf_of: on_behalf_of(&row.on_behalf_of, lines)?,
    };
    Ok(Listed {
        line,
        grant: Arc::new(grant),
        proofs,
    })
}

fn name(name: &Text, lines: &Lines<'_>) -> Result<Principal, Broken> {
    let rule = || {
        let rule = format!("name must have 1 to {MAX_PRINCIPAL_BYTES} bytes of visible characters");
        lines.broken(name, rule)
    };
    let text = name.get_ref();
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(rule());
    }
    Principal::new(text.as_bytes()).ok_or_else(rule)
}

fn proofs(row: &Row, lines: &Lines<'_>) -> Result<Vec<Proof>, Broken> {
    let mut proofs = Vec::new();
    for name in &row.certificates {
        let text = certificate_name(name.get_ref()).ok_or_else(|| {
            let rule = format!(
                "{:?} must be a SPIFFE URI, such as spiffe://example.org/warehouse, or a DNS name \
                 without wildcards",
                name.get_ref()
            );
            lines.broken(name, rule)
        })?;
        proofs.push(Proof::Certificate(text.into()));
    }
    for subject in &row.subjects {
        let text = subject.get_ref();
        if text.is_empty() || text.len() > MAX_PROOF_BYTES {
            let rule = format!("a subject must have 1 to {MAX_PROOF_BYTES} bytes");
            return Err(lines.broken(subject, rule));
        }
        proofs.push(Proof::Subject(text.as_str().into()));
    }
    for key in &row.api_keys {
        // Never repeats the value: it may be a key that was put here instead of its hash.
        let hash = KeyHash::parse(key.get_ref()).ok_or_else(|| {
            let rule = "an API key must be 64 hexadecimal digits, the SHA-256 that `keys api new` \
                        prints; never the key itself";
            lines.broken(key, rule)
        })?;
        proofs.push(Proof::ApiKey(hash));
    }
    Ok(proofs)
}

/// Reads a name that certificates can have, as it is compared.
fn certificate_name(text: &str) -> Option<String> {
    if text.len() > MAX_PROOF_BYTES {
        return None;
    }
    if let Some(path) = text.strip_prefix("spiffe://") {
        let is_fine = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_graphic());
        return is_fine.then(|| text.to_owned());
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_name = text.split('.').all(is_label) && text.parse::<IpAddr>().is_err();
    is_name.then(|| text.to_ascii_lowercase())
}

fn roles(roles: &Spanned<Vec<Text>>, lines: &Lines<'_>) -> Result<Roles, Broken> {
    let mut found = Vec::new();
    for role in roles.get_ref() {
        found.push(Role::named(role.get_ref()).ok_or_else(|| {
            let all = Roles::all();
            lines.broken(
                role,
                format!("role {:?} must be one of {all}", role.get_ref()),
            )
        })?);
    }
    if found.is_empty() {
        return Err(lines.broken(roles, "roles must name at least one"));
    }
    Ok(found.into_iter().collect())
}

fn brands(brands: &Spanned<OneOrMany>, lines: &Lines<'_>) -> Result<Brands, Broken> {
    let named = match brands.get_ref() {
        OneOrMany::One(all) if all == "*" => return Ok(Brands::All),
        OneOrMany::One(one) => std::slice::from_ref(one),
        OneOrMany::Many(many) => many,
    };
    let mut found = BTreeSet::new();
    for brand in named {
        let parsed = BrandId::parse(brand).map_err(|rule| {
            let rule = format!("brand {brand:?} {rule}; \"*\" alone stands for all brands");
            lines.broken(brands, rule)
        })?;
        found.insert(parsed);
    }
    if found.is_empty() {
        return Err(lines.broken(brands, "brands must name at least one, or be \"*\""));
    }
    Ok(Brands::Named(found))
}

fn creators(
    row: &Row,
    roles: Roles,
    brands: &Brands,
    lines: &Lines<'_>,
) -> Result<BTreeSet<(BrandId, CreatorId)>, Broken> {
    let mut found = BTreeSet::new();
    for creator in &row.creators {
        let text = creator.get_ref();
        let parsed = text.split_once('/').and_then(|(brand, creator)| {
            let brand = BrandId::parse(brand).ok()?;
            Some((brand, CreatorId::parse(creator).ok()?))
        });
        let Some(parsed) = parsed else {
            let rule =
                format!("creator {text:?} must be a brand and a creator, as in brand/creator");
            return Err(lines.broken(creator, rule));
        };
        if !brands.has(&parsed.0) {
            let rule = format!("creator {text:?} must be of one of the principal's brands");
            return Err(lines.broken(creator, rule));
        }
        found.insert(parsed);
    }
    if roles.has(Role::Creator) == found.is_empty() {
        let rule = "creators must be named for the role creator, and only for it";
        return Err(lines.broken(&row.roles, rule));
    }
    Ok(found)
}

fn on_behalf_of(kinds: &[Text], lines: &Lines<'_>) -> Result<BTreeSet<ActorKind>, Broken> {
    let mut found = BTreeSet::new();
    for kind in kinds {
        found.insert(match kind.get_ref().as_str() {
            "BRAND" => ActorKind::Brand,
            "CREATOR" => ActorKind::Creator,
            other => {
                let rule = format!("on_behalf_of {other:?} must be BRAND or CREATOR");
                return Err(lines.broken(kind, rule));
            }
        });
    }
    Ok(found)
}
