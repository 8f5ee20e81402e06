//! Sealing, opening, digests, and the keys that a refused command leaves behind: none.

use std::sync::Arc;

use super::*;
use crate::domain::{CampaignId, DigestKind, PersonalField, Platform, Sealed, Seals as _, Venue};

const NAME: PersonalField = PersonalField::CreatorProfileRecordedDisplayName;
const NOTE: PersonalField = PersonalField::CostRecordedNote;

fn sealer() -> (Arc<MemoryKeyring>, Sealer) {
    let keyring = Arc::new(MemoryKeyring::default());
    (Arc::clone(&keyring), Sealer::new(keyring))
}

fn text(keyring: &dyn Keyring, sealed: &Sealed) -> Result<String, Hidden> {
    open(keyring, &[], sealed).map(|text| text.to_string())
}

fn store(keyring: &dyn Keyring, sealer: &mut Sealer) {
    keyring.make(&sealer.take()).unwrap();
}

#[test]
fn text_is_opened_until_its_key_is_destroyed() {
    let (keyring, mut sealer) = sealer();
    let ayu = sealer.seal(&creator(1), NAME, "Ayu Lestari");
    let budi = sealer.seal(&creator(2), NAME, "Budi");
    let fresh = sealer.take();
    assert_eq!(text(&*keyring, &ayu), Err(Hidden::NoKey));
    assert_eq!(
        open(&*keyring, &fresh, &ayu).unwrap().as_str(),
        "Ayu Lestari"
    );
    keyring.make(&fresh).unwrap();
    assert_eq!(text(&*keyring, &ayu).as_deref(), Ok("Ayu Lestari"));
    keyring.destroy(&[creator(1)]).unwrap();
    assert_eq!(text(&*keyring, &ayu), Err(Hidden::Erased));
    // Also for who still has the key at hand.
    assert_eq!(open(&*keyring, &fresh, &ayu), Err(Hidden::Erased));
    assert_eq!(text(&*keyring, &budi).as_deref(), Ok("Budi"));
    assert_eq!(text(&WithoutKeys, &budi), Err(Hidden::NoKey));
    // A text about somebody erased is dropped, and makes no key.
    let later = sealer.seal(&creator(1), NOTE, "late");
    assert_eq!(later, Sealed::dropped(NOTE));
    assert_eq!(text(&*keyring, &later), Err(Hidden::Erased));
    assert!(sealer.take().is_empty());
}

#[test]
fn equal_texts_are_equal_only_in_the_same_field_of_the_same_person() {
    let (_, mut sealer) = sealer();
    let one = sealer.seal(&creator(1), NAME, "same");
    assert_eq!(one, sealer.seal(&creator(1), NAME, "same"));
    for other in [
        sealer.seal(&creator(1), NOTE, "same"),
        sealer.seal(&creator(2), NAME, "same"),
        sealer.seal(&creator(1), NAME, "Same"),
    ] {
        assert_ne!(one.bytes, other.bytes);
    }
    assert_eq!(one.bytes.len(), "same".len() + 16);
}

#[test]
fn changed_or_moved_text_is_not_opened() {
    let (keyring, mut sealer) = sealer();
    let sealed = sealer.seal(&creator(1), NAME, "Ayu Lestari");
    let other = sealer.seal(&creator(2), NAME, "Budi");
    store(&*keyring, &mut sealer);
    for at in 0..sealed.bytes.len() {
        let mut changed = sealed.clone();
        changed.bytes[at] ^= 1;
        assert_eq!(text(&*keyring, &changed), Err(Hidden::NoKey));
        changed.bytes = sealed.bytes[..at].into();
        assert_eq!(text(&*keyring, &changed), Err(Hidden::NoKey));
    }
    let mut moved = sealed.clone();
    moved.tag = NOTE;
    assert_eq!(text(&*keyring, &moved), Err(Hidden::NoKey));
    moved = sealed.clone();
    moved.key = other.key;
    assert_eq!(text(&*keyring, &moved), Err(Hidden::NoKey));
    moved.key = KeyNumber::new(99);
    assert_eq!(text(&*keyring, &moved), Err(Hidden::NoKey));
}

#[test]
fn empty_and_long_texts_are_sealed() {
    let (keyring, mut sealer) = sealer();
    let long = "é".repeat(100_000);
    let sealed = ["", "x", long.as_str()].map(|text| sealer.seal(&creator(1), NOTE, text));
    store(&*keyring, &mut sealer);
    for (sealed, clear) in sealed.iter().zip(["", "x", &long]) {
        assert_eq!(text(&*keyring, sealed).as_deref(), Ok(clear));
    }
}

#[test]
fn refused_command_leaves_no_key() {
    let (keyring, mut sealer) = sealer();
    sealer.seal(&creator(1), NAME, "Ayu");
    let mark = sealer.mark();
    let brand = BrandId::parse("acme").unwrap();
    let refused = sealer.seal(&creator(2), NAME, "Budi");
    let digest = sealer.digest(&brand, DigestKind::Url, "https://example.org");
    assert_eq!(sealer.since(mark).len(), 2);
    sealer.rollback(mark);
    assert!(sealer.since(mark).is_empty());
    let third = sealer.seal(&creator(3), NAME, "Citra");
    // The number is used again, and what was sealed before does not open.
    assert_eq!(third.key, refused.key);
    store(&*keyring, &mut sealer);
    assert_eq!(keyring.next().get(), 3);
    assert_eq!(text(&*keyring, &refused), Err(Hidden::NoKey));
    assert!(matches!(keyring.find(&holder(2)), Slot::Unknown));
    assert_ne!(
        digest,
        sealer.digest(&brand, DigestKind::Url, "https://example.org")
    );
}

#[test]
fn next_group_finds_keys_that_are_not_stored_yet() {
    let (keyring, mut sealer) = sealer();
    let first = sealer.seal(&creator(1), NAME, "Ayu");
    let group = sealer.take();
    // The commit of the first group is on its way.
    assert_eq!(sealer.seal(&creator(1), NAME, "Ayu"), first);
    let second = sealer.seal(&creator(2), NAME, "Budi");
    assert_eq!(second.key.get(), 2);
    let next = sealer.take();
    assert_eq!(next.len(), 1);
    keyring.make(&group).unwrap();
    keyring.make(&next).unwrap();
    let third = sealer.seal(&creator(3), NAME, "Citra");
    assert_eq!(third.key.get(), 3);
    store(&*keyring, &mut sealer);
    // A destroyed key is not found again among those.
    keyring.destroy(&[creator(3)]).unwrap();
    assert_eq!(
        sealer.seal(&creator(3), NAME, "Citra"),
        Sealed::dropped(NAME)
    );
    assert_eq!(text(&*keyring, &second).as_deref(), Ok("Budi"));
}

#[test]
fn group_that_is_given_up_leaves_no_key() {
    let (keyring, mut sealer) = sealer();
    sealer.seal(&creator(1), NAME, "Ayu");
    let lost = sealer.take();
    sealer.seal(&creator(2), NAME, "Budi");
    sealer.clear();
    assert!(sealer.take().is_empty());
    let again = sealer.seal(&creator(1), NAME, "Ayu");
    assert_eq!(again.key, lost[0].number());
    store(&*keyring, &mut sealer);
    assert!(!has(&*keyring, &lost[0]));
}

#[test]
fn digest_knows_equal_texts_of_a_brand_and_kind() {
    let (keyring, mut sealer) = sealer();
    let [acme, other] = ["acme", "other"].map(|brand| BrandId::parse(brand).unwrap());
    let [one, two] = ["one", "two"].map(|campaign| CampaignId::parse(campaign).unwrap());
    let [tiktok, instagram] = [Platform::Tiktok, Platform::Instagram].map(Venue::from);
    let kinds = [
        DigestKind::Code(&one),
        DigestKind::Code(&two),
        DigestKind::Post(&tiktok),
        DigestKind::Post(&instagram),
        DigestKind::Handle(&tiktok),
        DigestKind::Url,
    ];
    let mut digests = std::collections::BTreeSet::new();
    for brand in [&acme, &other] {
        assert_eq!(digest_of(&*keyring, brand, DigestKind::Url, "AYU10"), None);
        for kind in kinds {
            let digest = sealer.digest(brand, kind, "AYU10");
            assert_eq!(digest, sealer.digest(brand, kind, "AYU10"));
            assert_ne!(digest, sealer.digest(brand, kind, "AYU11"));
            assert!(digests.insert(digest));
        }
    }
    store(&*keyring, &mut sealer);
    assert_eq!(keyring.next().get(), 3);
    for brand in [&acme, &other] {
        for kind in kinds {
            let digest = digest_of(&*keyring, brand, kind, "AYU10").unwrap();
            assert!(digests.contains(&digest));
        }
    }
    // Erasing people leaves the digests as they were: post ids stay unique.
    keyring
        .destroy(&[DataSubject::Brand(acme.clone())])
        .unwrap();
    assert!(digest_of(&*keyring, &acme, DigestKind::Url, "AYU10").is_some());
}

/// Takes part of the contract away: there is no place for keys.
#[test]
fn without_keys_nothing_is_stored() {
    let mut sealer = Sealer::new(Arc::new(WithoutKeys));
    assert!(sealer.take().is_empty());
    sealer.seal(&creator(1), NAME, "Ayu");
    assert!(matches!(sealer.failure(), Some(Error::WithoutKeys)));
    assert!(sealer.failure().is_none() && sealer.take().is_empty());
    assert!(!format!("{sealer:?}").contains("secret"));
}
