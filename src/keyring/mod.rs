//! The keyring: one key for each person, so that destroying a key erases the person.
//!
//! Personal texts are sealed by [`Sealer`] before a command is decided, and opened by [`open`] after
//! an answer is rendered. A key is durable before an event that needs it is appended. A destroyed
//! key leaves a tombstone, which is never filled again.
//!
//! ```text
//! master key ── wraps ──> keys in the keyring ── seal ──> texts in the log
//!  (a file)               (a file, FileKeyring)
//! ```
//!
//! Owns the files of keys, their backup and the change of the master key. Does not know which texts
//! are personal or who may read them. No key and no text is ever in an error, a log line or the
//! output of `Debug`.

mod backup;
mod contract;
mod digest;
mod disk;
mod draft;
mod error;
mod file;
mod header;
mod index;
mod inspect;
mod key;
mod load;
mod master;
mod master_id;
mod memory;
mod rotate;
mod seal;
mod slot;
mod wrap;

#[cfg(test)]
mod tests;

pub use backup::{Backup, Restored};
pub use contract::{Keyring, Slot};
pub use digest::digest_of;
pub use error::Error;
pub use file::FileKeyring;
pub use inspect::{Inspected, Label, inspect};
pub use key::{Key, KeyFor, NewKey};
pub use load::Healed;
pub use master::MasterKey;
pub use master_id::MasterKeyId;
pub use memory::{MemoryKeyring, WithoutKeys};
pub use rotate::{resume, rotate, rotate_into};
pub use seal::{Hidden, Mark, Sealer, open, open_text};
