//! What a start opens first: the directory, its log, the address.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{Error, transport};
use crate::config::Config;
use crate::grpc::calls::page_token::PageTokens;
use crate::grpc::edge::incoming::Incoming;
use crate::identity::Identity;
use crate::log::directory::{DataDirectory, ONLY_PARTITION};
use crate::log::sled::SledLog;
use crate::log::{Log, OpenError};
use crate::metrics::Metrics;
use crate::store::Options;

/// Opens the key of page tokens.
pub(super) fn open_tokens(root: &Path) -> Result<PageTokens, Error> {
    PageTokens::open(root).map_err(|source| Error::TokenKey {
        path: root.to_owned(),
        source,
    })
}

/// Takes the address, before anything is read, and does not accept yet.
pub(super) async fn bind(
    config: &Config,
    identity: &Identity,
) -> Result<(Incoming, SocketAddr), Error> {
    let address = config.listen;
    let refused = |source| Error::Bind { address, source };
    let incoming = Incoming::bind(address, transport::connection_limits(config)).await;
    let incoming = incoming.map_err(refused)?;
    let incoming = incoming.encrypted(identity.tls().cloned());
    let address = incoming.local_addr().map_err(refused)?;
    Ok((incoming, address))
}

/// Locks the directory and opens its log. It is locked as long as any thread works in it, also a replay
/// that is abandoned.
pub(super) async fn open_log(
    config: &Config,
    metrics: &Metrics,
) -> Result<(Arc<DataDirectory>, Arc<dyn Log>), Error> {
    let root = config.data_dir.clone();
    let syncs = metrics.writer().sync.clone();
    let opened = spawn_blocking(move || -> Result<_, OpenError> {
        let directory = DataDirectory::open_or_create(&root)?;
        let log = SledLog::open(&directory.log_path(), ONLY_PARTITION)?;
        log.measure_syncs(syncs);
        Ok((directory, log))
    });
    let (directory, log) = opened.await??;
    Ok((Arc::new(directory), Arc::new(log)))
}

/// Three quarters of the memory hold decoded rows, one pages of the file, which the system keeps too.
pub fn store_options(bytes: usize, log_id: Uuid) -> Options {
    Options {
        cache_bytes: bytes / 4 * 3,
        redb_cache_bytes: bytes / 4,
        schema: crate::views::SCHEMA,
        log_id: log_id.to_string(),
    }
}
