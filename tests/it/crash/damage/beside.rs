//! Files beside the blocks that are damaged or missing. The server rebuilds what it can, refuses to
//! start without files that guard something, and removes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::kept::Kept;
use super::*;
use crate::crash::process::Server;

/// The kinds of damage to a file.
const DAMAGES: [fn(&Path); 3] = [
    |path| fs::write(path, "not what was written").unwrap(),
    |path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        let end = bytes.len().min(middle + 64);
        bytes[middle..end].iter_mut().for_each(|byte| *byte ^= 0x5a);
        let start = bytes.len().min(64);
        bytes[..start].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(path, bytes).unwrap();
    },
    |path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 3]).unwrap();
    },
];

/// Returns the files that were renamed as damaged, in a directory and in its log.
fn asides(data_dir: &Path) -> Vec<PathBuf> {
    let names_in = |path: &Path| {
        fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    let paths = names_in(data_dir).chain(names_in(&data_dir.join("log")));
    paths
        .filter(|path| path.to_string_lossy().contains(".damaged-"))
        .collect()
}

/// Starts the server, which must serve every event; returns what it printed.
async fn serves_all(launch: &Launch, last: u64) -> String {
    let (mut server, channel) = launch.start().await;
    let mut audit = audit_service_client::AuditServiceClient::new(channel);
    let head = audit.get_head(GetHeadRequest {}).await.unwrap();
    assert_eq!(head.into_inner().position, last);
    drop(audit);
    assert!(server.stop().success(), "{}", server.stderr());
    server.stderr()
}

fn snapshot_of(kept: &Kept) -> PathBuf {
    let entries = fs::read_dir(kept.data_dir().join("log")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let is_one = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("snap.")
    };
    paths.find(is_one).expect("sled has a snapshot")
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_folds_are_renamed_and_rebuilt() {
    let kept = Kept::by_a_server().await;
    let last = kept.last_position();
    let whole_at: [fn(&Kept) -> PathBuf; 5] = [
        |kept| kept.data_dir().join("views"),
        |kept| kept.data_dir().join("tree"),
        |kept| kept.data_dir().join("subscriptions"),
        |kept| kept.data_dir().join("log/conf"),
        snapshot_of,
    ];
    for at in whole_at {
        for damage in DAMAGES {
            let copy = kept.copied();
            let path = at(&copy);
            damage(&path);
            let said = serves_all(&Launch::on(copy.data_dir()), last).await;
            let asides = asides(copy.data_dir());
            let what = path.display();
            // sled ignores some bytes of its settings, and rewrites torn ones.
            if !path.ends_with("conf") {
                assert!(!asides.is_empty(), "{what}: {said}");
            }
            for aside in asides {
                let name = aside.file_name().unwrap().to_string_lossy().into_owned();
                assert!(said.contains(&name), "{what}: {name}: {said}");
            }
            verify_is_content(copy.data_dir(), &what.to_string());
            let said = serves_all(&Launch::on(copy.data_dir()), last).await;
            assert!(!said.contains(".damaged-"), "{what}: {said}");
        }
    }
}

/// Starts the server with the loss accepted; it must name what is lost.
async fn serves_without(launch: Launch, given_up: &str, last: u64) {
    let said = serves_all(&launch.clone().flag("accept-loss"), last).await;
    assert!(said.contains("a loss was accepted"), "{said}");
    assert!(said.contains(given_up), "{given_up}: {said}");
    // From then on nothing counts as missing.
    let said = serves_all(&launch, last).await;
    assert!(!said.contains("a loss was accepted"), "{said}");
}

/// Starts the server, which must refuse, name the file and the flag once, and exit with 3.
async fn is_missed(data_dir: &Path, named: &Path) {
    let mut server: Server = Launch::on(data_dir).spawn();
    assert!(server.ready().await.is_none(), "{}", named.display());
    let ended = server.wait();
    let said = server.stderr();
    assert_eq!(ended.code(), DAMAGED, "{said}");
    for words in [
        &named.display().to_string(),
        "serve --accept-loss",
        "restore",
    ] {
        assert_eq!(said.matches(words).count(), 1, "{words}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_guards_are_missed_until_their_loss_is_accepted() {
    let kept = Kept::by_a_server().await;
    fs::write(kept.data_dir().join("cosignatures"), "").unwrap();
    let guards = [
        ("checkpoint", "the log is complete and unchanged"),
        ("cosignatures", "the signatures of witnesses"),
    ];
    for (name, given_up) in guards {
        let copy = kept.copied();
        let path = copy.data_dir().join(name);
        fs::write(&path, "not what was signed").unwrap();
        is_missed(copy.data_dir(), &path).await;
        serves_without(Launch::on(copy.data_dir()), given_up, kept.last_position()).await;
        assert_eq!(asides(copy.data_dir()).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_journal_is_missed_until_its_loss_is_accepted() {
    let kept = Kept::by_a_server().await;
    for gone in [true, false] {
        let copy = kept.copied();
        match gone {
            true => fs::remove_file(copy.journal()).unwrap(),
            false => fs::write(copy.journal(), "not a journal").unwrap(),
        }
        is_missed(copy.data_dir(), &copy.data_dir().join("log")).await;
        let given_up = "events that only the journal had";
        serves_without(Launch::on(copy.data_dir()), given_up, kept.last_position()).await;
        verify_is_content(copy.data_dir(), "after the loss");
    }
}

/// Also when the views, which would show the loss, are missing too.
#[tokio::test(flavor = "multi_thread")]
async fn lost_log_is_missed_until_its_loss_is_accepted() {
    let kept = Kept::by_a_server().await;
    for views_are_gone in [true, false] {
        let copy = kept.copied();
        let log = copy.data_dir().join("log");
        fs::remove_file(log.join("db")).unwrap();
        fs::remove_file(log.join("journal")).unwrap();
        if views_are_gone {
            fs::remove_file(copy.data_dir().join("views")).unwrap();
        }
        is_missed(copy.data_dir(), &log).await;
        serves_without(Launch::on(copy.data_dir()), "every event of the log", 0).await;
        verify_is_content(copy.data_dir(), "after the loss");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_end_is_missed_until_its_loss_is_accepted() {
    let kept = Kept::by_a_server().await;
    let last = kept.last_position();
    // The journal has one block, and sled lost that one and one more.
    kept.forget_copies();
    let short = kept.copied();
    let mut left = 0;
    short.change_sled(|blocks| {
        let second_last = *blocks.keys().nth_back(1).unwrap();
        blocks.split_off(&second_last);
        left = second_last - 1;
    });
    is_missed(short.data_dir(), &short.data_dir().join("log")).await;
    let given_up = format!("the events from position {} to {last}", left + 1);
    serves_without(Launch::on(short.data_dir()), &given_up, left).await;
    verify_is_content(short.data_dir(), "after the loss");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_of_the_log_is_no_loss_to_accept() {
    let kept = Kept::by_a_server().await;
    let last = kept.last_position();
    kept.change(|blocks| flip(blocks.get_mut(&last).unwrap(), 90));
    kept.forget_folds();
    let mut server = Launch::on(kept.data_dir()).flag("accept-loss").spawn();
    assert!(server.ready().await.is_none());
    assert_eq!(server.wait().code(), DAMAGED, "{}", server.stderr());
    assert!(asides(kept.data_dir()).is_empty());
}
