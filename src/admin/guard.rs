//! Who may ask: only requests that name this server, and only loopback for what others must not see.
//!
//! A web page can make a browser send requests to 127.0.0.1 by a name that it makes point there (DNS
//! rebinding). Such a request carries the page's name as its host, so it is refused.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::response::{IntoResponse as _, Response};
use http::uri::Authority;
use http::{Request, StatusCode, header};
use tower::{Layer, Service};

use futures_util::future::Either;

/// Names by which the server may be called, beside its addresses and `localhost`.
#[derive(Debug, Default)]
pub struct Hosts(BTreeSet<String>);

impl Hosts {
    /// Reads names that are separated by commas.
    pub fn parse(text: &str) -> Self {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Self(names.map(str::to_ascii_lowercase).collect())
    }

    /// Returns whether a host names the server, which was reached at this address.
    fn contains(&self, host: &str, local: IpAddr) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = host.parse::<IpAddr>() {
            let address = address.to_canonical();
            return address.is_loopback() || address == local.to_canonical();
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        host == "localhost" || self.0.contains(&host)
    }
}

/// Whether a request came from this machine; an extension of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FromLoopback(pub bool);

/// Makes services that answer only requests that name this server.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    hosts: Arc<Hosts>,
    local: IpAddr,
    from: FromLoopback,
}

impl Guard {
    /// Takes the names of the server and both ends of the connection.
    pub fn new(hosts: Arc<Hosts>, local: IpAddr, peer: IpAddr) -> Self {
        Self {
            hosts,
            local,
            from: FromLoopback(peer.to_canonical().is_loopback()),
        }
    }

    fn lets_through<B>(&self, request: &Request<B>) -> bool {
        let mut named = request.headers().get_all(header::HOST).iter();
        let (Some(named), None) = (named.next(), named.next()) else {
            return false;
        };
        let authority = named.to_str().ok().and_then(|text| text.parse().ok());
        let target = request.uri().authority();
        let is_ours = |authority: &Authority| {
            let has_user = authority.as_str().contains('@');
            !has_user && self.hosts.contains(authority.host(), self.local)
        };
        authority.as_ref().is_some_and(is_ours) && target.is_none_or(is_ours)
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        let guard = self.clone();
        Guarded { inner, guard }
    }
}

/// A service behind the guard.
#[derive(Clone, Debug)]
pub(super) struct Guarded<S> {
    inner: S,
    guard: Guard,
}

impl<S, B> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if !self.guard.lets_through(&request) {
            let words = "this server has another name; admin_hosts lists more\n";
            let refusal = (StatusCode::MISDIRECTED_REQUEST, words).into_response();
            return Either::Right(ready(Ok(refusal)));
        }
        request.extensions_mut().insert(self.guard.from);
        Either::Left(self.inner.call(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lets(host: &str, local: &str) -> bool {
        let hosts = Arc::new(Hosts::parse("Ledger.example, metrics"));
        let guard = Guard::new(hosts, local.parse().unwrap(), local.parse().unwrap());
        let request = Request::get("/livez").header(header::HOST, host);
        guard.lets_through(&request.body(()).unwrap())
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let loopback = "127.0.0.1";
        for ours in [
            "localhost",
            "LOCALHOST:9464",
            "127.0.0.1:9464",
            "[::1]:9464",
            "ledger.example:1",
            "ledger.example.",
            "metrics",
        ] {
            assert!(lets(ours, loopback), "{ours}");
        }
        for foreign in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:9464",
            "192.0.2.1",
            "user@localhost",
            "",
            "::1",
        ] {
            assert!(!lets(foreign, loopback), "{foreign}");
        }
        assert!(lets("192.0.2.1:9464", "192.0.2.1"));
        assert!(!lets("192.0.2.2:9464", "192.0.2.1"));
    }

    #[test]
    fn a_request_has_one_host_and_its_target_is_ours() {
        let hosts = Arc::new(Hosts::default());
        let local: IpAddr = [127, 0, 0, 1].into();
        let guard = Guard::new(hosts, local, local);
        let request = |target: &str, named: &[&str]| {
            let request = Request::get(target);
            let add = |request: http::request::Builder, host: &&str| request.header("host", *host);
            let request = named.iter().fold(request, add);
            guard.lets_through(&request.body(()).unwrap())
        };
        assert!(request("/", &["localhost"]));
        assert!(!request("/", &[]));
        assert!(!request("/", &["localhost", "localhost"]));
        assert!(request("http://localhost/", &["localhost"]));
        assert!(!request("http://evil.example/", &["localhost"]));
    }
}
