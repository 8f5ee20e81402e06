//! Scans and digests over rows in all layers.

use std::ops::ControlFlow;
use std::sync::Arc;

use campaign_ledger::domain::Position;
use campaign_ledger::domain::rows::{Key, Rows, RowsMut, Scan};
use campaign_ledger::store::{Error, Store};

use super::{ALL_TABLES, Name, Tally, names, open, scratch, tally};

fn key(id: &str) -> Key {
    Key::of::<Name>().text("brand").text(id)
}

fn put(store: &mut Store, ids: &[&str], layer: &str) {
    for id in ids {
        store.put(key(id), Name(format!("{id} {layer}")));
    }
}

/// Puts `a` to `f` into the file, and changes or removes some of them in the frozen and dirty
/// layers.
fn layered(store: &mut Store) -> campaign_ledger::store::Checkpoint {
    put(store, &["a", "b", "c", "d", "e", "f"], "file");
    // Neighbours that no scan of the brand may return.
    store.put(Key::of::<Name>().text("bran").text("x"), Name::default());
    store.put(Key::of::<Name>().text("brand-2").text("x"), Name::default());
    store.put(Key::of::<Tally>().text("brand").text("x"), tally(1));
    store.advance(Position::new(1));
    store.checkpoint().unwrap();
    put(store, &["b", "bb", "d"], "frozen");
    store.remove(&key("e"));
    store.remove(&key("f"));
    store.advance(Position::new(2));
    let checkpoint = store.freeze().unwrap();
    put(store, &["cc", "d", "e"], "dirty");
    store.remove(&key("a"));
    store.remove(&key("bb"));
    store.advance(Position::new(3));
    checkpoint
}

const MERGED: [&str; 5] = ["b frozen", "c file", "cc dirty", "d dirty", "e dirty"];

#[test]
fn newest_layer_wins_and_removed_rows_are_hidden() {
    let dir = scratch();
    let (mut store, _) = open(&dir.path().join("rows"));
    let _in_flight = layered(&mut store);
    let brand = Key::of::<Name>().text("brand");
    assert_eq!(names(&store, Scan::of(&brand)), MERGED);
    let mut reversed = MERGED;
    reversed.reverse();
    assert_eq!(names(&store, Scan::of(&brand).descending()), reversed);
    for (id, expected) in [("a", None), ("b", Some("b frozen")), ("f", None)] {
        let found = store.get::<Name>(&key(id)).unwrap();
        assert_eq!(found.as_deref().map(|name| name.0.as_str()), expected);
    }
}

#[test]
fn a_scan_resumes_after_any_key() {
    let dir = scratch();
    let (mut store, _) = open(&dir.path().join("rows"));
    let _in_flight = layered(&mut store);
    let brand = Key::of::<Name>().text("brand");
    let up = |after: &Key| names(&store, Scan::of(&brand).after(after));
    let down = |after: &Key| names(&store, Scan::of(&brand).after(after).descending());
    assert_eq!(up(&key("b")), MERGED[1..]);
    assert_eq!(up(&key("bz")), MERGED[1..]);
    assert_eq!(up(&Key::of::<Name>()), MERGED);
    assert!(up(&key("e")).is_empty());
    assert!(up(&Key::of::<Name>().text("zzz")).is_empty());
    assert_eq!(down(&key("c")), ["b frozen"]);
    assert!(down(&key("b")).is_empty());
    assert!(down(&Key::of::<Name>()).is_empty());
    assert_eq!(down(&Key::of::<Name>().text("zzz")).len(), MERGED.len());
}

#[test]
fn a_visitor_stops_its_scan() {
    let dir = scratch();
    let (mut store, _) = open(&dir.path().join("rows"));
    let _in_flight = layered(&mut store);
    let brand = Key::of::<Name>().text("brand");
    let mut seen = 0;
    let mut visit = |_: &Key, _: &Arc<Name>| {
        seen += 1;
        ControlFlow::Break(())
    };
    store.scan(Scan::of(&brand), &mut visit).unwrap();
    assert_eq!(seen, 1);
    let page = store.page::<Name>(Scan::of(&brand), 2).unwrap();
    assert_eq!(page.len(), 2);
    assert!(store.page::<Name>(Scan::of(&brand), 0).unwrap().is_empty());
}

#[test]
fn a_digest_does_not_depend_on_the_layers() {
    let dir = scratch();
    let (mut store, _) = open(&dir.path().join("rows"));
    let checkpoint = layered(&mut store);
    let before = store.digest(ALL_TABLES).unwrap();
    let snapshot = store.snapshot();

    let written = checkpoint.write().unwrap();
    assert_eq!(store.digest(ALL_TABLES).unwrap(), before);
    store.thaw(&written);
    assert_eq!(store.digest(ALL_TABLES).unwrap(), before);
    drop(written);
    store.checkpoint().unwrap();
    assert_eq!(store.digest(ALL_TABLES).unwrap(), before);

    store.put(key("a"), Name("another".to_owned()));
    assert_ne!(store.digest(ALL_TABLES).unwrap(), before);
    assert_eq!(snapshot.digest(ALL_TABLES).unwrap(), before);
    store.remove(&key("a"));
    assert_eq!(store.digest(ALL_TABLES).unwrap(), before);
}

#[test]
fn a_key_of_another_table_is_refused() {
    let dir = scratch();
    let (mut store, _) = open(&dir.path().join("rows"));
    store.put(key("a"), Name("a".to_owned()));
    let wrong = |error| matches!(error, Err(Error::WrongTable { expected: 1, .. }));
    assert!(wrong(store.get::<Tally>(&key("a")).map(drop)));
    assert!(wrong(store.get_mut::<Tally>(&key("a")).map(drop)));
    assert!(wrong(store.page::<Tally>(Scan::of(&key("a")), 1).map(drop)));
}

#[test]
fn key_parts_sort_as_values_and_read_back() {
    let key = Key::of::<Name>().text("brand").number(513).byte(7);
    let mut parts = key.parts();
    assert_eq!(parts.text(), Some("brand"));
    assert_eq!(parts.number(), Some(513));
    assert_eq!(parts.byte(), Some(7));
    assert_eq!(parts.byte(), None);
    let text = |text: &str| Key::of::<Name>().text(text).text("z");
    assert!(text("a") < text("a-b"));
    assert!(text("ab") < text("b"));
    let number = |number: u64| Key::of::<Name>().number(number);
    assert!(number(255) < number(256));
    assert!(number(u64::from(u32::MAX)) < number(u64::MAX));
}
