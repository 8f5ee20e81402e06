//! Health and reflection report the actual state.

use std::collections::BTreeSet;

use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::{self, NotServing, Serving};
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use super::bare::{Bare, SERVICE, Settings};
use crate::cli::run_beside;

async fn state(client: &mut HealthClient<Channel>, service: &str) -> ServingStatus {
    let service = service.to_owned();
    let answer = client.check(HealthCheckRequest { service }).await.unwrap();
    answer.into_inner().status()
}

#[tokio::test]
async fn not_serving_until_ready() {
    let server = Bare::start(Settings::default()).await;
    let mut client = server.health_client().await;
    for service in ["", SERVICE] {
        assert_eq!(state(&mut client, service).await, NotServing);
    }
    server.health.serving().await;
    for service in ["", SERVICE] {
        assert_eq!(state(&mut client, service).await, Serving);
    }
    let service = String::from("no.such.Service");
    let unknown = client.check(HealthCheckRequest { service }).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_check_fails_until_it_serves() {
    let server = Bare::start(Settings::default()).await;
    let line = format!("healthcheck --server http://{}", server.address);
    let here = std::env::temp_dir();
    let (code, said) = run_beside(&here, line.clone()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("says NOT_SERVING"), "{said}");
    server.health.serving().await;
    assert_eq!(run_beside(&here, line).await.0, Some(0));
}

#[tokio::test]
async fn reads_go_on_when_only_writes_have_stopped() {
    let server = Bare::start(Settings::default()).await;
    let mut client = server.health_client().await;
    let health = &server.health;
    health.serving().await;
    for (is_doubted, writes) in [(true, NotServing), (false, Serving)] {
        health.doubted(is_doubted).await;
        for service in ["writes", SERVICE] {
            assert_eq!(state(&mut client, service).await, writes, "{service}");
        }
        for service in ["", "reads"] {
            assert_eq!(state(&mut client, service).await, Serving, "{service}");
        }
    }
    health.writes_stopped().await;
    health.doubted(false).await;
    for (service, wanted) in [("", Serving), ("reads", Serving), ("writes", NotServing)] {
        assert_eq!(state(&mut client, service).await, wanted, "{service}");
    }
    health.draining().await;
    for service in ["", "reads", "writes", SERVICE] {
        assert_eq!(state(&mut client, service).await, NotServing, "{service}");
    }
}

#[tokio::test]
async fn a_drain_has_the_last_word() {
    let server = Bare::start(Settings::default()).await;
    let mut client = server.health_client().await;
    server.health.draining().await;
    server.health.serving().await;
    assert_eq!(state(&mut client, "").await, NotServing);
    server.health.end_watches().await;
    assert_eq!(state(&mut client, SERVICE).await, NotServing);
}

fn expected_services() -> BTreeSet<String> {
    [
        SERVICE,
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]
    .map(String::from)
    .into()
}

#[tokio::test]
async fn reflection_lists_every_service() {
    use v1::server_reflection_client::ServerReflectionClient;
    use v1::server_reflection_request::MessageRequest::ListServices;
    use v1::server_reflection_response::MessageResponse::ListServicesResponse;

    let server = Bare::start(Settings::default()).await;
    let mut client = ServerReflectionClient::new(server.channel().await);
    let question = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ListServices(String::new())),
    };
    let answers = client.server_reflection_info(tokio_stream::once(question));
    let answer = answers.await.unwrap().into_inner().message().await.unwrap();
    let Some(ListServicesResponse(list)) = answer.unwrap().message_response else {
        panic!("not a list");
    };
    let names: BTreeSet<_> = list
        .service
        .into_iter()
        .map(|service| service.name)
        .collect();
    assert!(names.is_superset(&expected_services()), "{names:?}");
}

#[tokio::test]
async fn old_reflection_lists_every_service() {
    use v1alpha::server_reflection_client::ServerReflectionClient;
    use v1alpha::server_reflection_request::MessageRequest::ListServices;
    use v1alpha::server_reflection_response::MessageResponse::ListServicesResponse;

    let server = Bare::start(Settings::default()).await;
    let mut client = ServerReflectionClient::new(server.channel().await);
    let question = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ListServices(String::new())),
    };
    let answers = client.server_reflection_info(tokio_stream::once(question));
    let answer = answers.await.unwrap().into_inner().message().await.unwrap();
    let Some(ListServicesResponse(list)) = answer.unwrap().message_response else {
        panic!("not a list");
    };
    let names: BTreeSet<_> = list
        .service
        .into_iter()
        .map(|service| service.name)
        .collect();
    assert!(names.is_superset(&expected_services()), "{names:?}");
}
