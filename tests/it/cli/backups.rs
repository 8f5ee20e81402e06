//! A backup never replaces another file, and a backup that fails leaves no file.

use std::fs;

use super::{Serving, run};

fn names(directory: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .filter(|name| name != "data")
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_takes_the_place_of_a_file_only_when_forced() {
    let here = tempfile::tempdir().unwrap();
    Serving::on(&here.path().join("data"), &[])
        .ok()
        .unwrap()
        .stop();
    let kept = here.path().join("kept.clbu");
    fs::write(&kept, "something else").unwrap();
    let line = "backup create kept.clbu --data-dir data";
    let (code, said) = run(here.path(), line);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--force"), "{said}");
    assert_eq!(fs::read(&kept).unwrap(), b"something else");

    let (code, said) = run(here.path(), &format!("{line} --force"));
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(here.path(), "backup verify kept.clbu");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(names(here.path()), ["kept.clbu"]);
}

#[test]
fn a_backup_never_takes_the_place_of_a_directory_or_a_device() {
    let here = tempfile::tempdir().unwrap();
    Serving::on(&here.path().join("data"), &[])
        .ok()
        .unwrap()
        .stop();
    let made = std::process::Command::new("mkfifo")
        .arg(here.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    for place in ["pipe", "."] {
        let line = format!("backup create {place} --force --data-dir data");
        let (code, said) = run(here.path(), &line);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("is not a file"), "{said}");
    }
}

#[test]
fn a_backup_that_fails_leaves_nothing() {
    let here = tempfile::tempdir().unwrap();
    let (code, said) = run(here.path(), "backup create new.clbu --data-dir nowhere");
    assert_eq!(code, Some(1), "{said}");
    let line = "backup create new.clbu --server http://127.0.0.1:1";
    let (code, said) = run(here.path(), line);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(names(here.path()), Vec::<String>::new());
}
