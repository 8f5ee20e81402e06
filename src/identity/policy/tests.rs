use super::*;
use crate::domain::{ActorKind, BrandId};
use crate::identity::{Brands, Role};

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn parse(text: &str) -> Result<Policy, String> {
    Policy::parse(text, Path::new("policy.toml")).map_err(|error| error.to_string())
}

fn row(line: &str) -> String {
    format!(
        "[[principal]]\nname = \"a\"\napi_keys = [\"{HASH}\"]\nroles = [\"reader\"]\nbrands = \"*\"\n{line}\n"
    )
}

#[test]
fn a_principal_is_found_by_each_of_its_proofs() {
    let text = format!(
        "[[principal]]\nname = \"shop\"\ncertificates = [\"spiffe://x/shop\", \
         \"Shop.Example.org\"]\nsubjects = [\"shop@x\"]\napi_keys = [\"{HASH}\"]\nroles = [\"reader\", \
         \"creator\"]\nbrands = [\"b\"]\ncreators = [\"b/c\"]\non_behalf_of = [\"CREATOR\"]\n"
    );
    let policy = parse(&text).unwrap();
    let hash = KeyHash::parse(HASH).unwrap();
    for found in [
        policy.by_certificate("spiffe://x/shop"),
        policy.by_certificate("shop.example.org"),
        policy.by_subject("shop@x"),
        policy.by_api_key(&hash),
    ] {
        let caller = found.unwrap();
        assert_eq!(caller.name(), "shop");
        assert!(caller.has(Role::Creator) && !caller.has(Role::Admin));
        assert!(caller.brands().has(&BrandId::parse("b").unwrap()));
        assert_eq!(caller.creators().len(), 1);
        assert!(caller.on_behalf_of().contains(&ActorKind::Creator));
        assert!(policy.still_grants(caller));
    }
    assert!(policy.by_subject("spiffe://x/shop").is_none());
    let described = policy.to_string();
    assert!(described.contains("shop (line 1)"), "{described}");
    assert!(described.contains("is creator     c of b"), "{described}");
}

#[test]
fn a_grant_that_changed_is_not_the_same() {
    let (before, after) = (parse(&row("")).unwrap(), parse(&row("")).unwrap());
    let hash = KeyHash::parse(HASH).unwrap();
    let caller = before.by_api_key(&hash).unwrap();
    assert!(after.still_grants(caller));
    let narrower = row("").replace("\"*\"", "[\"b\"]");
    assert!(!parse(&narrower).unwrap().still_grants(caller));
    assert!(!Policy::default().still_grants(caller));
    assert_eq!(caller.brands(), &Brands::All);
}

#[test]
fn a_broken_rule_names_the_line() {
    for (text, expected) in [
        (
            row("").replace("reader", "boss"),
            "policy.toml:4: role \"boss\" must be one of reader",
        ),
        (
            row("").replace("\"*\"", "[\"kopi-*\"]"),
            "policy.toml:5: brand \"kopi-*\" must be 1 to 64",
        ),
        (
            row("").replace("\"*\"", "[]"),
            "policy.toml:5: brands must name at least one",
        ),
        (
            row("").replace(HASH, "clk_secret"),
            "policy.toml:3: an API key must be 64",
        ),
        (
            row("").replace("roles", "rolls"),
            "policy.toml:4: unknown field `rolls`",
        ),
        (row("oops"), "policy.toml:6: "),
        (
            row("creators = [\"b/c\"]"),
            "policy.toml:4: creators must be named for the role",
        ),
        (
            row("on_behalf_of = [\"SYSTEM\"]"),
            "policy.toml:6: on_behalf_of \"SYSTEM\"",
        ),
        (
            row("certificates = [\"*.example.org\"]"),
            "policy.toml:6: \"*.example.org\" must be a",
        ),
        (
            row("certificates = [\"10.0.0.1\"]"),
            "policy.toml:6: \"10.0.0.1\" must be a",
        ),
        (
            row("").replace("\"a\"", "\"\""),
            "policy.toml:2: name must have 1 to 256",
        ),
        (
            row("").replace(&format!("\"{HASH}\""), ""),
            "policy.toml:2: must have one of",
        ),
        (
            row("") + &row(""),
            "policy.toml:8: there is a principal \"a\" already",
        ),
        (
            row("") + &row("").replace("\"a\"", "\"b\""),
            "policy.toml:8: principal \"b\": API key with SHA-256",
        ),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(error.starts_with(expected), "{error}\n{text}");
        assert!(!error.contains("clk_secret"), "{error}");
    }
}
