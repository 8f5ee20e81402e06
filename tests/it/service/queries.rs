//! Queries over many rows wait for their own threads, and the number of waiting ones is limited.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Waker};

use campaign_ledger::grpc::calls::pool::{READERS, READS_WAITING};
use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use crate::support::server::Wired;

/// Reasons that the tests of this file expect.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::TooManyQueries];

#[tokio::test]
async fn one_query_too_many_is_refused_with_a_retry_time() {
    let wired = Wired::on(Arc::new(MemoryLog::new(0))).await;
    let request = ListCampaignsRequest {
        brand_id: String::from("kopi"),
        ..ListCampaignsRequest::default()
    };
    let readers = &wired.calls.pools.readers;
    let (begun, begins) = mpsc::channel();
    let mut under_way = Vec::new();
    // Each thread waits until its sender is dropped.
    let mut held = Vec::new();
    for number in 0..READERS + READS_WAITING {
        let begun = begun.clone();
        let (hold, released) = mpsc::channel::<()>();
        held.push(hold);
        let mut work = Box::pin(readers.run("another-brand", move |_| {
            let _ = begun.send(());
            let _ = released.recv();
        }));
        let polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        under_way.push(work as Pin<Box<dyn Future<Output = _>>>);
        if number < READERS {
            begins.recv().unwrap();
        }
    }
    let refusal = wired.client.refused(request.clone()).await;
    let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManyQueries);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    drop((held, under_way));
    assert_eq!(wired.client.call(request).await.unwrap().campaigns, []);
}
