//! Reads the two meta pages of a data file and decides which of its states is the newest, before
//! LMDB maps it. Uses plain reads, believes no field, never writes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Length of the header of a page.
pub(super) const PAGE_HEADER: usize = 16;
/// Length of the description of a tree.
pub(super) const TREE_BYTES: usize = 48;
/// The root of an empty tree.
pub(super) const NO_PAGE: u64 = u64::MAX;

const MAGIC: u32 = 0xBEEF_C0DE;
const DATA_VERSION: u32 = 1;
const META_PAGE: u16 = 0x08;
const META_BYTES: usize = 152;
/// Keys of the free list are numbers; no other flag of its tree or of the file is ever set here.
const NUMBER_KEYS: u16 = 0x08;
/// How often the meta pages are read until they stand still: a writer may be at them.
const READS_MAX: usize = 1_000;

/// Why a data file must not be mapped.
#[derive(Debug)]
pub(in crate::store) enum Fault {
    /// Its structure is not as LMDB and elcano write it.
    Damaged(String),
    /// It is an LMDB file, and not elcano's.
    Foreign(String),
    /// It cannot be read: no permission, no regular file, a failing disk.
    Unreadable(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<String> for Fault {
    fn from(problem: String) -> Self {
        Self::Damaged(problem)
    }
}

impl From<&str> for Fault {
    fn from(problem: &str) -> Self {
        Self::Damaged(problem.to_owned())
    }
}

/// What a file states of one tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) pad: u32,
    pub(super) flags: u16,
    pub(super) depth: u16,
    pub(super) branch_pages: u64,
    pub(super) leaf_pages: u64,
    pub(super) overflow_pages: u64,
    pub(super) entries: u64,
    pub(super) root: u64,
}

impl Tree {
    pub(super) fn read(bytes: &[u8; TREE_BYTES]) -> Self {
        Self {
            pad: u32_at(bytes, 0),
            flags: u16_at(bytes, 4),
            depth: u16_at(bytes, 6),
            branch_pages: u64_at(bytes, 8),
            leaf_pages: u64_at(bytes, 16),
            overflow_pages: u64_at(bytes, 24),
            entries: u64_at(bytes, 32),
            root: u64_at(bytes, 40),
        }
    }
}

/// The newest state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) page_bytes: usize,
    /// Pages that are free, by the transaction that freed them.
    pub(super) free: Tree,
    /// The named databases.
    pub(super) main: Tree,
    pub(super) last_page: u64,
    pub(super) txn: u64,
}

/// The newest state. Two states that do not follow each other are damage: LMDB would take the older
/// one for the newest.
pub(super) fn newest(file: &File) -> Result<Meta, Fault> {
    let (first, second) = both(file)?;
    if second.page_bytes != first.page_bytes {
        return Err("its two meta pages disagree".into());
    }
    let follow = first.txn.abs_diff(second.txn) == 1 && first.txn % 2 == 0;
    if !follow && (first.txn, second.txn) != (0, 0) {
        return Err(format!("its two states {} and {} do not follow each other", first.txn, second.txn).into());
    }
    Ok(if second.txn > first.txn { second } else { first })
}

/// Both meta pages, read until they stand still.
fn both(file: &File) -> Result<(Meta, Meta), Fault> {
    let read = || -> Result<_, Fault> {
        let first = read_at(file, 0)?;
        let page_bytes = u64::from(u32_at(&first, 40));
        // A page size that is none is found when the page is looked at.
        let second = if (512..=32_768).contains(&page_bytes) { read_at(file, page_bytes)? } else { first };
        Ok((first, second))
    };
    let mut last = read()?;
    for _ in 0..READS_MAX {
        let again = read()?;
        if again == last {
            break;
        }
        last = again;
    }
    Ok((check(&last.0, 0)?, check(&last.1, 1)?))
}

fn read_at(file: &File, offset: u64) -> Result<[u8; META_BYTES], Fault> {
    let mut bytes = [0; META_BYTES];
    file.read_exact_at(&mut bytes, offset).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Fault::from("the file ends within its meta pages"),
        _ => Fault::Unreadable(error),
    })?;
    Ok(bytes)
}

fn check(bytes: &[u8; META_BYTES], page: u64) -> Result<Meta, Fault> {
    if u16_at(bytes, 10) != META_PAGE || u32_at(bytes, 16) != MAGIC {
        return Err("it is not an LMDB file".into());
    }
    if u32_at(bytes, 20) != DATA_VERSION {
        return Err(format!("it is an LMDB file of another version ({})", u32_at(bytes, 20)).into());
    }
    let page_bytes = u32_at(bytes, 40) as usize;
    if !page_bytes.is_power_of_two() || !(512..=32_768).contains(&page_bytes) {
        return Err(format!("its page size {page_bytes} is impossible").into());
    }
    if u64_at(bytes, 0) != page {
        return Err(format!("meta page {page} says it is page {}", u64_at(bytes, 0)).into());
    }
    let (free, main) = (tree_at(bytes, 40), tree_at(bytes, 88));
    // A fixed address of the map is a flag of LMDB that nobody should use.
    if u64_at(bytes, 24) != 0 || free.flags != NUMBER_KEYS {
        return Err(format!("meta page {page} has flags {:#x}", free.flags).into());
    }
    let (last_page, txn) = (u64_at(bytes, 136), u64_at(bytes, 144));
    if last_page >= u64::MAX / page_bytes as u64 / 2 {
        return Err(format!("its last page {last_page} is impossible").into());
    }
    Ok(Meta { page_bytes, free, main, last_page, txn })
}

fn tree_at(bytes: &[u8; META_BYTES], at: usize) -> Tree {
    let mut tree = [0; TREE_BYTES];
    tree.copy_from_slice(&bytes[at..at + TREE_BYTES]);
    Tree::read(&tree)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_ne_bytes(number)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_ne_bytes(number)
}
