//! Describes how a store is opened: for what, in which encoding, how durable. Plain data; never
//! opens anything.

use super::record::Encoding;

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Reading; the store must be there.
    #[default]
    Read,
    /// Reading and writing; the store must be there.
    Write,
    /// Reading and writing; a new store is made where none is.
    Create,
}

/// When what was written survives a power cut. A process that dies loses nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// From the end of each transaction on.
    #[default]
    Commit,
    /// From [`crate::store::Store::flush`] on; a power cut before it may cost the whole store. For
    /// stores that can be made again.
    Flush,
}

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOptions {
    /// For reading, for writing, or to be made.
    pub access: Access,
    /// How new values are written.
    pub encoding: Encoding,
    /// When they are safe.
    pub durability: Durability,
    /// LMDB's first map in bytes; it grows when it is full. By default as much as the address space
    /// gives, up to 64 GiB.
    pub map_bytes: Option<u64>,
    /// Go ahead on a network file system, where locks may not work.
    pub allow_network: bool,
}

impl OpenOptions {
    /// Reading only.
    #[must_use]
    pub fn read() -> Self {
        Self::default()
    }

    /// Reading and writing, made where it is missing.
    #[must_use]
    pub fn create() -> Self {
        Self { access: Access::Create, ..Self::default() }
    }
}
