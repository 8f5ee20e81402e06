//! The metrics of a running server: they parse, they grow, and their labels are bounded.

use std::net::SocketAddr;

use campaign_ledger::wire::proto::DESCRIPTORS;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use prost::Message as _;
use tonic::Code;

use super::exposition::Exposition;
use super::http::get;
use super::pages::open;
use crate::support::server::{
    Client, FAR, Server, Story, by_brand, days_and, idr, plan, terms, together,
};

/// What alerts and dashboards are made of. These names stay.
pub const NAMES: [(&str, &str); 34] = [
    ("grpc_server_started", "counter"),
    ("grpc_server_handled", "counter"),
    ("grpc_server_handling_seconds", "histogram"),
    ("grpc_server_msg_received", "counter"),
    ("grpc_server_msg_sent", "counter"),
    ("campaign_ledger_write_queue_commands", "gauge"),
    ("campaign_ledger_write_queue_wait_seconds", "histogram"),
    ("campaign_ledger_group_commands", "histogram"),
    ("campaign_ledger_seal_seconds", "histogram"),
    ("campaign_ledger_append_seconds", "histogram"),
    ("campaign_ledger_sync_seconds", "histogram"),
    ("campaign_ledger_head_position", "gauge"),
    ("campaign_ledger_durable_position", "gauge"),
    ("campaign_ledger_view_lag_events", "gauge"),
    ("campaign_ledger_view_lag_seconds", "gauge"),
    ("campaign_ledger_checkpoint_seconds", "histogram"),
    ("campaign_ledger_request_id_hits", "counter"),
    ("campaign_ledger_conflicts", "counter"),
    ("campaign_ledger_refusals", "counter"),
    ("campaign_ledger_followers", "gauge"),
    ("campaign_ledger_slowest_follower_lag_events", "gauge"),
    ("campaign_ledger_past_folds_waiting", "gauge"),
    ("campaign_ledger_disk_free_bytes", "gauge"),
    ("campaign_ledger_backup_age_seconds", "gauge"),
    ("campaign_ledger_certificate_expiry_days", "gauge"),
    ("campaign_ledger_writes_stopped", "gauge"),
    ("campaign_ledger_policy_reload_failures", "counter"),
    ("campaign_ledger_certificate_reload_failures", "counter"),
    ("campaign_ledger_build_info", "gauge"),
    ("campaign_ledger_quota_refusals", "counter"),
    ("campaign_ledger_brand_events", "counter"),
    ("process_start_time_seconds", "gauge"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_open_fds", "gauge"),
];

pub async fn metrics(admin: SocketAddr) -> Exposition {
    let answer = get(admin, "/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let is_open_metrics = answer.head.contains("application/openmetrics-text");
    assert!(is_open_metrics, "{}", answer.head);
    Exposition::parse(&answer.body)
}

#[tokio::test]
async fn every_promised_name_is_there_and_no_other() {
    let (_server, admin) = open().await;
    let found = metrics(admin).await;
    let promised: Vec<_> = NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    for (name, kind) in NAMES {
        let (found, help) = found
            .families
            .get(name)
            .unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(found, kind, "{name}");
        assert!(!help.is_empty());
    }
    let surplus: Vec<_> = found
        .families
        .keys()
        .filter(|name| !promised.contains(name))
        .collect();
    assert!(surplus.is_empty(), "{surplus:?}");
    assert!(found.value("process_resident_memory_bytes") > 1e6);
    assert!(found.value("process_open_fds") > 5.0);
    assert!(found.value("campaign_ledger_disk_free_bytes") > 0.0);
    assert_eq!(
        found.value("campaign_ledger_backup_age_seconds"),
        f64::INFINITY
    );
    assert_eq!(
        found.sum(
            "campaign_ledger_build_info",
            &[("version", env!("CARGO_PKG_VERSION"))]
        ),
        1.0
    );
}

#[tokio::test]
async fn every_method_is_counted_from_the_start() {
    let (_server, admin) = open().await;
    let found = metrics(admin).await;
    let set = prost_types::FileDescriptorSet::decode(DESCRIPTORS).unwrap();
    let mut methods = 0;
    for file in &set.file {
        for service in &file.service {
            let full = format!("{}.{}", file.package(), service.name());
            for method in &service.method {
                methods += 1;
                let labels = [
                    ("grpc_service", full.as_str()),
                    ("grpc_method", method.name()),
                ];
                for name in ["grpc_server_started_total", "grpc_server_handled_total"] {
                    assert_eq!(found.count(name, &labels), 1, "{name} of {labels:?}");
                }
            }
        }
    }
    assert!(methods > 90, "{methods}");
}

#[tokio::test]
async fn calls_are_counted_by_method_and_code() {
    let (server, admin) = open().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.pause()).await;
    let missing = GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: "no-such".to_owned(),
        ..GetCampaignRequest::default()
    };
    server
        .refused(missing)
        .await
        .is(Code::NotFound, ErrorReason::CampaignNotFound);
    let found = metrics(admin).await;
    let of = |method| {
        [
            ("grpc_service", "campaign.ledger.v1.CampaignService"),
            ("grpc_method", method),
            ("grpc_type", "unary"),
        ]
    };
    for (method, code) in [("PauseCampaign", "OK"), ("GetCampaign", "NotFound")] {
        let labels = of(method);
        for name in [
            "grpc_server_started_total",
            "grpc_server_msg_received_total",
            "grpc_server_handling_seconds_count",
        ] {
            assert_eq!(found.sum(name, &labels), 1.0, "{name} of {method}");
        }
        let handled = [&labels[..], &[("grpc_code", code)]].concat();
        assert_eq!(found.sum("grpc_server_handled_total", &handled), 1.0);
        assert_eq!(found.sum("grpc_server_handled_total", &labels), 1.0);
        let sent = f64::from(u8::from(code == "OK"));
        assert_eq!(found.sum("grpc_server_msg_sent_total", &labels), sent);
    }
    let reason = [("reason", "CAMPAIGN_NOT_FOUND")];
    assert_eq!(found.sum("campaign_ledger_refusals_total", &reason), 1.0);
}

#[tokio::test]
async fn unknown_methods_are_one() {
    let (server, admin) = open().await;
    for number in 0..20 {
        let mut grpc = tonic::client::Grpc::new(server.channel());
        grpc.ready().await.unwrap();
        let path = format!("/no.such.Service{number}/Do{number}")
            .parse()
            .unwrap();
        let request = tonic::Request::new(());
        let refused = grpc.unary::<(), (), _>(request, path, tonic_prost::ProstCodec::default());
        assert_eq!(refused.await.unwrap_err().code(), Code::Unimplemented);
    }
    let found = metrics(admin).await;
    let unknown = [("grpc_service", "unknown"), ("grpc_method", "unknown")];
    assert_eq!(found.sum("grpc_server_started_total", &unknown), 20.0);
    let handled = [&unknown[..], &[("grpc_code", "Unimplemented")]].concat();
    assert_eq!(found.sum("grpc_server_handled_total", &handled), 20.0);
}

#[tokio::test]
async fn the_writer_says_what_it_does() {
    let (server, admin) = open().await;
    let before = metrics(admin).await;
    let story = Story::open(&server, "launch").await;
    let mut pause = story.pause();
    pause.context = by_brand("once");
    let first = server.write(pause.clone()).await;
    let again = server.write(pause).await;
    assert_eq!(first.receipt, again.receipt);
    let after = metrics(admin).await;
    assert_eq!(after.value("campaign_ledger_request_id_hits_total"), 1.0);
    for name in [
        "group_commands",
        "seal_seconds",
        "append_seconds",
        "sync_seconds",
    ] {
        let name = format!("campaign_ledger_{name}_count");
        assert_eq!(after.value(&name) - before.value(&name), 3.0, "{name}");
    }
    let waited = "campaign_ledger_write_queue_wait_seconds_count";
    assert_eq!(after.value(waited) - before.value(waited), 4.0);
    for name in ["head", "durable"] {
        assert_eq!(
            after.value(&format!("campaign_ledger_{name}_position")),
            3.0
        );
    }
    for name in [
        "view_lag_events",
        "write_queue_commands",
        "writes_stopped",
        "followers",
    ] {
        assert_eq!(
            after.value(&format!("campaign_ledger_{name}")),
            0.0,
            "{name}"
        );
    }
    let synced = after.value("campaign_ledger_sync_seconds_sum");
    assert!(synced > 0.0 && synced <= after.value("campaign_ledger_append_seconds_sum"));
}

#[tokio::test]
async fn refused_items_and_conflicts_are_counted() {
    let (server, admin) = open().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(500)))).await;
    let stale = AcceptBriefRequest {
        offer_version: 7,
        ..story.accept("ayu")
    };
    server
        .refused(stale)
        .await
        .is(Code::Aborted, ErrorReason::StaleOffer);
    let found = metrics(admin).await;
    assert_eq!(found.value("campaign_ledger_conflicts_total"), 1.0);
    let stale = [("reason", "STALE_OFFER")];
    assert_eq!(found.sum("campaign_ledger_refusals_total", &stale), 1.0);
}

#[tokio::test]
async fn a_thousand_brands_are_as_many_labels_as_configured() {
    let server = Server::with(|config| {
        config.admin_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        config.metrics_brands = 3;
    })
    .await;
    let admin = server.admin.unwrap();
    let before = metrics(admin).await.samples.len();
    for tens in 0..10 {
        let brands = (0..100).map(|ones| {
            let client: Client = (*server).clone();
            let brand = format!("brand-{tens}-{ones}");
            async move {
                let story = Story::of(&brand, "launch", "IDR", &client);
                client.write(story.create(plan("IDR"))).await;
            }
        });
        together(brands).await;
    }
    let found = metrics(admin).await;
    let name = "campaign_ledger_brand_events_total";
    assert_eq!(found.label(name, "brand").len(), 4);
    assert_eq!(found.sum(name, &[]), 1_000.0);
    assert_eq!(found.sum(name, &[("brand", "other")]), 997.0);
    // Beside the brands only the histogram of one method is new.
    assert!(found.samples.len() < before + 30, "{}", found.samples.len());
}

#[tokio::test]
async fn followers_and_backups_are_seen() {
    let (server, admin) = open().await;
    let story = Story::open(&server, "launch").await;
    let mut audit = AuditServiceClient::new(server.channel());
    let request = FollowEventsRequest {
        scope: crate::service::audit::all(),
        ..FollowEventsRequest::default()
    };
    let mut following = audit.follow_events(request).await.unwrap().into_inner();
    let batch = following.message().await.unwrap().unwrap();
    assert_eq!(batch.resume_position, 2);
    let found = metrics(admin).await;
    assert_eq!(found.value("campaign_ledger_followers"), 1.0);
    assert_eq!(
        found.value("campaign_ledger_slowest_follower_lag_events"),
        0.0
    );
    drop(following);
    let gone = async { while metrics(admin).await.value("campaign_ledger_followers") > 0.0 {} };
    tokio::time::timeout(FAR, gone).await.unwrap();

    let request = TakeBackupRequest::default();
    let mut chunks = audit.take_backup(request).await.unwrap().into_inner();
    while chunks.message().await.unwrap().is_some() {}
    let age = "campaign_ledger_backup_age_seconds";
    let kept = async { while metrics(admin).await.value(age) > 1e9 {} };
    tokio::time::timeout(FAR, kept).await.unwrap();
    server.clock().set(days_and(0, 90));
    assert_eq!(metrics(admin).await.value(age), 90.0);
    drop((story, audit));
    let server = server.restart().await;
    assert_eq!(metrics(server.admin.unwrap()).await.value(age), 90.0);
}
