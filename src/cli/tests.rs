//! What the command line takes and refuses.

use clap::{CommandFactory, error::ErrorKind};

use super::*;

fn parse(line: &str) -> Result<Command, clap::Error> {
    let words = std::iter::once("campaign-ledger").chain(line.split(' '));
    Arguments::try_parse_from(words).map(|arguments| arguments.command)
}

#[test]
fn the_definition_holds_together() {
    Arguments::command().debug_assert();
}

#[test]
fn replay_takes_its_filters() {
    let line = "replay --brand b --campaign c --after 7 --limit 2 --data-dir d";
    let Command::Replay(replay) = parse(line).unwrap() else {
        panic!("not a replay");
    };
    assert!(!replay.open);
    let replay = replay.events;
    assert_eq!(replay.brand.as_deref(), Some("b"));
    assert_eq!(replay.campaign.as_deref(), Some("c"));
    assert_eq!((replay.after, replay.limit), (7, Some(2)));
    assert_eq!(replay.data.data_dir.as_deref(), Some("d"));
}

#[test]
fn a_campaign_is_named_within_its_brand() {
    let refusal = parse("replay --campaign c").unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::MissingRequiredArgument);
    assert_eq!(refusal.exit_code(), Exit::Usage as i32);
}

#[test]
fn a_master_key_is_given_to_open() {
    let Command::Replay(replay) = parse("replay --open --master-key m").unwrap() else {
        panic!("not a replay");
    };
    assert!(replay.open && replay.master_key.as_deref() == Some("m"));
    for line in ["replay --master-key m", "export events --open"] {
        assert_eq!(parse(line).unwrap_err().exit_code(), Exit::Usage as i32);
    }
}

#[test]
fn offline_commands_find_the_directory_like_the_server() {
    let Command::Verify(verify) = parse("verify --data-dir elsewhere").unwrap() else {
        panic!("not a verify");
    };
    let settings = verify.data.settings().unwrap();
    assert_eq!(settings.config.data_dir, PathBuf::from("elsewhere"));
}

#[test]
fn every_help_page_lists_the_exit_codes() {
    for command in Arguments::command().get_subcommands_mut() {
        if command.get_name() == "completions" {
            continue;
        }
        let help = command.render_long_help().to_string();
        assert!(help.contains("3  the stored data is damaged"), "{help}");
        assert!(help.contains("Examples:"), "{help}");
    }
}
