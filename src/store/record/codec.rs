//! Encodes and decodes values: a header of twelve bytes and a payload. Every damage is an error
//! that names family and key, never an absent record and never a panic.
//!
//! Header: encoding (1 byte), schema (2, big-endian), flags (1), checksum (8: BLAKE3 of the four
//! bytes before it and of the payload, cut). The payload is JSON, or postcard, and postcard of more
//! than [`PLAIN_BYTES_MAX`] is compressed where that makes it smaller: its length as 4 bytes
//! big-endian, then one zstd frame.

use std::cell::{Cell, RefCell};

use super::family::{Encoding, Family, Record, Stored, with_record, with_type};
use super::key::Key;
use crate::error::{Error, Result};

/// Length of the header.
pub const HEADER_BYTES: usize = 12;
/// Shorter payloads are never compressed: it enlarges them.
pub const PLAIN_BYTES_MAX: usize = 1024;
/// No compressed payload claims more than this once it is unpacked.
const UNPACKED_BYTES_MAX: usize = 512 << 20;

/// How the damage of a value under another record's key begins.
const MISPLACED: &str = "the value belongs to key";

const JSON: u8 = 1;
const POSTCARD: u8 = 2;
const COMPRESSED: u8 = 1;

/// A thread keeps no more than this for the next value.
const SCRATCH_BYTES_MAX: usize = 1 << 20;

thread_local! {
    // A value is made here and leaves with exactly its length: growing each from nothing costs as
    // much as encoding it.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The bytes of a record: the same from every writer.
pub fn encode(record: &Record, encoding: Encoding) -> Result<Vec<u8>> {
    with_record!(record, record => encode_as(record, encoding))
}

/// Reads the record of a family that was found under a key.
///
/// # Errors
/// [`Error::Record`] when the value is truncated, altered, of a newer schema, or not the record of
/// that key.
pub fn decode(family: Family, key: &[u8], value: &[u8]) -> Result<Record> {
    with_type!(family, T => decode_as::<T>(key, value).map(Record::from))
}

/// The canonical form that digests are made of: postcard, in whichever encoding a store holds it.
/// Replaces what `out` held.
pub fn canonical(record: &Record, out: &mut Vec<u8>) -> Result<()> {
    out.clear();
    *out = with_record!(record, typed => postcard::to_extend(typed, std::mem::take(out)))
        .map_err(|error| damaged(record.key().as_bytes(), record.family(), format!("it cannot be encoded: {error}")))?;
    Ok(())
}

/// The inverse of [`canonical`].
pub(in crate::store) fn from_canonical(family: Family, bytes: &[u8]) -> Result<Record, String> {
    with_type!(family, T => unpostcard::<T>(bytes).map(Record::from))
}

/// A checksum over family, key and all of a record, for engines whose values have no header: the
/// first eight bytes of BLAKE3 of the family's name, the key and the canonical form, each but the
/// last after its length.
pub(in crate::store) fn seal(record: &Record) -> Result<i64> {
    thread_local! {
        static CANONICAL: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    let (name, key, mut value) = (record.family().name(), record.key(), CANONICAL.take());
    canonical(record, &mut value)?;
    let mut hasher = blake3::Hasher::new();
    for part in [name.as_bytes(), key.as_bytes()] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.update(&value);
    if value.capacity() <= SCRATCH_BYTES_MAX {
        CANONICAL.set(value);
    }
    let mut seal = [0; 8];
    seal.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    Ok(i64::from_be_bytes(seal))
}

/// Whether this is the damage of a value that was found under the key of another record.
pub(in crate::store) fn is_misplaced(error: &Error) -> bool {
    matches!(error, Error::Record { problem, .. } if problem.starts_with(MISPLACED))
}

/// [`Error::Record`] for a family and key.
pub(in crate::store) fn damaged(key: &[u8], family: Family, problem: impl Into<String>) -> Error {
    Error::Record { family: family.name(), key: Key::from_bytes(key).to_string(), problem: problem.into() }
}

/// [`encode`] for a known family.
pub fn encode_as<T: Stored>(record: &T, encoding: Encoding) -> Result<Vec<u8>> {
    let encoding = if encoding == Encoding::Family { T::ENCODING } else { encoding };
    let problem = |error: &dyn std::fmt::Display| {
        damaged(record.key().as_bytes(), T::FAMILY, format!("the record cannot be encoded: {error}"))
    };
    let (tag, mut flags) = if encoding == Encoding::Json { (JSON, 0) } else { (POSTCARD, 0) };
    let mut out = SCRATCH.take();
    out.clear();
    out.resize(HEADER_BYTES, 0);
    if tag == JSON {
        serde_json::to_writer(&mut out, record).map_err(|error| problem(&error))?;
    } else {
        out = postcard::to_extend(record, out).map_err(|error| problem(&error))?;
        if let Some(packed) = compress(&out[HEADER_BYTES..]).map_err(|error| problem(&error))? {
            out.truncate(HEADER_BYTES);
            out.extend_from_slice(&packed);
            flags = COMPRESSED;
        }
    }
    out[0] = tag;
    out[1..3].copy_from_slice(&T::SCHEMA.to_be_bytes());
    out[3] = flags;
    let checksum = checksum(&out);
    out[4..HEADER_BYTES].copy_from_slice(&checksum);
    let value = out.clone();
    if out.capacity() <= SCRATCH_BYTES_MAX {
        SCRATCH.set(out);
    }
    Ok(value)
}

/// [`decode`] for a known family.
pub fn decode_as<T: Stored>(key: &[u8], value: &[u8]) -> Result<T> {
    let problem = |text: String| damaged(key, T::FAMILY, text);
    if value.len() < HEADER_BYTES {
        return Err(problem(format!("the value has {} bytes, fewer than its header", value.len())));
    }
    let (tag, flags, payload) = (value[0], value[3], &value[HEADER_BYTES..]);
    if checksum(value) != value[4..HEADER_BYTES] {
        return Err(problem("the checksum does not match".to_owned()));
    }
    let schema = u16::from_be_bytes([value[1], value[2]]);
    if schema != T::SCHEMA {
        let of = if schema > T::SCHEMA { "a newer elcano" } else { "an unknown version" };
        return Err(problem(format!("schema {schema} is of {of}; this one reads {}", T::SCHEMA)));
    }
    let record: T = match (tag, flags) {
        (JSON, 0) => serde_json::from_slice(payload).map_err(|error| problem(format!("not its JSON: {error}")))?,
        (POSTCARD, 0) => unpostcard(payload).map_err(problem)?,
        (POSTCARD, COMPRESSED) => unpostcard(&decompress(payload).map_err(problem)?).map_err(problem)?,
        _ => return Err(problem(format!("encoding {tag} with flags {flags} is unknown"))),
    };
    if record.key().as_bytes() != key {
        return Err(problem(format!("{MISPLACED} {}", record.key())));
    }
    Ok(record)
}

fn checksum(value: &[u8]) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&value[..4]);
    hasher.update(&value[HEADER_BYTES..]);
    let mut out = [0; 8];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    out
}

fn unpostcard<T: Stored>(payload: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(payload) {
        Ok((record, [])) => Ok(record),
        Ok((_, rest)) => Err(format!("{} bytes follow the record", rest.len())),
        Err(error) => Err(format!("not its postcard: {error}")),
    }
}

/// Length and frame, where that is shorter.
pub(in crate::store) fn compress(plain: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    thread_local! {
        // Setting up a context costs more than compressing a small value.
        static CONTEXT: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    let length = u32::try_from(plain.len()).ok().filter(|_| plain.len() <= UNPACKED_BYTES_MAX);
    let Some(length) = length.filter(|_| plain.len() > PLAIN_BYTES_MAX) else { return Ok(None) };
    let frame = CONTEXT.with_borrow_mut(|context| {
        let compressor = match context {
            Some(compressor) => compressor,
            None => context.insert(zstd::bulk::Compressor::new(1)?),
        };
        compressor.compress(plain)
    })?;
    Ok((frame.len() + 4 < plain.len()).then(|| [&length.to_be_bytes(), frame.as_slice()].concat()))
}

/// The inverse of [`compress`].
pub(in crate::store) fn decompress(packed: &[u8]) -> Result<Vec<u8>, String> {
    thread_local! {
        static CONTEXT: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let (length, frame) = packed.split_first_chunk::<4>().ok_or("the compressed payload is truncated")?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > UNPACKED_BYTES_MAX {
        return Err(format!("a payload of {length} bytes is over the limit"));
    }
    // The frame states its length, too: no memory is allocated for a value that contradicts itself.
    match zstd::zstd_safe::get_frame_content_size(frame) {
        Ok(Some(stated)) if stated == length as u64 => {}
        _ => return Err("the compressed payload is not of the length it states".to_owned()),
    }
    let failed = |error| format!("not its zstd frame: {error}");
    let plain = CONTEXT.with_borrow_mut(|context| {
        let decompressor = match context {
            Some(decompressor) => decompressor,
            None => context.insert(zstd::bulk::Decompressor::new().map_err(failed)?),
        };
        decompressor.decompress(frame, length).map_err(failed)
    })?;
    if plain.len() == length { Ok(plain) } else { Err("the compressed payload is truncated".to_owned()) }
}
