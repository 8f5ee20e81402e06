//! Digests of requests: they distinguish a retry from another request.
//!
//! A digest is stored beside events and compared for years, so its input is spelled out here and
//! never changes. Protobuf messages without maps encode the same way every time, and a field added
//! later and not given encodes to nothing, so old digests stay comparable.

use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{BrandId, Currency, Money, RequestId, Timestamp};
use crate::wire::personal::{Path, Personal};
use crate::wire::proto::{api, values};

/// Keeps made ids apart from every other use of the hash.
const MADE_ID: &[u8] = b"campaign-ledger made id";
/// Keeps names of items apart from every other use of the hash.
const ITEM_ID: &[u8] = b"campaign-ledger item of a batch";
/// Bytes of a digest that are kept: with 128 bits, a collision is infeasible.
const KEPT: usize = 16;

/// Digests the content of a write: its method, its own fields, and its context but for `request_id`
/// (the name of the content), `validate_only` (a dry run of the same content) and `prove` (an
/// addition to the answer).
///
/// `rest` is the request without its context. Actor and `occurred_at` are content: a retry has the
/// same ones. Personal texts are left out, or whoever reads a digest could try names: the writer adds
/// them to it, sealed.
pub fn of_request(
    method: &str,
    rest: &mut (impl Message + Personal),
    context: &api::WriteContext,
) -> [u8; KEPT] {
    let mut context = api::WriteContext {
        request_id: String::new(),
        validate_only: false,
        prove: false,
        ..context.clone()
    };
    let parts = [
        method.as_bytes(),
        &plain_bytes(rest),
        &plain_bytes(&mut context),
    ];
    kept(hash(&parts))
}

/// Encodes a message without its personal texts, and leaves it as it was.
fn plain_bytes(message: &mut (impl Message + Personal)) -> Vec<u8> {
    let mut texts = Vec::new();
    let mut take = |_: &Path, text: &mut String| texts.push(std::mem::take(text));
    message.each_personal(&mut Path::default(), &mut take);
    let bytes = message.encode_to_vec();
    let mut texts = texts.into_iter();
    let mut put_back = |_: &Path, text: &mut String| *text = texts.next().unwrap_or_default();
    message.each_personal(&mut Path::default(), &mut put_back);
    bytes
}

/// Digests a claim: its campaign and all it says of the order. The same claim by another actor, or
/// under another request id, is the same claim. The code is left out: the writer adds its keyed
/// digest, which the case makes no difference to.
///
/// `rest` is the request without its context.
pub fn of_claim(rest: &api::RecordConversionRequest) -> [u8; KEPT] {
    let claim = api::RecordConversionRequest {
        code: String::new(),
        // One is what absence means.
        quantity: rest.quantity.filter(|quantity| *quantity != 1),
        value: rest.value.as_ref().map(same_amount),
        ..rest.clone()
    };
    kept(hash(&[&claim.encode_to_vec()]))
}

/// Spells an amount in one way, whether it was told in minor units or as decimal text.
fn same_amount(amount: &values::Money) -> values::Money {
    let told = || {
        let currency = Currency::parse(&amount.currency_code).ok()?;
        Some(Money::parse_decimal(currency, &amount.decimal).ok()?.minor)
    };
    values::Money {
        currency_code: amount.currency_code.clone(),
        minor_units: amount.minor_units.or_else(told).filter(|minor| *minor != 0),
        decimal: String::new(),
    }
}

/// Makes an id for a call that gives none.
///
/// Without a request id it is a UUIDv7, which is new. With one it is a UUIDv8 from the
/// SHA-256 of brand, request id and field, so that a retry of the request makes the same id.
pub fn made_id(brand: &BrandId, request: Option<&RequestId>, field: &str, now: Timestamp) -> Uuid {
    let Some(request) = request else {
        return Uuid::new_v7(uuid_time(now));
    };
    let parts = [
        MADE_ID,
        brand.as_str().as_bytes(),
        request.as_str().as_bytes(),
        field.as_bytes(),
    ];
    uuid::Builder::from_custom_bytes(kept(hash(&parts))).into_uuid()
}

/// Names an item of a batch: by the SHA-256 of the batch's request id, and its place.
pub fn item_id(batch: &RequestId, index: usize) -> RequestId {
    let digest = kept(hash(&[ITEM_ID, batch.as_str().as_bytes()]));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let id = format!("{hex}:{index}");
    RequestId::parse(&id).expect("hex and a number keep the rule of request ids")
}

fn uuid_time(now: Timestamp) -> uuid::Timestamp {
    let (seconds, nanos) = now.parts();
    let (seconds, nanos) = (seconds.cast_unsigned(), nanos.cast_unsigned());
    uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos)
}

/// Hashes parts, each after its length, so that no two lists of parts hash alike.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn kept(hash: [u8; 32]) -> [u8; KEPT] {
    let (kept, _) = hash.split_first_chunk().expect("32 bytes begin with 16");
    *kept
}
