//! Records as every engine keeps them: the list of families, keys, encodings, batches and digests.
//! Never knows an engine, and never opens a file.

mod batch;
pub mod codec;
mod digest;
mod family;
mod format;
mod key;

pub use batch::{Batch, Put, Value};
pub(super) use digest::BUCKETS;
pub use digest::{Digest, Digester, FamilyDigest, content_root, root};
pub use family::{Encoding, Family, Record, Stored};
pub(super) use family::{with_record, with_type};
pub use format::FORMAT;
pub(super) use format::check_format;
pub use key::{KEY_BYTES_MAX, Key};
