use std::sync::Arc;
use std::time::Duration;

use super::*;

fn metrics(brands: usize) -> Metrics {
    let method = MethodName {
        service: String::from("a.B"),
        method: String::from("C"),
        kind: Kind::Unary,
    };
    Metrics::new([method], [String::from("NO_SUCH")], brands)
}

fn has(metrics: &Metrics, line: &str) {
    let text = metrics.text();
    assert!(text.lines().any(|found| found == line), "{line}:\n{text}");
}

#[test]
fn a_call_is_counted_where_dashboards_look() {
    let metrics = metrics(0);
    let method = metrics.calls().method("/a.B/C");
    method.begun();
    method.received();
    method.sent(2);
    method.ended(OK, Duration::from_millis(2));
    let labels = r#"grpc_type="unary",grpc_service="a.B",grpc_method="C""#;
    for (name, value) in [
        ("grpc_server_started_total", "1"),
        ("grpc_server_msg_received_total", "1"),
        ("grpc_server_msg_sent_total", "2"),
        ("grpc_server_handling_seconds_sum", "0.002"),
        ("grpc_server_handling_seconds_count", "1"),
    ] {
        has(&metrics, &format!("{name}{{{labels}}} {value}"));
    }
    has(
        &metrics,
        &format!(r#"grpc_server_handled_total{{{labels},grpc_code="OK"}} 1"#),
    );
    has(
        &metrics,
        &format!(r#"grpc_server_handling_seconds_bucket{{le="0.0025",{labels}}} 1"#),
    );
}

#[test]
fn unknown_methods_share_their_labels() {
    let metrics = metrics(0);
    for path in ["/no.such/Method", "/another.such/Method"] {
        let method = metrics.calls().method(path);
        method.begun();
        method.ended("Unimplemented", Duration::ZERO);
    }
    let labels = r#"grpc_type="unary",grpc_service="unknown",grpc_method="unknown""#;
    has(
        &metrics,
        &format!(r#"grpc_server_handled_total{{{labels},grpc_code="Unimplemented"}} 2"#),
    );
}

#[test]
fn reasons_are_those_that_are_listed() {
    let metrics = metrics(0);
    let name = "campaign_ledger_refusals_total";
    has(&metrics, &format!(r#"{name}{{reason="NO_SUCH"}} 0"#));
    for (reason, is_conflict) in [("NO_SUCH", true), ("SENT_BY_SOMEBODY", false)] {
        metrics.calls().refused(reason, is_conflict);
    }
    has(&metrics, &format!(r#"{name}{{reason="NO_SUCH"}} 1"#));
    has(&metrics, &format!(r#"{name}{{reason="OTHER"}} 1"#));
    has(&metrics, "campaign_ledger_conflicts_total 1");
}

#[test]
fn values_on_a_bound_are_below_it() {
    let metrics = metrics(0);
    let writer = metrics.writer();
    writer.group_commands.counted(2);
    writer.group_commands.counted(3);
    writer.group_commands.counted(70_000);
    for (bound, count) in [("2.0", 1), ("4.0", 2), ("65536.0", 2), ("+Inf", 3)] {
        let name = "campaign_ledger_group_commands_bucket";
        has(&metrics, &format!(r#"{name}{{le="{bound}"}} {count}"#));
    }
}

#[test]
fn brands_beyond_the_limit_are_one() {
    let metrics = metrics(2);
    let mut brands = Arc::clone(metrics.writer()).brand_events();
    for (brand, events) in [("a", 1), ("other", 2), ("b", 3), ("c", 4), ("a", 5)] {
        brands.add(brand, events);
    }
    let name = "campaign_ledger_brand_events_total";
    for (brand, events) in [("a", 6), ("b", 3), ("other", 6)] {
        has(&metrics, &format!(r#"{name}{{brand="{brand}"}} {events}"#));
    }
    assert_eq!(metrics.text().matches("brand=\"").count(), 3);
}

#[test]
fn no_backup_is_infinitely_old() {
    let metrics = metrics(0);
    has(&metrics, "campaign_ledger_backup_age_seconds +Inf");
    metrics.trust().certificate("server", -0.5);
    metrics.trust().certificate("client-ca", 30.0);
    assert_eq!(metrics.trust().expired(), ["server"]);
}
