//! Page tokens (AIP-158): where the next page begins, opaque and tamper-proof.
//!
//! A token is URL-safe base64 of a version, the digest of the query it belongs to, the key of the
//! last row sent and an HMAC-SHA256 over all of that. The MAC key is in the data directory, so
//! tokens stay valid after a restart. Does not know what a key means. Keys are not encrypted, only
//! protected against changes.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use prost::{Message, Name};
use sha2::{Digest as _, Sha256};

use super::request::method_of;
use crate::causes::with_causes;
use crate::domain::Principal;
use crate::files;

/// Name of the key file in the data directory.
pub const KEY_FILE: &str = "page-token.key";

/// Longest key of a row; ours are a few ids of 64 characters.
pub const MAX_LAST_KEY_BYTES: usize = 1024;

/// Changes when the bytes of a token mean something else; old tokens are then refused.
const VERSION: u8 = 1;

/// Length of the MAC key: as long as the hash, more adds nothing.
const KEY_BYTES: usize = 32;

/// 128 bits: a query cannot be made to collide with another one.
const DIGEST_BYTES: usize = 16;

/// 128 bits: guessing is infeasible, and tokens stay short.
const TAG_BYTES: usize = 16;

/// Keeps the MACs of tokens apart from any other use of the key.
const PURPOSE: &[u8] = b"campaign-ledger page token";

/// Keeps the digests of queries apart from them.
const QUERY_PURPOSE: &[u8] = b"campaign-ledger page token query";

/// Longest token: what the longest key encodes to.
const MAX_TOKEN_CHARS: usize = (1 + DIGEST_BYTES + MAX_LAST_KEY_BYTES + TAG_BYTES).div_ceil(3) * 4;

/// Why a token is refused; both are the caller's mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a token of this ledger, or changed since.
    #[error("the page token was not made by this ledger")]
    Malformed,
    /// Made for other filters, another order or another method.
    #[error("the page token belongs to another query; only page_size may change between pages")]
    OtherQuery,
}

/// The query a token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query([u8; DIGEST_BYTES]);

impl Query {
    /// Takes a request **without** `page_size` and `page_token`; its type names the method.
    pub fn of<R: Message + Name>(request: &R) -> Self {
        Self::new(method_of::<R>(), request)
    }

    /// Takes the full name of the method and its request **without** `page_size` and
    /// `page_token`.
    ///
    /// Requests encode the same way each time as long as they hold no `map<>`.
    pub fn new(method: &str, request: &impl Message) -> Self {
        let mut hash = Sha256::new();
        // The length keeps the two parts apart.
        hash.update((method.len() as u64).to_be_bytes());
        hash.update(method);
        hash.update(request.encode_to_vec());
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
        Self(digest)
    }
}

impl Query {
    /// The same query by somebody: nobody goes on with the pages of another principal.
    #[must_use]
    pub fn by(self, principal: &Principal) -> Self {
        if *principal == Principal::none() {
            return self;
        }
        let hash = Sha256::new()
            .chain_update(self.0)
            .chain_update(principal.as_bytes());
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
        Self(digest)
    }
}

/// Makes and reads tokens.
#[derive(Clone)]
pub struct PageTokens {
    key: [u8; KEY_BYTES],
}

impl PageTokens {
    /// Takes the MAC key.
    pub fn new(key: [u8; KEY_BYTES]) -> Self {
        Self { key }
    }

    /// Takes the MAC key in `data_dir`. Creates one there on first use, or in place of a damaged
    /// one.
    ///
    /// A key that cannot be written, as on a full disk, is used until the process ends: tokens are
    /// then refused after a restart, and reads go on.
    ///
    /// # Errors
    /// The file cannot be read, or the system has no random bytes.
    #[expect(clippy::disallowed_methods, reason = "a key is made of chance")]
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(KEY_FILE);
        let is_damaged = match files::read(&path)? {
            None => false,
            Some(bytes) => match <[u8; KEY_BYTES]>::try_from(bytes) {
                Ok(key) => return Ok(Self::new(key)),
                Err(_) => true,
            },
        };
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        if let Err(error) = keep(&path, &key, is_damaged) {
            let (path, error) = (path.display(), with_causes(&error));
            tracing::warn!(%path, error, "the new key of page tokens is not kept: tokens end with this process");
        }
        Ok(Self::new(key))
    }

    /// Makes the token of the page that begins after `last_key`.
    ///
    /// # Panics
    /// Never for keys up to [`MAX_LAST_KEY_BYTES`]; a longer one is a bug in the view.
    pub fn make(&self, query: Query, last_key: &[u8]) -> String {
        assert!(
            last_key.len() <= MAX_LAST_KEY_BYTES,
            "row keys are shorter than MAX_LAST_KEY_BYTES"
        );
        let mut bytes = Vec::with_capacity(1 + DIGEST_BYTES + last_key.len() + TAG_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.keyed(query));
        bytes.extend_from_slice(last_key);
        let tag = self.mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the key after which the page begins.
    ///
    /// # Errors
    /// [`Error::Malformed`] for anything this ledger did not make, [`Error::OtherQuery`] for a
    /// token of another query.
    pub fn read(&self, query: Query, token: &str) -> Result<Vec<u8>, Error> {
        if token.len() > MAX_TOKEN_CHARS {
            return Err(Error::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| Error::Malformed)?;
        let (signed, tag) = bytes
            .split_last_chunk::<TAG_BYTES>()
            .ok_or(Error::Malformed)?;
        self.mac(signed)
            .verify_truncated_left(tag)
            .map_err(|_| Error::Malformed)?;
        let (version, rest) = signed.split_first().ok_or(Error::Malformed)?;
        let (digest, last_key) = rest
            .split_first_chunk::<DIGEST_BYTES>()
            .ok_or(Error::Malformed)?;
        if *version != VERSION {
            return Err(Error::Malformed);
        }
        if *digest != self.keyed(query) {
            return Err(Error::OtherQuery);
        }
        Ok(last_key.to_vec())
    }

    /// Returns the digest of a query as tokens have it: keyed, because a query may name a person.
    fn keyed(&self, query: Query) -> [u8; DIGEST_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes any key length");
        mac.update(QUERY_PURPOSE);
        mac.update(&query.0);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        std::array::from_fn(|index| digest[index])
    }

    fn mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes any key length");
        mac.update(PURPOSE);
        mac.update(signed);
        mac
    }
}

/// Shows that there is a key, not the key.
impl std::fmt::Debug for PageTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageTokens")
    }
}

/// Writes a new key. A file that is not a key is renamed.
fn keep(path: &Path, key: &[u8], is_damaged: bool) -> io::Result<()> {
    if is_damaged {
        let aside = files::set_aside(path)?;
        let (path, aside) = (path.display(), aside.display());
        tracing::warn!(%path, %aside, "the key of page tokens is damaged and was renamed: earlier tokens are refused");
    }
    files::replace(path, key)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use proptest::prelude::*;

    use super::*;

    fn tokens() -> PageTokens {
        PageTokens::new([7; KEY_BYTES])
    }

    fn query(filter: &str) -> Query {
        Query::new(
            "/campaign.ledger.v1.CampaignService/ListCampaigns",
            &filter.to_owned(),
        )
    }

    #[test]
    fn a_token_of_another_query_is_refused_as_such() {
        let token = tokens().make(query("open"), b"c-1");
        assert_eq!(
            tokens().read(query("closed"), &token),
            Err(Error::OtherQuery)
        );
        let other_method = Query::new("/a.B/C", &"open".to_owned());
        assert_eq!(tokens().read(other_method, &token), Err(Error::OtherQuery));
    }

    #[test]
    fn a_token_of_another_ledger_is_refused() {
        let token = PageTokens::new([8; KEY_BYTES]).make(query("open"), b"c-1");
        assert_eq!(tokens().read(query("open"), &token), Err(Error::Malformed));
    }

    #[test]
    fn the_longest_key_fits() {
        let key = [b'k'; MAX_LAST_KEY_BYTES];
        let token = tokens().make(query("open"), &key);
        assert_eq!(tokens().read(query("open"), &token).unwrap(), key);
        let longer = format!("{token}{token}");
        assert_eq!(tokens().read(query("open"), &longer), Err(Error::Malformed));
    }

    #[test]
    fn the_key_is_made_once_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = PageTokens::open(dir.path()).unwrap();
        let mode = fs::metadata(dir.path().join(KEY_FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = PageTokens::open(dir.path()).unwrap();
        assert_eq!(first.key, again.key);
        let elsewhere = tempfile::tempdir().unwrap();
        assert_ne!(first.key, PageTokens::open(elsewhere.path()).unwrap().key);
    }

    #[test]
    fn a_start_that_died_half_way_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("page-token.key.new"), b"half").unwrap();
        PageTokens::open(dir.path()).unwrap();
    }

    #[test]
    fn a_damaged_key_file_is_set_aside() {
        for length in [0, KEY_BYTES - 1, KEY_BYTES + 1] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(KEY_FILE), vec![1; length]).unwrap();
            let made = PageTokens::open(dir.path()).unwrap();
            let again = PageTokens::open(dir.path()).unwrap();
            assert_eq!(made.key, again.key);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
        }
    }

    #[test]
    fn a_key_that_cannot_be_kept_serves_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        // A directory, which `remove_file` cannot remove, is in the place of the key.
        fs::create_dir(dir.path().join("page-token.key.new")).unwrap();
        let tokens = PageTokens::open(dir.path()).unwrap();
        let token = tokens.make(query("open"), b"c-1");
        assert_eq!(tokens.read(query("open"), &token).unwrap(), b"c-1");
    }

    proptest! {
        #[test]
        fn a_token_gives_back_its_key(
            key in proptest::collection::vec(any::<u8>(), 0..=MAX_LAST_KEY_BYTES),
            filter in "\\PC*",
        ) {
            let token = tokens().make(query(&filter), &key);
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            prop_assert_eq!(tokens().read(query(&filter), &token), Ok(key));
        }

        #[test]
        fn any_changed_byte_is_refused(
            key in proptest::collection::vec(any::<u8>(), 0..80),
            at in any::<prop::sample::Index>(),
            flip in 1..=127_u8,
        ) {
            let token = tokens().make(query("open"), &key);
            let mut bytes = token.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert_eq!(tokens().read(query("open"), &changed), Err(Error::Malformed));
            }
        }

        #[test]
        fn a_shortened_token_is_refused(
            key in proptest::collection::vec(any::<u8>(), 0..80),
            cut in any::<prop::sample::Index>(),
        ) {
            let token = tokens().make(query("open"), &key);
            let shorter = &token[..cut.index(token.len())];
            prop_assert_eq!(tokens().read(query("open"), shorter), Err(Error::Malformed));
        }

        #[test]
        fn anything_else_is_refused(text in "(\\PC|[A-Za-z0-9_-]){0,200}") {
            prop_assert_eq!(tokens().read(query("open"), &text), Err(Error::Malformed));
        }
    }
}
