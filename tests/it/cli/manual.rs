//! The manual has a page for every command, made of the help.

use std::fs;

use super::run;

#[test]
fn every_command_has_a_page() {
    let here = tempfile::tempdir().unwrap();
    let (code, said) = run(here.path(), "man-pages share/man1");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    for (page, text) in [
        ("campaign-ledger.1", "An event\\-sourced system of record"),
        ("campaign-ledger-serve.1", "drain\\-timeout\\-ms"),
        (
            "campaign-ledger-backup-create.1",
            "campaign-ledger backup create",
        ),
        ("campaign-ledger-healthcheck.1", "exit with 0"),
    ] {
        let page = fs::read_to_string(here.path().join("share/man1").join(page)).unwrap();
        assert!(
            page.replace("\\-", "-").contains(&text.replace("\\-", "-")),
            "{page}"
        );
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("file"), "").unwrap();
    let (code, said) = run(here.path(), "man-pages file/pages");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("written to file/pages"), "{said}");
}
