//! Server reflection, v1 and v1alpha: grpcurl and similar tools find the API without files.
//!
//! Lists our services and those of health and reflection themselves, from encoded descriptors,
//! which keep the comments and options that decoded ones lose. v1alpha is there because older
//! clients support only that. A reflection stream ends when its client asks nothing for a minute,
//! and with a drain.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::body::Body as TonicBody;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_reflection::pb::{v1, v1alpha};
use tonic_reflection::server::Builder;
use tower::Service;

/// A request names one symbol; no more is read.
const MAX_REQUEST_BYTES: usize = 16 << 10;

/// How long a client may ask nothing: longer than a person with a tool thinks about one answer.
const IDLE: Duration = Duration::from_secs(60);

/// The descriptors cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("the descriptors cannot be served by reflection")]
pub struct Error(#[from] tonic_reflection::server::Error);

/// Adds both versions of reflection to `routes`, for these encoded `FileDescriptorSet`s.
///
/// Reflection streams end when `ending` is cancelled.
///
/// # Errors
/// The descriptors do not decode.
pub fn add_to(
    routes: Routes,
    descriptors: &[&[u8]],
    ending: &CancellationToken,
) -> Result<Routes, Error> {
    let v1 = builder(descriptors).build_v1()?;
    let v1alpha = builder(descriptors).build_v1alpha()?;
    Ok(routes
        .add_service(Ending {
            inner: v1.max_decoding_message_size(MAX_REQUEST_BYTES),
            ending: ending.clone(),
        })
        .add_service(Ending {
            inner: v1alpha.max_decoding_message_size(MAX_REQUEST_BYTES),
            ending: ending.clone(),
        }))
}

fn builder<'b>(descriptors: &[&'b [u8]]) -> Builder<'b> {
    let standard = [
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        v1::FILE_DESCRIPTOR_SET,
        v1alpha::FILE_DESCRIPTOR_SET,
        // The details of errors, for clients that print them.
        tonic_types::pb::FILE_DESCRIPTOR_SET,
    ];
    let builder = Builder::configure().include_reflection_service(false);
    descriptors
        .iter()
        .copied()
        .chain(standard)
        .fold(builder, Builder::register_encoded_file_descriptor_set)
}

/// A service whose requests can be ended, as if its client had nothing more to ask.
#[derive(Debug, Clone)]
struct Ending<S> {
    inner: S,
    ending: CancellationToken,
}

impl<S: NamedService> NamedService for Ending<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: Service<Request<TonicBody>>> Service<Request<TonicBody>> for Ending<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<TonicBody>) -> S::Future {
        let ending = self.ending.clone().cancelled_owned();
        let request = request.map(|inner| {
            TonicBody::new(EndingBody {
                inner,
                ending,
                idle: sleep(IDLE),
            })
        });
        self.inner.call(request)
    }
}

pin_project! {
    struct EndingBody {
        #[pin]
        inner: TonicBody,
        #[pin]
        ending: WaitForCancellationFutureOwned,
        #[pin]
        idle: Sleep,
    }
}

impl Body for EndingBody {
    type Data = Bytes;
    type Error = <TonicBody as Body>::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let mut this = self.project();
        if this.ending.poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(frame) = this.inner.poll_frame(cx) {
            this.idle.as_mut().reset(Instant::now() + IDLE);
            return Poll::Ready(frame);
        }
        this.idle.poll(cx).map(|()| None)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
