//! Checks a data file before LMDB maps it. LMDB trusts its pages, so a truncated file is a SIGBUS
//! and a corrupt page a SIGSEGV. Uses plain reads, checks every bound, never writes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

const MAGIC: u32 = 0xBEEF_C0DE;
const DATA_VERSION: u32 = 1;
const PAGE_HEADER: usize = 16;
const NODE_HEADER: usize = 8;
const NO_PAGE: u64 = u64::MAX;
/// A tree of this depth would hold more than any disk.
const DEPTH_MAX: usize = 48;

const IS_BRANCH: u16 = 0x01;
const IS_LEAF: u16 = 0x02;
const IS_OVERFLOW: u16 = 0x04;
const IS_META: u16 = 0x08;
const ON_OVERFLOW: u16 = 0x01;
const SUB_TREE: u16 = 0x02;

/// The newest meta page.
struct Meta {
    page_bytes: usize,
    roots: [u64; 2],
    last_page: u64,
    txn: u64,
}

/// Checks the meta pages, and every reachable page when the file is shorter than they state (which
/// is allowed as long as only free pages are missing).
pub(super) fn check(path: &Path) -> Result<(), String> {
    let file = open(path)?;
    loop {
        let meta = newest_meta(&file)?;
        let length = length(&file)?;
        if length >= (meta.last_page + 1).saturating_mul(meta.page_bytes as u64) {
            return Ok(());
        }
        let result = check_reachable(&file, &meta);
        // A writer may have gone on meanwhile and used pages of this state again.
        if newest_meta(&file)?.txn == meta.txn {
            return result.map_err(|problem| format!("the file is truncated: {problem}"));
        }
    }
}

/// Checks every page that the newest state reaches.
pub(super) fn check_all(path: &Path) -> Result<(), String> {
    let file = open(path)?;
    loop {
        let meta = newest_meta(&file)?;
        let result = check_reachable(&file, &meta);
        if newest_meta(&file)?.txn == meta.txn {
            return result;
        }
    }
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("`{}` cannot be opened: {error}", path.display()))
}

fn length(file: &File) -> Result<u64, String> {
    file.metadata().map(|found| found.len()).map_err(|error| error.to_string())
}

fn newest_meta(file: &File) -> Result<Meta, String> {
    let first = read_meta(file, 0)?;
    let second = read_meta(file, first.page_bytes as u64)?;
    if second.page_bytes != first.page_bytes {
        return Err("its two meta pages disagree".to_owned());
    }
    Ok(if second.txn > first.txn { second } else { first })
}

fn read_meta(file: &File, offset: u64) -> Result<Meta, String> {
    let mut bytes = [0; 152];
    file.read_exact_at(&mut bytes, offset).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file ends within its meta pages".to_owned(),
        _ => error.to_string(),
    })?;
    if u16_at(&bytes, 10) & IS_META == 0 || u32_at(&bytes, 16) != MAGIC {
        return Err("it is not an LMDB file".to_owned());
    }
    if u32_at(&bytes, 20) != DATA_VERSION {
        return Err(format!("it is an LMDB file of another version ({})", u32_at(&bytes, 20)));
    }
    let page_bytes = u32_at(&bytes, 40) as usize;
    if !page_bytes.is_power_of_two() || !(512..=65_536).contains(&page_bytes) {
        return Err(format!("its page size {page_bytes} is impossible"));
    }
    // Two trees of 48 bytes follow at 40: the free list and the named databases; a root is the last
    // field of each.
    let roots = [u64_at(&bytes, 80), u64_at(&bytes, 128)];
    Ok(Meta { page_bytes, roots, last_page: u64_at(&bytes, 136), txn: u64_at(&bytes, 144) })
}

struct Walk<'f> {
    file: &'f File,
    page_bytes: usize,
    pages: u64,
    seen: Vec<u64>,
    open: Vec<(u64, usize)>,
}

fn check_reachable(file: &File, meta: &Meta) -> Result<(), String> {
    let pages = (length(file)? / meta.page_bytes as u64).min(meta.last_page.saturating_add(1));
    let words = usize::try_from(pages / 64 + 1).map_err(|error| error.to_string())?;
    let mut walk = Walk { file, page_bytes: meta.page_bytes, pages, seen: vec![0; words], open: Vec::new() };
    walk.open.extend(meta.roots.iter().filter(|root| **root != NO_PAGE).map(|root| (*root, 0)));
    let mut page = vec![0; meta.page_bytes];
    while let Some((number, depth)) = walk.open.pop() {
        walk.claim(number, 1)?;
        walk.read(number, &mut page)?;
        walk.check_page(number, depth, &page).map_err(|problem| format!("page {number}: {problem}"))?;
    }
    Ok(())
}

impl Walk<'_> {
    /// A page belongs to one place only, and lies within the file.
    fn claim(&mut self, first: u64, count: u64) -> Result<(), String> {
        let end = first.checked_add(count).filter(|end| *end <= self.pages && first >= 2);
        let end = end.ok_or_else(|| format!("page {first} is referred to, and the file has {} pages", self.pages))?;
        for number in first..end {
            let word = usize::try_from(number / 64).ok().and_then(|word| self.seen.get_mut(word));
            let word = word.ok_or("a page number is out of range")?;
            if *word & (1 << (number % 64)) != 0 {
                return Err(format!("page {number} is referred to twice"));
            }
            *word |= 1 << (number % 64);
        }
        Ok(())
    }

    fn read(&self, number: u64, page: &mut [u8]) -> Result<(), String> {
        self.file
            .read_exact_at(page, number * self.page_bytes as u64)
            .map_err(|error| format!("page {number}: {error}"))
    }

    fn check_page(&mut self, number: u64, depth: usize, page: &[u8]) -> Result<(), String> {
        if u64_at(page, 0) != number || depth > DEPTH_MAX {
            return Err("it is not the page that is referred to".to_owned());
        }
        let is_branch = match u16_at(page, 10) & (IS_BRANCH | IS_LEAF | IS_OVERFLOW | IS_META) {
            IS_BRANCH => true,
            IS_LEAF => false,
            _ => return Err("it is neither branch nor leaf".to_owned()),
        };
        let (lower, upper) = (usize::from(u16_at(page, 12)), usize::from(u16_at(page, 14)));
        if lower < PAGE_HEADER || lower > upper || upper > page.len() || (is_branch && lower == PAGE_HEADER) {
            return Err("its bounds are impossible".to_owned());
        }
        for pointer in (PAGE_HEADER..lower - lower % 2).step_by(2) {
            let start = usize::from(u16_at(page, pointer));
            if start < upper || start + NODE_HEADER > page.len() {
                return Err("an entry lies outside of it".to_owned());
            }
            self.check_node(is_branch, depth, &page[start..])?;
        }
        Ok(())
    }

    /// One entry; `node` reaches from its start to the end of the page.
    fn check_node(&mut self, is_branch: bool, depth: usize, node: &[u8]) -> Result<(), String> {
        let (mut low, mut high) = (u16_at(node, 0), u16_at(node, 2));
        if cfg!(target_endian = "big") {
            std::mem::swap(&mut low, &mut high);
        }
        let (flags, key_bytes) = (u16_at(node, 4), usize::from(u16_at(node, 6)));
        let data = node.get(NODE_HEADER + key_bytes..).ok_or("a key reaches over its end")?;
        let number = u64::from(low) | u64::from(high) << 16;
        if is_branch {
            self.open.push((number | u64::from(flags) << 32, depth + 1));
            return Ok(());
        }
        let data_bytes = usize::try_from(number).map_err(|error| error.to_string())?;
        if flags & ON_OVERFLOW != 0 {
            let first = u64_at(data.get(..8).ok_or("a value reaches over its end")?, 0);
            return self.check_overflow(first, data_bytes);
        }
        let data = data.get(..data_bytes).ok_or("a value reaches over its end")?;
        if flags & SUB_TREE != 0 {
            let root = u64_at(data.get(..48).ok_or("a database is cut short")?, 40);
            if root != NO_PAGE {
                self.open.push((root, depth + 1));
            }
        }
        Ok(())
    }

    fn check_overflow(&mut self, first: u64, data_bytes: usize) -> Result<(), String> {
        let mut header = [0; PAGE_HEADER];
        if first >= self.pages {
            return Err(format!("its value is on page {first}, and the file has {} pages", self.pages));
        }
        self.read(first, &mut header)?;
        let count = u64::from(u32_at(&header, 12));
        let room = count.saturating_mul(self.page_bytes as u64);
        if u64_at(&header, 0) != first
            || u16_at(&header, 10) & IS_OVERFLOW == 0
            || room < (PAGE_HEADER + data_bytes) as u64
        {
            return Err(format!("page {first} does not hold its value"));
        }
        self.claim(first, count)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
