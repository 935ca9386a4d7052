//! Defines records as every engine keeps them: families, keys, encodings, batches and digests.
//! Never names an engine, and never opens a file.
//!
//! Its own floors, lowest first: `format` and `key`, `family`, `batch` and `codec`, `digest`.

mod batch;
pub mod codec;
mod digest;
mod family;
mod format;
mod key;

pub use batch::{Batch, Put, PutValue};
pub(super) use digest::BUCKETS;
pub use digest::{Digest, Digester, FamilyDigest, content_root, root};
pub use family::{Encoding, Family, Record, Stored};
pub(super) use family::{with_record, with_type};
pub use format::FORMAT;
pub(super) use format::check_format;
pub use key::{KEY_BYTES_MAX, Key};
