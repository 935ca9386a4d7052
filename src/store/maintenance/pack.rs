//! Packs a store into one compact file, for caches and backups, and unpacks it: written and read
//! once, front to back. Never trusts a file: every length is bounded, and nothing is visible before
//! its digests match.
//!
//! Eight bytes `elcanopk`, the format (u32), then one zstd stream: for each family the length of
//! its name (u16) and the name, its schema (u32), its records (length as u32, canonical encoding),
//! the length 2^32 - 1 as their end, their count (u64) and digest; after the last family the root
//! over all. All numbers are little-endian.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use super::copy::Counts;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::store::record::{Digest, Digester, FORMAT, FamilyDigest, check_format, root};
use crate::store::{Existing, Family, Key, NamedBy, Sink, Source, codec, is_written_in_place, write_with};

const MAGIC: &[u8; 8] = b"elcanopk";
const END: u32 = u32::MAX;
const RECORD_BYTES_MAX: u32 = 512 << 20;
/// Smaller than level 1 by a fifth, and still faster than the disk.
const LEVEL: i32 = 3;
/// Records that go to a sink at a time.
const RECORDS: usize = 2_000;

/// Writes all records of a source into a file.
///
/// # Errors
/// [`Error::Usage`] when the file exists and may not be replaced; a damaged record; an error of the
/// system.
pub fn pack(source: &dyn Source, path: &Path, existing: Existing) -> Result<Counts> {
    if existing != Existing::Replace && path.exists() && !is_written_in_place(path) {
        return Err(Error::Usage(format!("`{}` is there already; --force replaces it", path.display())));
    }
    write_with(path, NamedBy::User, |file| write(source, path, file))
}

fn write(source: &dyn Source, path: &Path, file: &mut File) -> Result<Counts> {
    let io = |error| Error::io("writing", path)(error);
    file.write_all(MAGIC).and_then(|()| file.write_all(&FORMAT.to_le_bytes())).map_err(io)?;
    let encoder = zstd::stream::write::Encoder::new(file, LEVEL).map_err(io)?;
    let mut out = BufWriter::with_capacity(1 << 20, encoder);
    let (mut value, mut digests) = (Vec::new(), Vec::new());
    for family in Family::ALL {
        let name = family.name().as_bytes();
        out.write_all(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes()).map_err(io)?;
        out.write_all(name).map_err(io)?;
        out.write_all(&u32::from(family.schema()).to_le_bytes()).map_err(io)?;
        let mut digester = Digester::new(*family);
        source.scan(*family, &Key::default(), &mut |record| {
            digester.add(&record)?;
            codec::canonical(&record, &mut value)?;
            let length = u32::try_from(value.len()).ok().filter(|length| *length <= RECORD_BYTES_MAX);
            let length =
                length.ok_or_else(|| codec::damaged(record.key().as_bytes(), *family, "too large for a pack"))?;
            out.write_all(&length.to_le_bytes()).and_then(|()| out.write_all(&value)).map_err(io)
        })?;
        let digest = digester.finish();
        out.write_all(&END.to_le_bytes()).map_err(io)?;
        out.write_all(&digest.count.to_le_bytes()).map_err(io)?;
        out.write_all(&digest.digest.0).map_err(io)?;
        digests.push(digest);
    }
    out.write_all(&root(&digests).0).map_err(io)?;
    let encoder = out.into_inner().map_err(|error| io(error.into_error()))?;
    encoder.finish().map_err(io)?;
    Ok(digests.iter().map(|digest| (digest.family, digest.count)).collect())
}

/// Reads a file into a sink, which is finished when all digests match.
///
/// # Errors
/// [`Error::Store`] when the file is no pack, of a newer format, damaged or cut short: the sink is
/// dropped unfinished.
pub fn unpack(path: &Path, mut sink: Box<dyn Sink>) -> Result<Counts> {
    let mut reader = PackReader::open(path)?;
    let mut digests = Vec::new();
    for family in Family::ALL {
        digests.push(reader.family(*family, &mut *sink)?);
    }
    if reader.digest()? != root(&digests) {
        return Err(reader.damaged("the root digest does not match"));
    }
    if reader.stream.read(&mut [0]).map_err(|error| reader.unreadable(&error))? != 0 {
        return Err(reader.damaged("bytes follow its end"));
    }
    sink.finish()?;
    Ok(digests.iter().map(|digest| (digest.family, digest.count)).collect())
}

struct PackReader {
    name: String,
    stream: BufReader<zstd::stream::read::Decoder<'static, BufReader<File>>>,
}

impl PackReader {
    fn open(path: &Path) -> Result<Self> {
        let name = format!("pack:{}", path.display());
        let error = |problem: String| Error::Store { store: name.clone(), problem, source: None };
        let mut file = File::open(path).map_err(Error::io("opening", path))?;
        let mut header = [0; 12];
        match file.read_exact(&mut header) {
            Ok(()) if header.starts_with(MAGIC) => {}
            Err(problem) if problem.kind() != std::io::ErrorKind::UnexpectedEof => {
                return Err(Error::io("reading", path)(problem));
            }
            _ => return Err(error("it is not a packed store".to_owned())),
        }
        let format = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
        check_format(Some(i64::from(format))).map_err(error)?;
        let decoder = zstd::stream::read::Decoder::new(file).map_err(Error::io("reading", path))?;
        Ok(Self { name, stream: BufReader::with_capacity(1 << 20, decoder.single_frame()) })
    }

    fn damaged(&self, problem: impl Into<String>) -> Error {
        Error::Store { store: self.name.clone(), problem: format!("it is damaged: {}", problem.into()), source: None }
    }

    fn unreadable(&self, error: &std::io::Error) -> Error {
        self.damaged(error.to_string())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    fn digest(&mut self) -> Result<Digest> {
        self.bytes().map(Digest)
    }

    fn family(&mut self, family: Family, sink: &mut dyn Sink) -> Result<FamilyDigest> {
        let length = u16::from_le_bytes(self.bytes()?);
        let name = self.exactly(u32::from(length))?;
        let schema = u32::from_le_bytes(self.bytes()?);
        if name != family.name().as_bytes() || schema != u32::from(family.schema()) {
            return Err(self.damaged(format!("family {family} is missing or of another version")));
        }
        let (mut digester, mut waiting) = (Digester::new(family), Vec::with_capacity(RECORDS));
        loop {
            interrupt::check()?;
            let length = u32::from_le_bytes(self.bytes()?);
            if length == END {
                break;
            }
            if length > RECORD_BYTES_MAX {
                return Err(self.damaged(format!("a record of {length} bytes")));
            }
            let value = self.exactly(length)?;
            let record = codec::from_canonical(family, &value).map_err(|problem| self.damaged(problem))?;
            digester.add(&record)?;
            waiting.push(record);
            if waiting.len() == RECORDS {
                sink.put(std::mem::replace(&mut waiting, Vec::with_capacity(RECORDS)))?;
            }
        }
        let digest = digester.finish();
        let count = u64::from_le_bytes(self.bytes()?);
        if (count, self.digest()?) != (digest.count, digest.digest) {
            return Err(self.damaged(format!("the digest of family {family} does not match")));
        }
        if !waiting.is_empty() {
            sink.put(waiting)?;
        }
        Ok(digest)
    }

    /// Memory grows with what is there, not with what a length promises.
    fn exactly(&mut self, length: u32) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.stream).take(u64::from(length)).read_to_end(&mut bytes).map_err(|error| self.unreadable(&error))?;
        if bytes.len() as u64 == u64::from(length) { Ok(bytes) } else { Err(self.damaged("it is cut short")) }
    }
}
