//! Who calls: certificates, tokens and API keys, alone and together, as the real server sees them.

mod api_keys;
mod authority;
mod certificates;
mod commands;
mod issuer;
mod jwks;
mod reloads;
mod start;
mod streams;
mod tokens;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use campaign_ledger::identity::ApiKey;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use rustix::process::{Signal, getpid, kill_process};
use tempfile::TempDir;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::support::server::{FAR, Refusal};

/// Reasons that the tests of this folder expect.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::IdentityMissing,
    ErrorReason::IdentityMalformed,
    ErrorReason::IdentityExpired,
    ErrorReason::IdentityNotYetValid,
    ErrorReason::IdentityUntrusted,
    ErrorReason::IdentityForOthers,
    ErrorReason::IdentityUnknown,
    ErrorReason::IdentitiesDiffer,
    ErrorReason::IdentityRevoked,
    ErrorReason::IssuerKeysMissing,
];

/// Files that a server reads.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

/// A principal of a policy that may read everything.
fn principal(name: &str, proofs: &str) -> String {
    format!("[[principal]]\nname = \"{name}\"\n{proofs}\nroles = [\"auditor\"]\nbrands = \"*\"\n")
}

fn with_key(name: &str, key: &ApiKey) -> String {
    principal(name, &format!("api_keys = [\"{}\"]", key.hash()))
}

/// Asks for the head of the log, with these `authorization` headers.
async fn asked(channel: &Channel, headers: &[&str]) -> Result<u64, Status> {
    let mut request = Request::new(GetHeadRequest {});
    for header in headers {
        request
            .metadata_mut()
            .append("authorization", header.parse().unwrap());
    }
    let mut client = AuditServiceClient::new(channel.clone());
    Ok(client.get_head(request).await?.into_inner().position)
}

/// Asks with this token or API key.
async fn with(channel: &Channel, bearer: &str) -> Result<u64, Status> {
    asked(channel, &[&format!("Bearer {bearer}")]).await
}

#[track_caller]
fn refused(answer: Result<u64, Status>, reason: ErrorReason) -> Refusal {
    let refusal = Refusal::from(answer.expect_err("it has no identity"));
    refusal.is(Code::Unauthenticated, reason)
}

/// How often servers were made to read their files again: each time, they ask for keys of tokens too.
static HANG_UPS: AtomicU32 = AtomicU32::new(0);

/// Makes all servers of this process read their files again.
fn hang_up() {
    HANG_UPS.fetch_add(1, Ordering::SeqCst);
    kill_process(getpid(), Signal::HUP).unwrap();
}

/// Waits until it is so.
async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    let so = async {
        while !is_so().await {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(FAR, so)
        .await
        .expect("it never became so");
}
