//! The command state: it starts from its checkpoint, and equals a fold from the first event.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use campaign_ledger::domain::Position;
use campaign_ledger::log::Log;
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::store::Pace;
use campaign_ledger::views::{Fold, Live, ViewError};

use super::desk::{
    NO_PACE, Office, campaign_with_invitations, close, create, digest, digest_from_zero, profile,
};

/// Writes a story about a campaign, closes, and gives the head's position.
async fn write_story(office: &Office, log: &MemoryLog, campaign: &str) -> u64 {
    let desk = office.open(Arc::new(log.clone()));
    for request in campaign_with_invitations(campaign, 5) {
        desk.write(request).await.unwrap();
    }
    let id = format!("{campaign}-close");
    desk.write(close(&id, campaign)).await.unwrap();
    assert_eq!(desk.close().await, None);
    log.head().position.get()
}

#[tokio::test]
async fn nothing_is_replayed_after_a_clean_end() {
    let (office, log) = (Office::default(), MemoryLog::new(0));
    write_story(&office, &log, "jujur").await;
    let (state, replayed) = office.replay(&log).unwrap();
    assert!(replayed.is_empty());
    assert_eq!(state.rows().position(), log.head().position);
    assert_eq!(digest(&state), digest_from_zero(&log));
}

#[tokio::test]
async fn start_after_a_kill_replays_what_came_after_the_checkpoint() {
    let (office, log) = (Office::default(), MemoryLog::new(0));
    let checkpoint = write_story(&office, &log, "jujur").await;
    let kept = fs::read(office.state_path()).unwrap();
    let head = write_story(&office, &log, "cerah").await;
    // What a kill before the second checkpoint leaves.
    fs::write(office.state_path(), kept).unwrap();

    let (state, replayed) = office.replay(&log).unwrap();
    assert!(replayed.iter().all(|position| *position > checkpoint));
    assert_eq!(replayed.last(), Some(&head));
    assert_eq!(
        state.rows().checkpoint_position(),
        Position::new(checkpoint)
    );
    assert_eq!(digest(&state), digest_from_zero(&log));
}

#[tokio::test]
async fn start_in_the_middle_of_a_block_folds_the_rest_of_it_once() {
    let (office, log) = (Office::default(), MemoryLog::new(0));
    write_story(&office, &log, "jujur").await;
    let middle = log.head().position.get() - 2;
    fs::remove_file(office.state_path()).unwrap();
    let state = office.state(&MemoryLog::new(0)).unwrap();
    for record in super::desk::records(&log).iter().take(middle as usize) {
        let mut fold = Fold::default();
        fold.apply(&mut *state.rows(), record).unwrap();
        fold.settle(&mut *state.rows()).unwrap();
        state.rows().advance(record.position);
    }
    state.rows().checkpoint().unwrap();
    drop(state);

    let (state, replayed) = office.replay(&log).unwrap();
    assert_eq!(replayed, [middle + 2]);
    assert_eq!(digest(&state), digest_from_zero(&log));
}

#[tokio::test]
async fn checkpoints_come_while_the_writer_works() {
    let log = MemoryLog::new(0);
    let mut office = Office::default();
    office.pace = Pace {
        dirty_bytes: 1,
        ..office.pace
    };
    let desk = office.open(Arc::new(log.clone()));
    let checkpointed = || {
        fs::metadata(office.state_path())
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = checkpointed();
    let mut writes = 0;
    while checkpointed() == before {
        desk.write(profile(&format!("r{writes}"), "ayu"))
            .await
            .unwrap();
        writes += 1;
        assert!(writes < 1_000_000, "no checkpoint was written");
    }
    desk.close().await;
    let state = office.state(&log).unwrap();
    assert_eq!(digest(&state), digest_from_zero(&log));
}

#[tokio::test]
async fn state_of_another_log_is_discarded_and_folded_anew() {
    let (mut office, log) = (Office::default(), MemoryLog::new(0));
    write_story(&office, &log, "jujur").await;
    let other = MemoryLog::new(0);
    let head = write_story(&Office::default(), &other, "cerah").await;
    office.log_id = "another log".to_owned();
    let (state, replayed) = office.replay(&other).unwrap();
    assert_eq!(replayed.first(), Some(&1));
    assert_eq!(replayed.last(), Some(&head));
    assert_eq!(digest(&state), digest_from_zero(&other));
}

#[tokio::test]
async fn damaged_state_is_discarded_and_folded_anew() {
    let (office, log) = (Office::default(), MemoryLog::new(0));
    write_story(&office, &log, "jujur").await;
    let good = fs::read(office.state_path()).unwrap();
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 4] = [
        ("noise", |file| file.fill(0x5a)),
        ("cut in half", |file| file.truncate(file.len() / 2)),
        ("cut to a byte", |file| file.truncate(1)),
        ("header gone", |file| file[..512].fill(0)),
    ];
    for (what, damage) in damages {
        let mut file = good.clone();
        damage(&mut file);
        fs::write(office.state_path(), file).unwrap();
        let (state, replayed) = office.replay(&log).unwrap();
        assert_eq!(replayed.first(), Some(&1), "{what}");
        assert_eq!(digest(&state), digest_from_zero(&log), "{what}");
    }
}

#[tokio::test]
async fn state_ahead_of_the_log_is_refused_as_damage_of_the_log() {
    let (office, log) = (Office::default(), MemoryLog::new(0));
    let head = write_story(&office, &log, "jujur").await;
    let mut blocks = log.stored();
    blocks.pop_last();
    let shortened = MemoryLog::from_stored(0, blocks).unwrap();
    let error = office.state(&shortened).err().unwrap();
    assert!(matches!(
        error,
        ViewError::Ahead { views, log }
            if views == Position::new(head) && log == shortened.head().position
    ));
    assert!(error.is_damage());

    // With its end back, the log is as good as before.
    let desk = office.open(Arc::new(log.clone()));
    let answer = desk.write(create("next", "next")).await.unwrap();
    assert_eq!(answer.recorded.first, Position::new(head + 1));
}

/// Nobody has to come for what is folded to be kept.
#[tokio::test]
async fn rows_are_checkpointed_in_time_while_nobody_writes() {
    let log = MemoryLog::new(0);
    let interval = Duration::from_millis(200);
    let office = Office {
        pace: Pace {
            interval,
            ..NO_PACE
        },
        ..Office::default()
    };
    let (path, options) = (office.state_path(), office.options());
    let (live, views) = Live::open(&path, &options, office.pace, &log, |_| ()).unwrap();
    let desk = office.open_on(Arc::new(log.clone()), live);
    for request in campaign_with_invitations("jujur", 5) {
        desk.write(request).await.unwrap();
    }
    let head = log.head().position;
    let in_time = tokio::time::timeout(Duration::from_secs(60), views.kept(head));
    in_time.await.expect("the rows are kept").unwrap();
    assert_eq!(desk.close().await, None);
}
