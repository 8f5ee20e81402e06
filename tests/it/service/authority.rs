//! What each role may call, for its own brand and for another's, through the real server.
//!
//! The expectation is the table in `docs/authority.md`, which people read; a test holds it against the
//! table in the code.

mod binding;
mod reading;

use std::collections::BTreeMap;
use std::time::Duration;

use campaign_ledger::grpc::calls::authority::RIGHTS;
use campaign_ledger::identity::{ApiKey, Role};
use campaign_ledger::log::codec::json::pool;
use campaign_ledger::wire::proto::api::*;
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, MethodDescriptor, Value};
use tempfile::TempDir;
use tonic::Code;

use crate::support::server::{Client, RawCalls, Refusal, Server, Story, idr, plan, terms};

/// Reasons that the tests of this folder expect.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::NotAllowed, ErrorReason::ActorNotBound];

/// Renews the table of the docs instead of comparing it.
const RENEW: &str = "RENEW_AUTHORITY";
const DOCS: &str = "docs/authority.md";
const BEGIN: &str = "<!-- table -->\n";
const END: &str = "<!-- end -->\n";
/// Long enough for any answer but that of a stream that goes on.
const ENDLESS: Duration = Duration::from_millis(400);

/// A server whose policy has a principal for each role.
pub struct Guarded {
    pub server: Server,
    keys: BTreeMap<&'static str, ApiKey>,
    _files: TempDir,
}

impl Guarded {
    /// Starts it, with brands `kopi` and `teh`: each role has `kopi`, and `everything` is an admin of all
    /// brands.
    pub async fn start() -> Self {
        Self::with("").await
    }

    /// The same, with more in its policy.
    pub async fn with(more: &str) -> Self {
        let files = tempfile::tempdir().unwrap();
        let mut keys = BTreeMap::new();
        let mut policy = String::from(more);
        for role in Role::ALL {
            let (key, name) = (ApiKey::random().unwrap(), role.name());
            let creators = match role {
                Role::Creator => "creators = [\"kopi/ayu\"]\n",
                _ => "",
            };
            policy += &format!(
                "[[principal]]\nname = \"{name}-app\"\napi_keys = [\"{}\"]\nroles = [\"{name}\"]\n\
                 brands = [\"kopi\"]\n{creators}",
                key.hash()
            );
            keys.insert(name, key);
        }
        let key = ApiKey::random().unwrap();
        policy += &format!(
            "[[principal]]\nname = \"everything\"\napi_keys = [\"{}\"]\nroles = [\"admin\"]\n\
             brands = \"*\"\non_behalf_of = [\"CREATOR\"]\n",
            key.hash()
        );
        keys.insert("everything", key);
        let path = files.path().join("policy.toml");
        std::fs::write(&path, policy).unwrap();
        Self {
            server: Server::with(|config| config.policy = path).await,
            keys,
            _files: files,
        }
    }

    /// Returns a client of a role; `everything` is an admin of all brands.
    pub fn client(&self, role: &str) -> Client {
        self.server.with_bearer(self.keys[role].secret())
    }

    /// Returns an open campaign of a brand, told by an admin.
    pub async fn story(&self, brand: &str) -> Story {
        let story = Story::of(brand, "launch", "IDR", &self.client("everything"));
        story.client.write(story.create(plan("IDR"))).await;
        story.client.write(story.start()).await;
        story
    }
}

/// The table of the docs: for each method, the roles that may call it.
fn documented() -> BTreeMap<String, Vec<Role>> {
    let text = std::fs::read_to_string(DOCS).unwrap();
    let (_, table) = text.split_once(BEGIN).unwrap();
    let (table, _) = table.split_once(END).unwrap();
    let rows = table.lines().skip(2).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let method = cells[0].trim_matches('`').to_owned();
        let marked = Role::ALL.into_iter().zip(&cells[2..]);
        let roles = marked.filter(|(_, cell)| !cell.is_empty());
        (method, roles.map(|(role, _)| role).collect())
    });
    rows.collect()
}

fn table() -> String {
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let mut table = format!("| method | reach | {} |\n", names.join(" | "));
    table += &format!("|---|---|{}\n", ":-:|".repeat(names.len()));
    for right in RIGHTS {
        let marks = Role::ALL.iter().map(|role| match role {
            Role::Admin => "●",
            role if right.roles.contains(role) => "●",
            _ => " ",
        });
        let marks: Vec<&str> = marks.collect();
        let reach = format!("{:?}", right.reach).to_lowercase();
        table += &format!("| `{}` | {reach} | {} |\n", right.method, marks.join(" | "));
    }
    table
}

#[test]
fn the_docs_have_the_table() {
    let text = std::fs::read_to_string(DOCS).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    if std::env::var_os(RENEW).is_some() {
        let renewed = format!("{before}{BEGIN}{}{END}{after}", table());
        std::fs::write(DOCS, renewed).unwrap();
        return;
    }
    assert_eq!(shown, table(), "{RENEW}=1 renews it");
}

/// Makes a request that names a brand, a collaboration and a creator where it can.
fn request(method: &MethodDescriptor, brand: &str, who: &str) -> Vec<u8> {
    let mut message = DynamicMessage::new(method.input());
    for (field, value) in [
        ("brand_id", brand),
        ("campaign_id", "launch"),
        ("collaboration_id", who),
        ("creator_id", who),
    ] {
        let found = method.input().get_field_by_name(field);
        let plain = found.filter(|one| one.kind() == Kind::String && !one.is_list());
        if let Some(found) = plain.filter(|one| one.containing_oneof().is_none()) {
            message.set_field(&found, Value::String(value.to_owned()));
        }
    }
    message.encode_to_vec()
}

fn methods() -> Vec<MethodDescriptor> {
    let services: Vec<_> = pool()
        .services()
        .filter(|one| one.package_name() == "campaign.ledger.v1")
        .collect();
    let methods = services.iter().flat_map(|service| service.methods());
    methods.collect()
}

/// Calls a method, and returns whether the caller was let in, whatever came of it.
async fn is_let_in(
    calls: &RawCalls,
    method: &MethodDescriptor,
    key: &ApiKey,
    message: &[u8],
) -> bool {
    let service = method.parent_service().full_name().to_owned();
    let path = format!("/{service}/{}", method.name());
    let bearer = format!("Bearer {}", key.secret());
    let headers = [("authorization", bearer.as_str())];
    let called = calls.call(&path, message, &headers);
    let Ok(outcome) = tokio::time::timeout(ENDLESS, called).await else {
        return true;
    };
    let Err(status) = outcome else { return true };
    let refusal = Refusal::from(status);
    assert_ne!(refusal.code, Code::Unauthenticated, "{path}: {refusal}");
    match refusal.code {
        Code::PermissionDenied => {
            assert_eq!(refusal.reason, ErrorReason::NotAllowed, "{path}");
            false
        }
        _ => true,
    }
}

#[tokio::test]
async fn each_role_calls_what_the_table_says_and_for_its_own_brand_only() {
    let guarded = Guarded::start().await;
    for brand in ["kopi", "teh"] {
        let story = guarded.story(brand).await;
        for who in ["ayu", "budi"] {
            story.client.write(story.profile(who, 20_000)).await;
            story.client.write(story.invite(who, terms(idr(1)))).await;
        }
    }
    let calls = RawCalls::to(guarded.server.address).await;
    let documented = documented();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for method in methods() {
        let name = format!("{}/{}", method.parent_service().name(), method.name());
        let reach = RIGHTS
            .iter()
            .find(|right| right.method == name)
            .unwrap()
            .reach;
        let reach = format!("{reach:?}");
        for role in Role::ALL {
            let is_listed = documented[&name].contains(&role);
            let key = &guarded.keys[role.name()];
            // A creator calls for itself; the others for anybody of their brand.
            let is_creator = role == Role::Creator;
            for (brand, who) in [("kopi", "ayu"), ("kopi", "budi"), ("teh", "ayu")] {
                let is_own = match reach.as_str() {
                    "Brand" => brand == "kopi" && (who == "ayu" || !is_creator),
                    // These principals have one brand.
                    "Ledger" => false,
                    // What is said of the brand comes later, or there is none.
                    "Stream" | "Shared" | "Brands" => true,
                    other => panic!("{other} is no reach"),
                };
                let message = request(&method, brand, who);
                let is_in = is_let_in(&calls, &method, key, &message).await;
                seen += 1;
                if is_in != (is_listed && is_own) {
                    wrong.push(format!(
                        "{name} as {} for {brand}, {who}: {is_in}",
                        role.name()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 2_000, "{seen}");
}
