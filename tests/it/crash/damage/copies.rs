//! Blocks that are damaged in sled or in the journal, and how the other one repairs them.

use std::fs;

use super::kept::Kept;
use super::*;

/// Runs `verify` on a log whose journal cannot be trusted: it must say so, and what to do.
#[track_caller]
fn verify_refuses(kept: &Kept, named: &str) {
    let verified = offline("verify", kept.data_dir());
    let said = String::from_utf8(verified.stderr).unwrap();
    assert_eq!(verified.status.code(), DAMAGED, "{said}");
    assert!(said.contains(named), "{said}");
    assert!(said.contains("restore the last backup"), "{said}");
}

/// Removes this many blocks from the end; returns the position where the first of them was.
fn cut(blocks: &mut Blocks, count: usize) -> u64 {
    let first_gone = *blocks.keys().nth_back(count - 1).unwrap();
    blocks.split_off(&first_gone);
    first_gone
}

#[tokio::test(flavor = "multi_thread")]
async fn end_that_sled_lost_is_taken_from_the_journal() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    for count in [1, 3, whole.blocks.len()] {
        kept.change_sled(|blocks| {
            cut(blocks, count);
        });
        verify_is_content(kept.data_dir(), "before a start");
        serves(&kept).await;
        assert_eq!(kept.blocks(), whole.blocks, "{count} blocks");
        verify_is_content(kept.data_dir(), "after a start");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn end_that_sled_lost_is_missed_where_the_journal_has_it_no_more() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    for count in [2, 3, whole.blocks.len()] {
        let mut first_gone = 0;
        kept.change_sled(|blocks| first_gone = cut(blocks, count));
        // The journal still has the last block.
        kept.forget_copies();
        let what = format!("{count} blocks cut off");
        verify_names(kept.data_dir(), first_gone, &what);
        serve_refuses(kept.data_dir(), "has lost acknowledged blocks", &what).await;
        assert_eq!(kept.blocks().len(), whole.blocks.len() - count);
        kept.put_back(&whole);
    }
    serves(&kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn end_that_sled_lost_is_not_made_good_across_damage_in_the_journal() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    let damaged = kept.starts()[kept.starts().len() - 2];
    kept.change_sled(|blocks| {
        cut(blocks, 3);
    });
    kept.change_journal(|blocks| flip(blocks.get_mut(&damaged).unwrap(), 90));
    verify_names(kept.data_dir(), damaged, "a damaged copy");
    let named = "has lost acknowledged blocks";
    serve_refuses(kept.data_dir(), named, "a damaged copy").await;
    kept.put_back(&whole);
    serves(&kept).await;
}

/// Nothing in the log distinguishes it from a shorter one, but the folds are beyond its end.
#[tokio::test(flavor = "multi_thread")]
async fn end_that_both_lost_is_missed_by_the_folds() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    for count in [1, 3, whole.blocks.len()] {
        kept.change(|blocks| {
            cut(blocks, count);
        });
        let head = whole.blocks.keys().nth_back(count - 1).unwrap() - 1;
        let named = format!("beyond the log's head {head}");
        serve_refuses(kept.data_dir(), &named, &format!("{count} blocks")).await;
        kept.put_back(&whole);
    }
    serves(&kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn block_that_sled_has_wrong_is_refused_whatever_the_journal_has() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    let starts = kept.starts();
    for start in [starts[0], starts[starts.len() / 2], *starts.last().unwrap()] {
        kept.change_sled(|blocks| flip(blocks.get_mut(&start).unwrap(), 90));
        let what = format!("position {start} in sled");
        verify_names(kept.data_dir(), start, &what);
        kept.forget_folds();
        let named = format!("damaged at position {start}");
        serve_refuses(kept.data_dir(), &named, &what).await;
        kept.put_back(&whole);
    }
    serves(&kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn block_that_only_the_journal_has_wrong_is_harmless_but_for_the_last() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    let mut starts = kept.starts();
    let last = starts.pop().unwrap();
    kept.change_journal(|blocks| {
        for start in &starts {
            flip(blocks.get_mut(start).unwrap(), 90);
        }
    });
    verify_is_content(kept.data_dir(), "damaged copies");
    serves(&kept).await;
    assert_eq!(kept.blocks(), whole.blocks);

    kept.put_back(&whole);
    kept.change_journal(|blocks| flip(blocks.get_mut(&last).unwrap(), -1));
    let named = "ends before the log does";
    verify_refuses(&kept, named);
    serve_refuses(kept.data_dir(), named, "the last copy").await;
    kept.put_back(&whole);
    serves(&kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_journal_is_missed() {
    let kept = Kept::by_a_server().await;
    let whole = kept.whole();
    fs::remove_file(kept.journal()).unwrap();
    verify_refuses(&kept, "is missing");
    serve_refuses(kept.data_dir(), "is missing", "no journal").await;
    assert!(!kept.journal().exists());
    kept.put_back(&whole);
    serves(&kept).await;
}
