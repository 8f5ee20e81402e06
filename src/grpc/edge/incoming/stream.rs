//! The bytes of a connection: plain, or encrypted once the handshake is over.
//!
//! The handshake runs in the task of its connection, at the first read or write, so nothing waits for
//! it but that connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::Accept;
use tokio_rustls::server::TlsStream;
use tracing::info;

use crate::grpc::edge::peer::Peer;
use crate::grpc::edge::seldom::Seldom;
use crate::identity::{Certificate, Tls};

/// Lines about failed handshakes in ten seconds: anybody can fail.
static FAILURES: Seldom = Seldom::new(20);

pub(super) enum Stream {
    Plain(TcpStream),
    Handshake(Box<Accept<TcpStream>>),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) fn new(stream: TcpStream, tls: Option<&Tls>) -> Self {
        match tls {
            Some(tls) => Self::Handshake(Box::new(tls.accept(stream))),
            None => Self::Plain(stream),
        }
    }

    pub(super) fn is_in_handshake(&self) -> bool {
        matches!(self, Self::Handshake(_))
    }

    /// Goes on with the handshake, if there is one, and takes the certificate of the peer from it.
    pub(super) fn poll_shaken(
        &mut self,
        cx: &mut Context<'_>,
        peer: &Peer,
    ) -> Poll<io::Result<()>> {
        let Self::Handshake(accept) = self else {
            return Poll::Ready(Ok(()));
        };
        let stream = match ready!(Pin::new(accept.as_mut()).poll(cx)) {
            Ok(stream) => stream,
            Err(error) => {
                if let Some(left_out) = FAILURES.due() {
                    info!(peer = %peer.address(), %error, left_out, "TLS handshake failed");
                }
                return Poll::Ready(Err(error));
            }
        };
        let (_, session) = stream.get_ref();
        let first = session.peer_certificates().and_then(|chain| chain.first());
        if let Some(certificate) = first {
            let unreadable = || io::Error::other("the certificate of the client cannot be read");
            let certificate = Certificate::read(certificate).ok_or_else(unreadable)?;
            peer.present(certificate);
        }
        *self = Self::Encrypted(Box::new(stream));
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Encrypted(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
            Self::Handshake(_) => Poll::Ready(Err(too_early())),
        }
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Self::Encrypted(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, slices),
            Self::Handshake(_) => Poll::Ready(Err(too_early())),
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Encrypted(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            Self::Handshake(_) => Poll::Ready(Ok(())),
        }
    }

    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Encrypted(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
            // The socket is closed when it is dropped; there is nobody to say goodbye to.
            Self::Handshake(_) => Poll::Ready(Ok(())),
        }
    }
}

/// Whoever reads or writes has asked for the end of the handshake before.
fn too_early() -> io::Error {
    io::Error::other("the handshake is not over")
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Handshake(_) => "Handshake",
            Self::Encrypted(_) => "Encrypted",
        })
    }
}
