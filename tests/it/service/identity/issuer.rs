//! An issuer of tokens: its keys, the tokens it signs, and the address of its keys.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::Files;
use crate::support::server::{Server, day};

pub const ISSUER: &str = "https://issuer.example.org";
pub const AUDIENCE: &str = "campaign-ledger";

/// For tests only; nothing trusts it.
const RSA: &str = include_str!("rsa-2048.base64");

/// A key that signs tokens.
pub enum Key {
    Rs256(RsaKeyPair),
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Key {
    pub fn rs256() -> Self {
        let der = STANDARD.decode(RSA.replace('\n', "")).unwrap();
        Self::Rs256(RsaKeyPair::from_der(&der).unwrap())
    }

    pub fn es256() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let der = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self::Es256(EcdsaKeyPair::from_pkcs8(algorithm, der.as_ref(), &random).unwrap())
    }

    pub fn ed_dsa() -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::EdDsa(Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap())
    }

    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    /// The public key as a set has it.
    pub fn public(&self, id: &str) -> Value {
        match self {
            Self::Rs256(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (
                    URL_SAFE_NO_PAD.encode(public.n),
                    URL_SAFE_NO_PAD.encode(public.e),
                );
                json!({"kty": "RSA", "use": "sig", "kid": id, "alg": "RS256", "n": n, "e": e})
            }
            Self::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
                json!({"kty": "EC", "crv": "P-256", "kid": id, "x": x, "y": y})
            }
            Self::EdDsa(pair) => {
                let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": x})
            }
        }
    }

    /// The bytes of the public key, as somebody would misuse them as a secret.
    pub fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::Rs256(pair) => pair.public_key().as_ref().to_vec(),
            Self::Es256(pair) => pair.public_key().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// Signs these claims.
    pub fn token(&self, id: &str, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm(), "typ": "JWT", "kid": id});
        self.token_of(&header, claims)
    }

    /// Signs these claims under any header.
    pub fn token_of(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// Everything of a token but its signature.
pub fn message(header: &Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// Claims that are right for an hour from the beginning of the clock of tests.
pub fn claims(subject: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject,
        "exp": day(0).seconds + 3_600, "nbf": day(0).seconds - 60,
    })
}

pub fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

pub fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A server that takes tokens by the keys in `jwks.json` or at an address.
pub async fn server(files: &Files, policy: &str, jwks: &str) -> Server {
    let policy = files.write("policy.toml", policy);
    Server::with(|config| {
        config.policy = policy;
        config.jwt_issuer = ISSUER.to_owned();
        config.jwt_audience = AUDIENCE.to_owned();
        config.jwt_jwks = jwks.to_owned();
        config.jwt_jwks_ca = match std::fs::exists(files.path("jwks-ca.pem")).unwrap() {
            true => files.path("jwks-ca.pem"),
            false => std::path::PathBuf::new(),
        };
    })
    .await
}

/// What the address of keys does.
#[derive(Clone)]
pub enum Does {
    /// Answers with this text.
    Answer(String),
    /// Answers with another status.
    Fail,
    /// Takes requests and never answers.
    Nothing,
    /// Sends and sends.
    Flood,
}

/// The address of keys.
pub struct Site {
    pub address: SocketAddr,
    does: Arc<Mutex<Does>>,
    asked: Arc<Mutex<u32>>,
}

impl Site {
    pub async fn start(does: Does, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            does: Arc::new(Mutex::new(does)),
            asked: Arc::default(),
        };
        let (does, asked) = (Arc::clone(&site.does), Arc::clone(&site.asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *asked.lock().unwrap() += 1;
                let does = does.lock().unwrap().clone();
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                answer(stream, does).await;
                            }
                        }
                        None => answer(stream, does).await,
                    }
                });
            }
        });
        site
    }

    pub fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    pub fn now(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// How often it was asked.
    pub fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, does: Does) {
    let _ = stream.read(&mut [0; 4096]).await;
    match does {
        Does::Answer(text) => {
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Does::Fail => {
            let answer = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
            let _ = stream.write_all(answer).await;
        }
        Does::Nothing => tokio::time::sleep(Duration::from_secs(60)).await,
        Does::Flood => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b' '; 4096]).await.is_ok() {}
        }
    }
}
