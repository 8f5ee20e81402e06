//! A row of any table, so that one ordered map holds the rows of all tables.
//!
//! Owns the type erasure, the downcast to the row type, and the row encoding (postcard). Does not
//! know keys: the owner of key and row checks that the key's table tag fits the row's type.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use postcard::ser_flavors::Size;

use super::Row;

/// A shared row without its type. The reader names the type.
#[derive(Clone)]
pub struct AnyRow(Arc<dyn Erased>);

impl AnyRow {
    /// Wraps a row.
    pub fn of<R: Row>(row: R) -> Self {
        Self(Arc::new(row))
    }

    /// Returns the shared row; `None` when it is not an `R`.
    pub fn typed<R: Row>(&self) -> Option<Arc<R>> {
        let any: Arc<dyn Any + Send + Sync> = Arc::clone(&self.0) as _;
        any.downcast().ok()
    }

    /// Opens the row for a change and copies it first when it is shared; `None` when it is not an
    /// `R`.
    pub fn typed_mut<R: Row>(&mut self) -> Option<&mut R> {
        if Arc::get_mut(&mut self.0).is_none() {
            let shared: &dyn Any = &*self.0;
            self.0 = Arc::new(shared.downcast_ref::<R>()?.clone());
        }
        let owned: &mut dyn Any = Arc::get_mut(&mut self.0)?;
        owned.downcast_mut()
    }

    /// Appends the encoded row to `out`.
    ///
    /// # Errors
    /// Returns an error when the row's type holds something that postcard cannot encode. The
    /// content of `out` is then undefined.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), postcard::Error> {
        self.0.encode(out)
    }

    /// Returns the length of the encoded row in bytes; 0 for a row that cannot be encoded.
    pub fn encoded_bytes(&self) -> usize {
        self.0.encoded_bytes()
    }

    /// Returns the size of the row value itself, without what it points to.
    pub fn shallow_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

impl PartialEq for AnyRow {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl fmt::Debug for AnyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// Decodes one row from exactly these bytes.
///
/// # Errors
/// Returns an error when the bytes are not exactly one encoded `R`.
pub fn decode<R: Row>(bytes: &[u8]) -> Result<R, postcard::Error> {
    let (row, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() {
        Ok(row)
    } else {
        Err(postcard::Error::DeserializeBadEncoding)
    }
}

trait Erased: Any + fmt::Debug + Send + Sync {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), postcard::Error>;
    fn encoded_bytes(&self) -> usize;
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<R: Row> Erased for R {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), postcard::Error> {
        *out = postcard::to_extend(self, std::mem::take(out))?;
        Ok(())
    }

    fn encoded_bytes(&self) -> usize {
        postcard::serialize_with_flavor(self, Size::default()).unwrap_or(0)
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<R>() == Some(self)
    }
}
