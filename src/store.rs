//! The store: everything that elcano keeps, in families of records. Offers one list of families,
//! two small traits ([`Source`] and [`Sink`]) that every engine has, and [`Store`] for the engines
//! that a run can live on. Never interprets what it keeps.
//!
//! Its floors, lowest first; a file uses only floors below its own:
//!
//! 1. `record` (families, keys, encodings, batches, digests), `url`, `sync` (latch, queue),
//!    `atomic_replace`, `named_path` (links that are followed or refused), `disk`;
//! 2. `options`, `engine` (the traits), `links`, `lock`, `named_file` (files that were named),
//!    `checked`;
//! 3. `lookup` and `executions` (typed reading and the log of runs), `writer` (the writing thread);
//! 4. the engines: `lmdb`, `relational` (tables, SQLite, DuckDB);
//! 5. `open`, and above it `destination`: they choose an engine by URL;
//! 6. `maintenance` (copy, verify, gc, pack, doctor, quarantine).

mod atomic_replace;
mod checked;
mod destination;
mod disk;
mod engine;
mod executions;
mod links;
mod lmdb;
mod lock;
mod lookup;
mod maintenance;
mod named_file;
mod named_path;
mod open;
mod options;
mod record;
mod relational;
mod sync;
mod url;
mod writer;

pub use atomic_replace::Temporary;
pub use destination::{Existing, export_to, write_to};
pub use engine::{Sink, Source, Store, Visit};
pub use links::FOLDER;
pub use lock::RunLock;
pub use maintenance::{
    Collected, Counts, DIFFERENCES_MAX, Diagnosis, RecordDifference, Verification, collect, copy, diagnose, digest,
    digest_all, pack, quarantine, unpack, verify,
};
pub use named_file::{is_written_in_place, read_file, read_text, write_in_place, write_with};
pub use named_path::{NamedBy, destination, follow};
pub use open::{check_structure, open, read_from};
pub use options::{Access, Durability, OpenOptions};
pub use record::{
    Batch, Digest, Digester, Encoding, FORMAT, Family, FamilyDigest, KEY_BYTES_MAX, Key, Put, PutValue, Record, Stored,
    codec, content_root, root,
};
pub use relational::{can_start as can_start_duckdb, table};
pub use url::StoreUrl;
pub use writer::{BatchLimits, Sender, Writer, Written};
