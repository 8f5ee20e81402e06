//! The ledger's directory: one process, no foreign files, and nothing is created by readers.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use campaign_ledger::log::OpenError;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION, log_id_of};
use campaign_ledger::log::sled::SledLog;

fn names_in(path: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn created_directory_opens_again_as_the_same_one() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("not/there/yet");
    let created = DataDirectory::open_or_create(&root).unwrap();
    assert_eq!(created.partitions(), [ONLY_PARTITION]);
    assert_eq!(names_in(&root), ["FORMAT", "LOCK", "log"]);
    let id = created.log_id();
    drop(SledLog::open(&created.log_path(), ONLY_PARTITION).unwrap());
    drop(created);

    assert_eq!(DataDirectory::open(&root).unwrap().log_id(), id);
    assert_eq!(DataDirectory::open_or_create(&root).unwrap().log_id(), id);
}

#[test]
fn two_directories_have_two_ids() {
    let create = || {
        let root = tempfile::tempdir().unwrap();
        DataDirectory::open_or_create(root.path()).unwrap().log_id()
    };
    assert_ne!(create(), create());
}

#[test]
fn second_opener_is_refused_until_the_first_is_done() {
    let root = tempfile::tempdir().unwrap();
    let first = DataDirectory::open_or_create(root.path()).unwrap();
    for second in [
        DataDirectory::open_or_create(root.path()),
        DataDirectory::open(root.path()),
    ] {
        let error = second.unwrap_err();
        assert!(matches!(error, OpenError::InUse { .. }));
        assert!(error.to_string().contains("stop that one first"));
    }
    drop(first);
    DataDirectory::open(root.path()).unwrap();
}

#[test]
fn foreign_directory_is_refused_and_left_alone() {
    let foreign: [&dyn Fn(&Path); 2] = [
        &|root| fs::write(root.join("thesis.tex"), "").unwrap(),
        // A log without its marker is not adopted.
        &|root| {
            fs::create_dir(root.join("log")).unwrap();
            fs::write(root.join("log/db"), "").unwrap();
        },
    ];
    for make in foreign {
        let root = tempfile::tempdir().unwrap();
        make(root.path());
        let before = names_in(root.path());
        for refused in [
            DataDirectory::open_or_create(root.path()),
            DataDirectory::open(root.path()),
        ] {
            let error = refused.unwrap_err();
            assert!(matches!(error, OpenError::Foreign { .. }));
            assert!(error.to_string().contains("choose an empty directory"));
        }
        assert_eq!(names_in(root.path()), before);
    }
}

#[test]
fn keys_wait_for_the_log_that_they_open() {
    // A master key alone may be there before a new log.
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("master-key"), "").unwrap();
    fs::write(root.path().join("master-key.new"), "").unwrap();
    let id = DataDirectory::open_or_create(root.path()).unwrap().log_id();

    // A keyring is of a log, so no other one is begun beside it.
    let root = tempfile::tempdir().unwrap();
    for name in ["keyring", "master-key"] {
        fs::write(root.path().join(name), name).unwrap();
    }
    let error = DataDirectory::open_or_create(root.path()).unwrap_err();
    assert!(matches!(error, OpenError::OnlyKeys { .. }), "{error}");
    assert!(!error.is_damage());
    assert!(error.to_string().contains("restore the log"), "{error}");
    let error = DataDirectory::open(root.path()).unwrap_err();
    assert!(matches!(error, OpenError::NotFound { .. }), "{error}");

    // Its log is restored there, and its files stay as they are.
    let restoring = DataDirectory::restore(root.path(), id).unwrap();
    drop(SledLog::open(&restoring.log_path(), ONLY_PARTITION).unwrap());
    let directory = restoring.finish().unwrap();
    assert_eq!(directory.log_id(), id);
    assert_eq!(log_id_of(root.path()).unwrap(), id);
    for name in ["keyring", "master-key"] {
        assert_eq!(fs::read_to_string(root.path().join(name)).unwrap(), name);
    }
    // A keyring is made by a server: beside it, a log that is gone was lost.
    fs::remove_dir_all(directory.log_path()).unwrap();
    fs::create_dir(directory.log_path()).unwrap();
    drop(directory);
    let error = DataDirectory::open_or_create(root.path()).unwrap_err();
    assert!(matches!(error, OpenError::Gone { .. }), "{error}");
}

#[test]
fn root_of_a_fresh_file_system_is_empty_enough() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("lost+found")).unwrap();
    DataDirectory::open_or_create(root.path()).unwrap();
}

#[test]
fn interrupted_creation_is_completed() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("LOCK"), "").unwrap();
    fs::create_dir(root.path().join("log")).unwrap();
    fs::create_dir(root.path().join("log.new")).unwrap();
    fs::write(root.path().join("log.new/journal.new"), "CL").unwrap();
    fs::write(root.path().join("FORMAT.new"), "product: camp").unwrap();
    assert!(matches!(
        DataDirectory::open(root.path()),
        Err(OpenError::NotFound { .. })
    ));
    DataDirectory::open_or_create(root.path()).unwrap();
    assert_eq!(names_in(root.path()), ["FORMAT", "LOCK", "log"]);
}

#[test]
fn looking_for_a_ledger_creates_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let missing = parent.path().join("missing");
    for root in [parent.path(), &missing] {
        let error = DataDirectory::open(root).unwrap_err();
        assert!(matches!(error, OpenError::NotFound { .. }));
    }
    assert!(names_in(parent.path()).is_empty());
}

#[test]
fn newer_directory_is_refused() {
    let root = tempfile::tempdir().unwrap();
    drop(DataDirectory::open_or_create(root.path()).unwrap());
    let marker = root.path().join("FORMAT");
    let newer = fs::read_to_string(&marker)
        .unwrap()
        .replace("format: 4", "format: 5");
    fs::write(&marker, newer).unwrap();
    let error = DataDirectory::open_or_create(root.path()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 5, .. }));
    assert!(error.to_string().contains("use a newer program"));
}

#[test]
fn directory_from_before_sealing_is_refused() {
    let root = tempfile::tempdir().unwrap();
    drop(DataDirectory::open_or_create(root.path()).unwrap());
    let marker = root.path().join("FORMAT");
    let today = fs::read_to_string(&marker).unwrap();
    for format in 1..=3 {
        let older = today.replace("format: 4", &format!("format: {format}"));
        fs::write(&marker, &older).unwrap();
        for refused in [
            DataDirectory::open(root.path()),
            DataDirectory::open_or_create(root.path()),
        ] {
            let error = refused.unwrap_err();
            assert!(matches!(error, OpenError::Older { found, .. } if found == format));
            assert!(!error.is_damage());
            let said = error.to_string();
            assert!(said.contains("start with an empty directory"), "{said}");
            assert!(said.contains("still reads it"), "{said}");
        }
        assert_eq!(fs::read_to_string(&marker).unwrap(), older);
    }
}

#[test]
fn lost_log_is_not_replaced_by_an_empty_one() {
    let root = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open_or_create(root.path()).unwrap();
    fs::remove_dir_all(directory.log_path()).unwrap();
    drop(directory);
    assert!(matches!(
        DataDirectory::open_or_create(root.path()),
        Err(OpenError::Gone { .. })
    ));
}

#[test]
fn log_whose_files_are_all_gone_is_not_replaced_by_an_empty_one() {
    let root = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open_or_create(root.path()).unwrap();
    let log = directory.log_path();
    drop(SledLog::open(&log, ONLY_PARTITION).unwrap());
    drop(directory);
    // The files that a server leaves beside it, except for the views.
    fs::write(root.path().join("tree"), "hashes").unwrap();
    fs::remove_file(log.join("journal")).unwrap();
    drop(DataDirectory::open_or_create(root.path()).unwrap());
    fs::remove_file(log.join("db")).unwrap();
    for refused in [
        DataDirectory::open_or_create(root.path()),
        DataDirectory::open(root.path()),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, OpenError::Gone { .. }), "{error}");
        assert!(error.is_damage());
    }
    assert!(DataDirectory::begin_again(root.path()).unwrap().is_some());
    let directory = DataDirectory::open_or_create(root.path()).unwrap();
    SledLog::open(&directory.log_path(), ONLY_PARTITION).unwrap();
}

#[test]
fn ledger_that_only_lacks_its_marker_is_finished() {
    let root = tempfile::tempdir().unwrap();
    let id = DataDirectory::open_or_create(root.path()).unwrap().log_id();
    let (marker, unfinished) = (root.path().join("FORMAT"), root.path().join("FORMAT.new"));
    for open in [DataDirectory::open_or_create, DataDirectory::open] {
        fs::rename(&marker, &unfinished).unwrap();
        assert_eq!(open(root.path()).unwrap().log_id(), id);
    }
    assert_eq!(names_in(root.path()), ["FORMAT", "LOCK", "log"]);
    // Nobody has opened it: an interrupted restore starts again there.
    fs::rename(&marker, &unfinished).unwrap();
    drop(DataDirectory::restore(root.path(), id).unwrap());
    assert_eq!(names_in(root.path()), ["FORMAT.new", "LOCK", "log.new"]);
}

#[test]
fn directory_and_files_are_their_owners_alone() {
    let mode_of = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let root = tempfile::tempdir().unwrap();
    let root = root.path().join("data");
    let log = DataDirectory::open_or_create(&root).unwrap().log_path();
    drop(SledLog::open(&log, ONLY_PARTITION).unwrap());
    // Permissions that an earlier version may have left.
    fs::set_permissions(&root, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(log.join("db"), Permissions::from_mode(0o644)).unwrap();
    drop(DataDirectory::open_or_create(&root).unwrap());
    assert_eq!((mode_of(&root), mode_of(&log)), (0o700, 0o700));
    for path in [
        root.join("FORMAT"),
        root.join("LOCK"),
        log.join("journal"),
        log.join("db"),
    ] {
        assert_eq!(mode_of(&path), 0o600, "{}", path.display());
    }
}
