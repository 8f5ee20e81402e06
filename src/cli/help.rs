//! The texts of the help pages, except those of arguments.

pub(super) const SERVE_ABOUT: &str = "\
Serve the ledger over gRPC until SIGTERM or SIGINT.

The server replays what its views have not seen, reports SERVING and answers. On the
first signal it reports NOT_SERVING, waits for the drain delay, stops accepting, lets
calls and streams end, writes what is accepted and exits with 0; a second signal ends it
at once.

Every setting can be given as a flag, as an environment variable (--max-connections is
CAMPAIGN_LEDGER_MAX_CONNECTIONS) or as a key of the TOML file (max_connections); the
first one given wins. Unknown flags, variables and keys are refused.";

pub(super) const SERVE_EXAMPLES: &str = "\
Examples:
  campaign-ledger serve
  campaign-ledger serve --config /etc/campaign-ledger.toml --log-format json
  CAMPAIGN_LEDGER_LISTEN=[::1]:6000 campaign-ledger serve --print-config";

pub(super) const REPLAY_ABOUT: &str = "\
Print the events of the log as NDJSON, one event a line, oldest first.

Works on the files, so the server must not be running on them. To read a running ledger,
use the audit service.

Texts about people are printed as they are stored: sealed, with the key that they need.
With --open they are opened, for whoever has the keyring and the master key. A text that
can't be opened is null, and `hidden` has its path and the reason: ERASED or NO_KEY.";

pub(super) const REPLAY_EXAMPLES: &str = "\
Examples:
  campaign-ledger replay | jq .recordedAt
  campaign-ledger replay --brand sari-kulit --campaign serum-pagi
  campaign-ledger replay --after 100 --limit 20 > page.ndjson
  campaign-ledger replay --open --master-key master-key --brand sari-kulit";

pub(super) const VERIFY_ABOUT: &str = "\
Read the whole log and check every block, hash, position and event, and what was signed.

Checks that the log is consistent, and compares it with the tree that was folded from it,
with the last checkpoint and with those that witnesses signed. Changes nothing. The server
must not be running on the directory; verify a copy, or stop it first. If something does
not fit, it exits with 3 and names what was done and where (edited, removed, inserted,
swapped, truncated). If there is a keyring, it is read too, without its master key.

Only a checkpoint that was kept elsewhere, as GetCheckpoint returns it, reveals a history
that was rewritten as a whole: --against says whether the log is identical to it or extends
it, or was truncated (exit code 5) or rewritten (6).";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  campaign-ledger verify
  campaign-ledger verify --data-dir /backup/campaign-ledger
  campaign-ledger verify --against checkpoint.txt --key \"$(cat ledger.vkey)\"";

pub(super) const KEYS_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys new --name example.org/ledger
  campaign-ledger keys rotate --data-dir /var/lib/campaign-ledger
  campaign-ledger keys show
  campaign-ledger keys backup keys.clkb
  campaign-ledger keys rotate-master --data-dir /var/lib/campaign-ledger
  campaign-ledger keys api new";

pub(super) const REBUILD_ABOUT: &str = "\
Rebuild the views from the log.

The log is not changed and no fact is lost: views are computed from the log, in a form that
is quick to read. The new views replace the old ones when they are complete, so the command
can be interrupted at any time. The server must not be running on the directory.";

pub(super) const REBUILD_EXAMPLES: &str = "\
Examples:
  campaign-ledger rebuild-views
  campaign-ledger rebuild-views --data-dir /var/lib/campaign-ledger";

pub(super) const BACKUP_ABOUT: &str = "\
Take backups of the log, and check them.

A backup is one file with the blocks of the log, compressed and checksummed. It can be
taken from a running server or from the directory of a stopped one, whole or from a
position on. It has no secrets of the server and no keys of personal data: back them up
elsewhere, with `keys backup`.";

pub(super) const BACKUP_EXAMPLES: &str = "\
Examples:
  campaign-ledger backup create monday.clbu --server http://127.0.0.1:50051
  campaign-ledger backup create tuesday.clbu --since monday.clbu
  campaign-ledger backup verify monday.clbu tuesday.clbu";

pub(super) const RESTORE_ABOUT: &str = "\
Make a ledger from backups, in an empty directory.

Takes a whole backup and any later ones, oldest first. The log is the one that was backed
up, byte for byte; views are built when the server first starts on it. Restored to a
position or a time within a block, that last block has only the events up to there.

No backup of a log has keys. A keyring that is there already is left as it is: today's
keyring opens an older log too, except for who was erased. Never put an older keyring there.";

pub(super) const RESTORE_EXAMPLES: &str = "\
Examples:
  campaign-ledger restore monday.clbu tuesday.clbu --data-dir /var/lib/campaign-ledger
  campaign-ledger restore monday.clbu --until 100 --data-dir /tmp/then
  campaign-ledger restore monday.clbu --until-time 2026-11-01T00:00:00Z --data-dir /tmp/then";

pub(super) const IMPORT_ABOUT: &str = "\
Add to a ledger what backups have and it lacks.

The backups must be of the same log and continue the ledger; blocks that both
have must be the same. The server must not be running on the directory.";

pub(super) const IMPORT_EXAMPLES: &str = "\
Examples:
  campaign-ledger import tuesday.clbu --data-dir /standby/campaign-ledger";

pub(super) const STATEMENT_ABOUT: &str = "\
Write a campaign down for people, as a page or as a table.

Asks a running server. The page is self-contained: it can be sent, printed and kept, and
says how each of its numbers can be checked.";

pub(super) const STATEMENT_EXAMPLES: &str = "\
Examples:
  campaign-ledger statement --brand sari-kulit --campaign serum-pagi --out serum-pagi.html
  campaign-ledger statement --brand sari-kulit --campaign serum-pagi --format csv
  campaign-ledger statement --brand sari-kulit --campaign serum-pagi --position 100 --out then.html";

pub(super) const EXPLAIN_ABOUT: &str = "\
Print the events behind a number of a report, and what each adds to it.

Asks a running server, so it needs no access to the files. The events add up to exactly the
number; events that were superseded, rejected or left out are listed with the reason.

A metric is the path of its field in the report of a campaign, or, with --creator, in what
a brand and a creator did together. It may be spelled as in the API's JSON, names of enums
with or without their prefix. For an unknown path, the answer lists similar ones.";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  campaign-ledger explain --brand sari-kulit --campaign serum-pagi \\
    --metric 'total.returns[ACCRUED].roi'
  campaign-ledger explain --brand sari-kulit --campaign serum-pagi \\
    --metric 'total.engagement[TOTAL,MEASURED].engagements' --as-of 100
  campaign-ledger explain --brand sari-kulit --creator ayu \\
    --metric 'lifetime[IDR].revenue.net_minor' --occurred-by 2026-10-31T23:59:59Z";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  campaign-ledger completions bash > /etc/bash_completion.d/campaign-ledger
  campaign-ledger completions zsh > ~/.zfunc/_campaign-ledger";
