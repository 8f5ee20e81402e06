//! Connections are limited in number and have to speak.

use tokio::io::AsyncWriteExt as _;
use tonic_health::pb::HealthCheckRequest;

use super::bare::{Bare, FAR, NEAR, Settings, closed};

#[tokio::test]
async fn a_connection_over_the_cap_is_closed_and_its_place_comes_back() {
    let server = Bare::start(Settings {
        max_connections: 1,
        ..Settings::default()
    })
    .await;
    let mut first = server.health_client().await;
    first.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(server.connections.live(), 1);

    closed(&mut server.silent_peer().await).await;
    assert_eq!(server.connections.refused(), 1);
    first.check(HealthCheckRequest::default()).await.unwrap();

    drop(first);
    let again = async {
        while server.connections.live() > 0 {
            tokio::task::yield_now().await;
        }
        let mut second = server.health_client().await;
        second.check(HealthCheckRequest::default()).await.unwrap();
    };
    tokio::time::timeout(FAR, again).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_does_not_speak_is_dropped() {
    let server = Bare::start(Settings {
        preface_timeout: NEAR,
        ..Settings::default()
    })
    .await;
    let mut speaking = server.health_client().await;
    let mut silent = server.silent_peer().await;
    let mut stammering = server.silent_peer().await;
    stammering.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    closed(&mut silent).await;
    closed(&mut stammering).await;
    // Who has spoken stays, however long ago.
    speaking.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(server.connections.live(), 1);
}

#[tokio::test]
async fn http_1_is_turned_away() {
    let server = Bare::start(Settings::default()).await;
    let mut browser = server.silent_peer().await;
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    browser.write_all(request).await.unwrap();
    closed(&mut browser).await;
}
