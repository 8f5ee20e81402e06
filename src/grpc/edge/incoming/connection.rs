//! One connection: a stream that ends when its peer stays silent, or when the server ends it.
//!
//! Watches bytes, not frames: the HTTP/2 preface has a fixed length, and once it is there HTTP/2
//! pings find a dead peer. Holds its place under the cap until it is dropped. An end from here
//! closes the socket without GOAWAY: hyper can send that to all connections or to none. That is
//! acceptable when no call is open; a client connects again with its next call.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use super::Limits;
use super::slots::Place;
use super::stream::Stream;
use crate::grpc::edge::peer::Peer;
use crate::identity::Tls;

/// Length of `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`.
const PREFACE_BYTES: usize = 24;

/// A connection of an [`Incoming`](super::Incoming).
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    preface_timeout: Duration,
    /// `None` once the peer has sent its preface.
    preface: Option<Preface>,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    place: Place,
}

/// What ends a connection before it has begun to speak.
#[derive(Debug)]
struct Preface {
    missing_bytes: usize,
    /// First for the handshake, if there is one, then for the preface.
    timeout: Pin<Box<Sleep>>,
    accepting_ends: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Connection {
    pub(super) fn new(
        stream: TcpStream,
        place: Place,
        accepting: CancellationToken,
        tls: Option<&Tls>,
        limits: Limits,
    ) -> Self {
        let first = match tls {
            Some(_) => limits.handshake_timeout,
            None => limits.preface_timeout,
        };
        Self {
            stream: Stream::new(stream, tls),
            preface_timeout: limits.preface_timeout,
            preface: Some(Preface {
                missing_bytes: PREFACE_BYTES,
                timeout: Box::pin(sleep(first)),
                accepting_ends: Box::pin(accepting.cancelled_owned()),
            }),
            ended: Box::pin(place.ended.clone().cancelled_owned()),
            place,
        }
    }

    /// Returns why this connection has to end, if it has to; otherwise wakes the task when it does.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.ended.as_mut().poll(cx).is_ready() {
            return Poll::Ready(io::Error::other("ended by the server"));
        }
        match &mut self.preface {
            Some(preface) => preface.poll_ended(cx),
            None => Poll::Pending,
        }
    }

    /// Goes on with the handshake; once it is over, the time for the preface begins.
    fn poll_shaken(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.stream.is_in_handshake() {
            return Poll::Ready(Ok(()));
        }
        let polled = self.stream.poll_shaken(cx, &self.place.peer);
        ready!(self.poll_unless_ended(polled, cx))?;
        if let Some(preface) = &mut self.preface {
            let until = Instant::now() + self.preface_timeout;
            preface.timeout.as_mut().reset(until);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_unless_ended<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        // A peer that never stops sending is ended too.
        if polled.is_ready() && !self.place.ended.is_cancelled() {
            return polled;
        }
        self.poll_ended(cx).map(Err)
    }

    fn note_read(&mut self, bytes: usize) {
        let Some(preface) = &mut self.preface else {
            return;
        };
        preface.missing_bytes = preface.missing_bytes.saturating_sub(bytes);
        if preface.missing_bytes == 0 {
            self.preface = None;
        }
    }
}

impl Preface {
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.timeout.as_mut().poll(cx).is_ready() {
            let late = "the peer did not end the handshake or start to speak HTTP/2 in time";
            return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, late));
        }
        // No request can be lost on a connection that has not sent anything, and its client tries
        // elsewhere sooner.
        if self.accepting_ends.as_mut().poll(cx).is_ready() {
            return Poll::Ready(io::Error::other("the server stopped accepting"));
        }
        Poll::Pending
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.place.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_shaken(cx))?;
        let before = buffer.filled().len();
        let polled = self.stream.poll_read(cx, buffer);
        self.note_read(buffer.filled().len() - before);
        self.poll_unless_ended(polled, cx)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_shaken(cx))?;
        let polled = self.stream.poll_write(cx, slices);
        self.poll_unless_ended(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.poll_shutdown(cx)
    }
}
