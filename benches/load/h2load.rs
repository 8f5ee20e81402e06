//! `h2load`, an independent client: it repeats the same call, if the program is installed.
//!
//! It sends one body. For the ledger this is one observation repeated, which writes no new event:
//! the figure measures the round trip, not a write.

use std::io::Write as _;
use std::process::Command;

use campaign_ledger::wire::proto::api;
use prost::Message as _;

/// Connections, and calls in flight on each.
const CLIENTS: &str = "-c4";
const STREAMS: &str = "-m32";

/// Returns calls per second; `None` when `h2load` is not installed or does not understand the
/// server.
pub fn rate(address: &str, request: &api::RecordEngagementRequest, calls: u64) -> Option<f64> {
    let mut body = tempfile::NamedTempFile::new().expect("there is room");
    body.write_all(&framed(request)).expect("there is room");
    let output = Command::new("h2load")
        .args([CLIENTS, STREAMS, "-n", &calls.to_string()])
        .args(["-H", "content-type: application/grpc"])
        .args(["-H", "te: trailers", "-d"])
        .arg(body.path())
        .arg(format!(
            "http://{address}/campaign.ledger.v1.MeasurementService/RecordEngagement"
        ))
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stdout);
    let finished = told.lines().find(|line| line.starts_with("finished in"))?;
    let rate = finished
        .split(", ")
        .find_map(|part| part.strip_suffix(" req/s"))?;
    rate.parse().ok()
}

/// Returns the message in a gRPC frame: the uncompressed flag, its length, its bytes.
fn framed(request: &api::RecordEngagementRequest) -> Vec<u8> {
    let message = request.encode_to_vec();
    let length = u32::try_from(message.len()).expect("one observation is small");
    let mut framed = vec![0];
    framed.extend(length.to_be_bytes());
    framed.extend(message);
    framed
}
