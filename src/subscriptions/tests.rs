use std::fs;

use super::*;

fn id(name: &str) -> SubscriptionId {
    SubscriptionId::parse(name).unwrap()
}

fn at(acknowledged: u64) -> Subscription {
    Subscription {
        followed: b"a brand".to_vec(),
        acknowledged: Position::new(acknowledged),
        created_at: Timestamp::default(),
        acknowledged_at: None,
    }
}

fn make(subscriptions: &Subscriptions, name: &str, row: Subscription) -> Made {
    let group_of = |one: &Subscription| one.followed.clone();
    subscriptions.make(&id(name), row, group_of).unwrap()
}

/// A closed file with some rows.
fn filled(path: &Path) {
    let subscriptions = Subscriptions::open(path).unwrap();
    for number in 0..40 {
        make(&subscriptions, &format!("c-{number:02}"), at(7));
    }
}

fn asides(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_aside = |path: &PathBuf| path.to_string_lossy().contains(".damaged-");
    paths.filter(is_aside).collect()
}

#[test]
fn any_damaged_byte_is_harmless_or_sets_the_file_aside() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subscriptions");
    filled(&path);
    let whole = fs::read(&path).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let mut set_aside = 0;
    for at in (0..used).step_by(97) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("subscriptions");
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, damaged).unwrap();
        let subscriptions = Subscriptions::open(&path).unwrap();
        let listed = subscriptions.list();
        match asides(dir.path()).len() {
            0 => assert!(
                listed.iter().all(|(_, one)| one.acknowledged.get() == 7),
                "byte {at}"
            ),
            _ => {
                assert!(listed.is_empty(), "byte {at}");
                set_aside += 1;
            }
        }
        make(&subscriptions, "new", self::at(1));
    }
    assert!(set_aside > 0);
}

#[test]
fn file_that_is_cut_short_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subscriptions");
    filled(&path);
    let whole = fs::read(&path).unwrap();
    for (times, len) in [0, 1, 100, 4_096, whole.len() / 2].into_iter().enumerate() {
        fs::write(&path, &whole[..len]).unwrap();
        let subscriptions = Subscriptions::open(&path).unwrap();
        assert!(subscriptions.list().is_empty(), "{len} bytes left");
        assert_eq!(asides(dir.path()).len(), times + 1);
    }
}

#[test]
fn what_a_killed_creation_left_is_no_obstacle() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subscriptions");
    fs::write(files::draft_of(&path), "half").unwrap();
    let subscriptions = Subscriptions::open(&path).unwrap();
    assert!(subscriptions.list().is_empty());
    assert!(asides(dir.path()).is_empty());
}

#[test]
fn a_group_that_has_its_share_leaves_room_for_others() {
    let subscriptions = Subscriptions::in_memory().unwrap();
    for number in 0..MAX_SUBSCRIPTIONS_OF_GROUP {
        let made = make(&subscriptions, &format!("c-{number}"), at(0));
        assert!(matches!(made, Made::Stands(_)));
    }
    assert_eq!(make(&subscriptions, "more", at(0)), Made::GroupFull);
    // Existing subscriptions stay.
    assert!(matches!(
        make(&subscriptions, "c-7", at(0)),
        Made::Stands(_)
    ));
    let other = Subscription {
        followed: b"another brand".to_vec(),
        ..at(0)
    };
    let made = make(&subscriptions, "theirs", other);
    assert!(matches!(made, Made::Stands(_)));
    assert!(subscriptions.delete(&id("c-7")).unwrap());
    assert!(matches!(
        make(&subscriptions, "more", at(0)),
        Made::Stands(_)
    ));
}
