//! Any order of changes, starts and cuts of the power, against a list.

use proptest::prelude::*;

use super::cut_disk_tests::{CutDisk, Tear};
use super::power_tests::{Model, empty_keyring, on};
use super::*;

#[derive(Clone, Debug)]
enum Change {
    Make(usize),
    Destroy(Vec<prop::sample::Index>),
    Start,
    Cut(usize, Vec<Tear>),
}

fn tear() -> impl Strategy<Value = Tear> {
    prop_oneof![
        Just(Tear::Nothing),
        Just(Tear::All),
        (0_usize..1200).prop_map(Tear::Prefix),
        (0_usize..1200).prop_map(Tear::Suffix),
        any::<u64>().prop_map(Tear::Noise),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (1_usize..5).prop_map(Change::Make),
        2 => prop::collection::vec(any::<prop::sample::Index>(), 1..3).prop_map(Change::Destroy),
        1 => Just(Change::Start),
        3 => (0_usize..9, prop::collection::vec(tear(), 4)).prop_map(|(at, tears)| Change::Cut(at, tears)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn keyring_has_what_was_acknowledged(changes in prop::collection::vec(change(), 1..24)) {
        let (bytes, master) = empty_keyring();
        let mut disk = CutDisk::new(bytes);
        let mut keyring = on(&disk, &master);
        let (mut model, mut creators) = (Model::default(), 1..);
        let mut tears = vec![Tear::Nothing];
        for change in changes {
            let done = match change {
                Change::Make(count) => model.make(&keyring, creators.by_ref().take(count)),
                Change::Destroy(_) if model.live.is_empty() => true,
                Change::Destroy(places) => {
                    let mut places: Vec<_> =
                        places.iter().map(|place| place.index(model.live.len())).collect();
                    places.sort_unstable();
                    places.dedup();
                    model.destroy(&keyring, &places)
                }
                Change::Start => false,
                Change::Cut(at, ways) => {
                    disk.cut_after(at);
                    tears = ways;
                    true
                }
            };
            if !done {
                disk = CutDisk::new(disk.after_cut(tears.iter().copied().cycle()));
                keyring = on(&disk, &master);
                model.settle(&keyring);
            }
        }
    }
}

#[test]
fn memory_keyring_follows_the_same_contract() {
    let place = Place::new();
    let keyrings: [Box<dyn Keyring>; 2] = [
        Box::new(MemoryKeyring::default()),
        Box::new(place.open().unwrap()),
    ];
    for keyring in keyrings {
        let keys = make(&*keyring, [1, 2, 3]);
        assert_eq!(keyring.next().get(), 4);
        assert!(keys.iter().all(|key| has(&*keyring, key)));
        let subjects = [creator(2), creator(2), creator(9)];
        for _ in 0..2 {
            keyring.destroy(&subjects).unwrap();
            assert!(destroyed(&*keyring, &keys[1]));
        }
        assert!(matches!(keyring.find(&holder(9)), Slot::Unknown));
        assert!(matches!(keyring.key(KeyNumber::NONE), Slot::Unknown));
        // A tombstone is never filled again, no number is used twice, and there are no gaps.
        for new in [
            keys_for(&*keyring, [2]),
            keys_for(&*keyring, [1]),
            keys_for(&*keyring, [5, 5]),
            keys_for(&*keyring, [5, 6]).split_off(1),
            vec![Key::generate(KeyNumber::new(3), holder(6)).unwrap()],
        ] {
            let refused = keyring.make(&new);
            assert!(
                matches!(refused, Err(Error::Conflict { .. })),
                "{refused:?}"
            );
        }
        assert_eq!(keyring.next().get(), 4);
        assert!(has(&*keyring, &make(&*keyring, [4])[0]));
    }
}
