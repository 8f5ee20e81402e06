# The commands of this project: `just` lists them. `.ci/run` runs the checks among them, in order, and
# needs no `just` of yours: it installs one beside its other tools.

tools := env("CARGO_TARGET_DIR", justfile_directory() / "target") / "ci-tools/bin"
release := env("CARGO_TARGET_DIR", justfile_directory() / "target") / "release"

export PATH := tools + ":" + env("PATH")

# Lists the recipes.
default:
    @just --list --unsorted

# Serves a ledger.
serve *arguments:
    cargo run --release -- serve {{ arguments }}

# Plays the stories against a ledger in a temporary directory.
demo *arguments:
    cargo run --release -- demo {{ arguments }}

# Compiles everything, and nothing else: the quickest answer.
check:
    cargo check --locked --all-targets

# Runs the unit tests of the modules with this in their path.
unit *filter:
    cargo test --lib {{ filter }}

# Runs the integration tests with this in their path, such as `demo` or `service::roi`.
it *filter:
    cargo test --test it {{ filter }}

# Runs all tests.
test:
    cargo test

# Formats the sources.
format:
    cargo fmt

# Installs what the checks need into target/ci-tools.
tools:
    bash -euc 'source .ci/lib.sh && install_tools'

# Runs all checks.
ci:
    .ci/run

# Takes the protos as they are as the new baseline for breaking changes.
baseline:
    .ci/baseline

# Are the sources formatted?
formatted:
    cargo fmt --check

# Do the protos follow the rules?
protos:
    buf lint

# Can older clients and logs still be read?
compatible:
    buf breaking --against tests/golden/proto-baseline.binpb

# Licenses, sources and banned crates.
deny:
    cargo-deny --log-level error check bans licenses sources

# Known faults of dependencies, where the database can be reached.
advisories:
    #!/usr/bin/env bash
    if cargo-deny --log-level off fetch db >/dev/null 2>&1; then
      cargo-deny --log-level error check --disable-fetch advisories
    else
      echo "NOT CHECKED: the database of advisories (github.com/RustSec/advisory-db) cannot be reached"
    fi

# Lints, as errors.
clippy:
    cargo clippy --locked --all-targets -- -D warnings

# Tables as Parquet, which is not built by default.
parquet:
    cargo test --locked --quiet --features parquet --lib export

# The documentation of the code.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# The quick release build.
release:
    cargo build --locked --release

# The build that is shipped: slow to make, as fast as it gets.
dist:
    cargo build --locked --profile dist

# The release build as a user meets it: demo, clients, crash, offline commands, every page of the docs.
e2e: release
    .ci/e2e

# What deploys the ledger: image, manifests, unit, package, alerts, dashboard, client settings.
deployed: release
    .ci/deploy

# The Debian package and the bill of materials of what is shipped.
deb: dist
    deploy/debian/build dist

# Writes the service configurations for clients again, after a call was added.
service-configs:
    python .ci/deployment/clients.py --renew

# Kills at every call of the system.
kills:
    CRASH_STEPS=all cargo test --locked --quiet --test it -- \
        crash::steps::killed_while_making crash::steps::killed_while_bringing \
        crash::steps::killed_while_restoring

# Clients that mean harm, against the release build.
attacks *names: release
    python .ci/attacks/main.py {{ release }}/campaign-ledger {{ names }}

# All tests, with more kills, power cuts and tries than by default.
thorough:
    CRASH_KILLS=40 POWER_CUTS=40 FUZZ_CASES=2000 MODEL_CASES=24 cargo test

# How fast it is: benches/README.md.
bench *arguments:
    cargo bench --bench load -- {{ arguments }}
