//! The admin server beside the gRPC server: from the first moment to the last, and never more than a
//! few connections.

use std::net::SocketAddr;

use campaign_ledger::server::drain::Stop;
use campaign_ledger::server::{self, Error};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::http::get;
use super::pages::open;
use crate::support::server::{FAR, Server};

#[tokio::test]
async fn an_admin_address_in_use_is_named() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = taken.local_addr().unwrap();
    let resting = Server::resting(|config| config.admin_listen = Some(address));
    let (config, guard) = (resting.config.clone(), resting.guard());
    let ended = server::serve(config, guard, Stop::new(), |_| ()).await;
    let Err(Error::Bind { address: named, .. }) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(named, address);
}

#[tokio::test]
async fn without_an_address_there_is_none() {
    let server = Server::start().await;
    assert_eq!(server.admin, None);
}

#[tokio::test]
async fn a_draining_server_is_not_ready_and_then_gone() {
    let server = Server::with(|config| {
        config.admin_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        config.drain_delay_ms = FAR.as_millis() as u64;
        config.drain_timeout_ms = 2 * config.drain_delay_ms;
    })
    .await;
    let admin = server.admin.unwrap();
    let idle = TcpStream::connect(admin).await.unwrap();
    server.stop.drain();
    let drained = async { while get(admin, "/readyz").await.status == 200 {} };
    tokio::time::timeout(FAR, drained).await.unwrap();
    assert_eq!(get(admin, "/livez").await.status, 200);
    let said = get(admin, "/readyz/reads?verbose").await;
    assert_eq!(said.status, 503);
    assert!(
        said.body.contains("[-]start the server is going down"),
        "{said:?}"
    );
    server.stop.at_once();
    server.ended().await;
    assert!(TcpStream::connect(admin).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_start_that_fails_leaves_no_admin_server() {
    let resting = Server::resting(|_| ());
    let blocked = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut config = resting.config.clone();
    let free = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let admin = free.local_addr().unwrap();
    drop(free);
    config.admin_listen = Some(admin);
    config.listen = blocked.local_addr().unwrap();
    let ended = server::serve(config, resting.guard(), Stop::new(), |_| ()).await;
    assert!(matches!(ended, Err(Error::Bind { .. })), "{ended:?}");
    assert!(TcpStream::connect(admin).await.is_err());
}

#[tokio::test]
async fn idle_connections_are_few() {
    let (_server, admin) = open().await;
    let mut idle = Vec::new();
    for _ in 0..32 {
        idle.push(TcpStream::connect(admin).await.unwrap());
    }
    // A further one is closed at once, and no request changes that.
    let mut late = TcpStream::connect(admin).await.unwrap();
    let closed = tokio::time::timeout(FAR, late.read(&mut [0]))
        .await
        .unwrap();
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    drop(idle);
    let freed = async { while get(admin, "/livez").await.status != 200 {} };
    tokio::time::timeout(FAR, freed).await.unwrap();
}
