//! Connections are limited in number, must send requests, and give way when idle.

use bytes::Bytes;
use h2::client::SendRequest;
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
    // While a call is open, no other connection takes its place.
    let watch = first.watch(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(server.connections.live(), 1);

    closed(&mut server.silent_peer().await).await;
    assert_eq!(server.connections.refused(), 1);
    first.check(HealthCheckRequest::default()).await.unwrap();

    drop((watch, first));
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
    // A connection that has sent a request stays, however long ago.
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

/// Makes a call over this connection; fails when the connection is gone.
async fn check(server: &Bare, requests: &mut SendRequest<Bytes>) -> Result<(), h2::Error> {
    let request = server.raw_request("/grpc.health.v1.Health/Check");
    let request = request.body(()).unwrap();
    let mut ready = requests.clone().ready().await?;
    let (answer, mut body) = ready.send_request(request, false)?;
    body.send_data(Bytes::from_static(&[0; 5]), true)?;
    let mut answer = answer.await?.into_body();
    while let Some(data) = answer.data().await {
        data?;
    }
    Ok(())
}

/// Reconnects until there is a place.
async fn call_once_served(server: &Bare, machine: [u8; 4]) -> SendRequest<Bytes> {
    let served = async {
        loop {
            if let Some(mut requests) = server.raw_http2_from(machine).await
                && check(server, &mut requests).await.is_ok()
            {
                return requests;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, served).await.expect("a place")
}

#[tokio::test]
async fn idle_connections_that_answer_pings_keep_no_client_out() {
    let server = Bare::start(Settings {
        max_connections: 4,
        ..Settings::default()
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..4 {
        idle.push(call_once_served(&server, [127, 0, 0, 1]).await);
    }
    // One connection from the same machine, one from another.
    let _first = call_once_served(&server, [127, 0, 0, 1]).await;
    let _second = call_once_served(&server, [127, 0, 0, 2]).await;
    assert_eq!(server.connections.live(), 4);
    assert!(check(&server, &mut idle[0]).await.is_err());
}

#[tokio::test]
async fn busy_connections_of_one_machine_lock_out_no_other() {
    let server = Bare::start(Settings {
        max_connections: 4,
        ..Settings::default()
    })
    .await;
    let watch = || {
        let request = server.raw_request("/grpc.health.v1.Health/Watch");
        request.body(()).unwrap()
    };
    let mut busy = Vec::new();
    for _ in 0..4 {
        let mut requests = call_once_served(&server, [127, 0, 0, 1]).await;
        let (answer, mut body) = requests.send_request(watch(), false).unwrap();
        body.send_data(Bytes::from_static(&[0; 5]), true).unwrap();
        busy.push((requests, answer.await.unwrap()));
    }
    let mut other = call_once_served(&server, [127, 0, 0, 2]).await;
    check(&server, &mut other).await.unwrap();
}

#[tokio::test]
async fn an_idle_connection_ends_and_a_busy_one_stays() {
    let server = Bare::start(Settings {
        idle_timeout: Some(NEAR),
        ..Settings::default()
    })
    .await;
    let mut busy = server.health_client().await;
    let watch = busy.watch(HealthCheckRequest::default()).await.unwrap();
    let mut idle = call_once_served(&server, [127, 0, 0, 1]).await;
    let gone = async {
        while server.connections.live() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, gone).await.unwrap();
    assert!(check(&server, &mut idle).await.is_err());
    let mut states = watch.into_inner();
    assert!(states.message().await.unwrap().is_some());
}
