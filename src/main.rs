//! Runs the campaign ledger: arguments, run, exit code.

use std::error::Error;
use std::process::ExitCode;

use campaign_ledger::cli::{
    Arguments, Command, Exit, backup, call, complain, demo, explain, export, healthcheck, keys,
    manual, offline, policy, print_completions, process, serve, statement,
};
use clap::Parser;

/// Writes make and drop many small values on different threads: a fifth less processor time per
/// call than with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Of a huge page of which one small value is left, all 2 MiB stay. Where the system hands them out
    // unasked, this turns that off; on a kernel that cannot, memory comes back later.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let command = Arguments::parse().command;
    process::keep_files_private();
    if let Err(error) = process::enough_files() {
        complain(&error);
        return Exit::Failed.into();
    }
    let exit = match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Replay(arguments) => offline_exit(offline::replay(&arguments)),
        Command::Verify(arguments) => offline_exit(offline::verify_log(&arguments)),
        Command::RebuildViews(arguments) => offline_exit(offline::rebuild_views(&arguments)),
        Command::Backup(command) => report(backup::backup(&command), backup::Error::exit),
        Command::Restore(arguments) => report(backup::restore(&arguments), backup::Error::exit),
        Command::Statement(arguments) => {
            report(statement::write(&arguments), statement::Error::exit)
        }
        Command::Import(arguments) => report(backup::import_into(&arguments), backup::Error::exit),
        Command::Explain(arguments) => report(explain::run(&arguments), explain::Error::exit),
        Command::Call(arguments) => report(call::run(&arguments), call::Error::exit),
        Command::Demo(arguments) => report(demo::run(&arguments), demo::Error::exit),
        Command::Keys(arguments) => offline_exit(keys::run(&arguments)),
        Command::Policy(command) => report(policy::run(&command), policy::Error::exit),
        Command::Export(command) => report(export::export(&command), export::Error::exit),
        Command::Healthcheck(arguments) => {
            report(healthcheck::run(&arguments), healthcheck::Error::exit)
        }
        Command::ManPages(arguments) => report(manual::write(&arguments), manual::Error::exit),
        Command::Completions { shell } => offline_exit(print_completions(shell)),
    };
    exit.into()
}

fn offline_exit(result: Result<(), offline::Error>) -> Exit {
    report(result, offline::Error::exit)
}

fn report<E: Error + 'static>(result: Result<(), E>, exit: fn(&E) -> Exit) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&error);
            exit(&error)
        }
    }
}
