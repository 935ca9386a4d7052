//! Checks a data file before LMDB maps it. LMDB trusts its pages: a truncated file is a SIGBUS, a
//! corrupt page a SIGSEGV, and a corrupt key hides records without a word. So every page that the
//! newest state reaches is looked at: kinds, bounds, entries, the order of keys within and between
//! pages, depths, counts, the list of free pages. Values are not: they carry checksums of their own.
//! Uses plain reads, believes no field, never writes.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustc_hash::FxHashSet;
use rustix::fs::OFlags;

use super::meta::{self, Fault, Meta, NO_PAGE, PAGE_HEADER, Tree, u16_at, u32_at, u64_at};
use crate::interrupt;
use crate::store::KEY_BYTES_MAX;

const NODE_HEADER: usize = 8;
/// LMDB's cursors reach no deeper.
const DEPTH_MAX: u16 = 32;

const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
const OVERFLOW: u16 = 0x04;
const ON_OVERFLOW: u16 = 0x01;
const SUB_TREE: u16 = 0x02;

/// Checks every page that the newest state reaches. A writer may go on meanwhile and use pages of
/// this state again: what was found then means nothing, and the walk begins again.
pub(super) fn check(path: &Path) -> Result<(), Fault> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(Fault::Unreadable(std::io::Error::other("it is not a regular file")));
    }
    loop {
        let state = meta::newest(&file)?;
        match Walk::new(&file, state)?.state() {
            Err(Fault::Damaged(_) | Fault::Foreign(_)) if meta::newest(&file)? != state => {}
            result => return result,
        }
    }
}

/// What the trees of a file hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Lists of free pages under the numbers of transactions.
    Free,
    /// Descriptions of the named databases.
    Databases,
    /// Records.
    Records,
}

/// A page that is to be looked at, and the key before which nothing in it may come.
struct Pending {
    number: u64,
    level: u16,
    separator: Option<Vec<u8>>,
}

struct Walk<'f> {
    file: &'f File,
    state: Meta,
    /// Whole pages of the file that belong to the state.
    pages: u64,
    /// The pages that belong to somebody, a bit each.
    claimed: Vec<u64>,
    /// Free pages after the end of the file: LMDB counts them before it writes them.
    unwritten: FxHashSet<u64>,
    /// The highest page that belongs to somebody.
    highest: u64,
    page: Vec<u8>,
    databases: Vec<Tree>,
}

/// A tree on the way.
struct Progress {
    content: Content,
    depth: u16,
    open: Vec<Pending>,
    /// No key may come before this one, which may itself come again if it is a separator.
    last: Option<(Vec<u8>, bool)>,
    branch_pages: u64,
    leaf_pages: u64,
    overflow_pages: u64,
    entries: u64,
}

/// An entry of a page.
struct Node<'p> {
    start: usize,
    end: usize,
    flags: u16,
    /// The length of the value, or the page below.
    number: u64,
    key: &'p [u8],
    data: &'p [u8],
}

impl<'f> Walk<'f> {
    fn new(file: &'f File, state: Meta) -> Result<Self, Fault> {
        let pages = (file.metadata()?.len() / state.page_bytes as u64).min(state.last_page + 1);
        let words = usize::try_from(pages / 64 + 1).map_err(|error| error.to_string())?;
        let mut walk = Self {
            file,
            state,
            pages,
            claimed: vec![0; words],
            unwritten: FxHashSet::default(),
            highest: 0,
            page: vec![0; state.page_bytes],
            databases: Vec::new(),
        };
        walk.claim(0, 2)?;
        Ok(walk)
    }

    fn state(mut self) -> Result<(), Fault> {
        let page_bytes = u32::try_from(self.state.page_bytes).map_err(|error| error.to_string())?;
        // LMDB keeps the page size and the flags of the file in these two fields of the free list.
        self.tree(&Tree { pad: 0, flags: 0, ..self.state.free }, Content::Free)?;
        if self.state.free.pad != page_bytes {
            return Err("its page size is not that of its free list".into());
        }
        self.tree(&self.state.main.clone(), Content::Databases)?;
        for database in std::mem::take(&mut self.databases) {
            self.tree(&database, Content::Records)?;
        }
        if self.highest != self.state.last_page {
            let Meta { last_page, .. } = self.state;
            return Err(format!("page {last_page} is the last one, and belongs to nothing").into());
        }
        Ok(())
    }

    fn tree(&mut self, tree: &Tree, content: Content) -> Result<(), Fault> {
        if (tree.pad, tree.flags) != (0, 0) {
            return Err(Fault::Foreign(format!("a database has flags {:#x}, which elcano never sets", tree.flags)));
        }
        let mut progress = Progress {
            content,
            depth: tree.depth,
            open: Vec::new(),
            last: None,
            branch_pages: 0,
            leaf_pages: 0,
            overflow_pages: 0,
            entries: 0,
        };
        if (tree.root == NO_PAGE) != (tree.depth == 0) || tree.depth > DEPTH_MAX {
            return Err(format!("a tree of depth {} has its root on page {}", tree.depth, tree.root).into());
        }
        if tree.root != NO_PAGE {
            progress.open.push(Pending { number: tree.root, level: 1, separator: None });
        }
        while let Some(pending) = progress.open.pop() {
            let number = pending.number;
            interrupt::check().map_err(|error| error.to_string())?;
            self.claim(number, 1)?;
            let mut page = std::mem::take(&mut self.page);
            self.read(number, &mut page)?;
            let looked = self.look(&page, pending, &mut progress);
            self.page = page;
            looked.map_err(|fault| match fault {
                Fault::Damaged(problem) => Fault::Damaged(format!("page {number}: {problem}")),
                other => other,
            })?;
        }
        let found = Tree {
            branch_pages: progress.branch_pages,
            leaf_pages: progress.leaf_pages,
            overflow_pages: progress.overflow_pages,
            entries: progress.entries,
            ..*tree
        };
        if found != *tree {
            let (stated, found) = (tree.entries, found.entries);
            return Err(format!("a tree has {found} entries and states {stated}, or another number of pages").into());
        }
        Ok(())
    }

    /// Pages belong to one place only, and lie within the file.
    fn claim(&mut self, first: u64, count: u64) -> Result<(), Fault> {
        let end = first.checked_add(count).filter(|end| *end <= self.pages);
        let end = end.ok_or_else(|| format!("page {first} is referred to, and the file has {} pages", self.pages))?;
        for number in first..end {
            let word = usize::try_from(number / 64).ok().and_then(|word| self.claimed.get_mut(word));
            let word = word.ok_or("a page number is out of range")?;
            if *word & (1 << (number % 64)) != 0 {
                return Err(format!("page {number} is referred to twice").into());
            }
            *word |= 1 << (number % 64);
        }
        self.highest = self.highest.max(end.saturating_sub(1));
        Ok(())
    }

    fn claim_free(&mut self, number: u64) -> Result<(), Fault> {
        if number < self.pages {
            return self.claim(number, 1);
        }
        if number > self.state.last_page || !self.unwritten.insert(number) {
            return Err(format!("page {number} is free and does not exist, or is free twice").into());
        }
        self.highest = self.highest.max(number);
        Ok(())
    }

    fn read(&self, number: u64, bytes: &mut [u8]) -> Result<(), Fault> {
        Ok(self.file.read_exact_at(bytes, number * self.state.page_bytes as u64)?)
    }

    fn look(&mut self, page: &[u8], pending: Pending, progress: &mut Progress) -> Result<(), Fault> {
        let is_branch = u16_at(page, 10) == BRANCH;
        if u64_at(page, 0) != pending.number || (!is_branch && u16_at(page, 10) != LEAF) {
            return Err("it is not the page that is referred to".into());
        }
        if is_branch != (pending.level < progress.depth) {
            return Err(format!("a tree of depth {} is not so deep here", progress.depth).into());
        }
        let nodes = nodes(page, is_branch)?;
        if let Some(separator) = pending.separator {
            progress.follow(&separator, true)?;
        }
        if !is_branch {
            progress.leaf_pages += 1;
            progress.entries += nodes.len() as u64;
            return nodes.iter().try_for_each(|node| self.entry(node, progress));
        }
        progress.branch_pages += 1;
        if nodes.len() < 2 && progress.content != Content::Free {
            return Err("a branch has one page below".into());
        }
        // The key of a branch's first entry is not looked at by LMDB, either.
        let first = progress.open.len();
        for (index, node) in nodes.iter().enumerate() {
            let separator = (index > 0).then(|| progress.content.ordered(node.key)).transpose()?;
            let number = node.number | u64::from(node.flags) << 32;
            progress.open.push(Pending { number, level: pending.level + 1, separator });
        }
        progress.open[first..].reverse();
        Ok(())
    }

    /// An entry of a leaf.
    fn entry(&mut self, node: &Node<'_>, progress: &mut Progress) -> Result<(), Fault> {
        let key = progress.content.ordered(node.key)?;
        progress.follow(&key, false)?;
        if node.flags == ON_OVERFLOW && progress.content != Content::Databases {
            let (first, pages) = self.overflow(node)?;
            progress.overflow_pages += pages;
            if progress.content == Content::Free {
                let mut value = vec![0; usize::try_from(node.number).map_err(|error| error.to_string())?];
                self.file.read_exact_at(&mut value, first * self.state.page_bytes as u64 + PAGE_HEADER as u64)?;
                return self.free_pages(&key, &value);
            }
            return Ok(());
        }
        match (progress.content, node.flags) {
            (Content::Records, 0) => Ok(()),
            (Content::Free, 0) => self.free_pages(&key, node.data),
            (Content::Databases, SUB_TREE) => {
                let tree = node.data.try_into().map_err(|_| "a database is not described in full")?;
                self.databases.push(Tree::read(tree));
                Ok(())
            }
            (Content::Databases, 0 | ON_OVERFLOW) => {
                Err(Fault::Foreign("it holds records outside of named databases".to_owned()))
            }
            (_, flags) => Err(format!("an entry has flags {flags:#x}").into()),
        }
    }

    /// Where the value of an entry is, and on how many pages.
    fn overflow(&mut self, node: &Node<'_>) -> Result<(u64, u64), Fault> {
        let first = u64_at(node.data, 0);
        if first >= self.pages {
            return Err(format!("its value is on page {first}, and the file has {} pages", self.pages).into());
        }
        let mut header = [0; PAGE_HEADER];
        self.read(first, &mut header)?;
        let count = u64::from(u32_at(&header, 12));
        let room = count.saturating_mul(self.state.page_bytes as u64);
        if u64_at(&header, 0) != first
            || u16_at(&header, 10) != OVERFLOW
            || room < (PAGE_HEADER as u64).saturating_add(node.number)
        {
            return Err(format!("page {first} does not hold its value").into());
        }
        self.claim(first, count)?;
        Ok((first, count))
    }

    /// A count and so many page numbers, descending; what follows is room that was not needed.
    fn free_pages(&mut self, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        let txn = key.try_into().map_or(0, u64::from_be_bytes);
        let mut numbers = value.chunks_exact(8).map(|number| u64_at(number, 0));
        let count = numbers.next().and_then(|count| usize::try_from(count).ok());
        let count = count.filter(|count| *count <= numbers.len() && value.len().is_multiple_of(8));
        if !(1..=self.state.txn).contains(&txn) || count.is_none() {
            return Err(format!("the list of pages that transaction {txn} freed is damaged").into());
        }
        let mut last = u64::MAX;
        for number in numbers.take(count.unwrap_or_default()) {
            if number >= last {
                return Err("a list of free pages is not in order".into());
            }
            self.claim_free(number)?;
            last = number;
        }
        Ok(())
    }
}

impl Content {
    /// A key as bytes that order as LMDB orders it.
    fn ordered(self, key: &[u8]) -> Result<Vec<u8>, Fault> {
        match (self, key.len()) {
            (Self::Free, 8) => Ok(u64_at(key, 0).to_be_bytes().to_vec()),
            (Self::Databases | Self::Records, 1..=KEY_BYTES_MAX) => Ok(key.to_vec()),
            (_, length) => Err(format!("a key has {length} bytes").into()),
        }
    }
}

impl Progress {
    /// The next key of the tree, or of a branch (then the same one may follow in a leaf).
    fn follow(&mut self, key: &[u8], is_separator: bool) -> Result<(), Fault> {
        let in_order = match &self.last {
            None => true,
            Some((last, may_come_again)) => key > last.as_slice() || (*may_come_again && key == last.as_slice()),
        };
        if !in_order {
            return Err("its keys are not in order".into());
        }
        let last = self.last.get_or_insert_default();
        last.0.clear();
        last.0.extend_from_slice(key);
        last.1 = is_separator;
        Ok(())
    }
}

/// The entries of a page in the order of their keys. They fill it from its upper bound to its end,
/// without a gap.
fn nodes(page: &[u8], is_branch: bool) -> Result<Vec<Node<'_>>, Fault> {
    let (lower, upper) = (usize::from(u16_at(page, 12)), usize::from(u16_at(page, 14)));
    if lower <= PAGE_HEADER || !lower.is_multiple_of(2) || lower > upper || upper > page.len() {
        return Err("its bounds are impossible".into());
    }
    let pointers = page[PAGE_HEADER..lower].chunks_exact(2).map(|pointer| usize::from(u16_at(pointer, 0)));
    let nodes = pointers.map(|start| node(page, start, is_branch)).collect::<Result<Vec<_>, _>>()?;
    let mut places: Vec<(usize, usize)> = nodes.iter().map(|node| (node.start, node.end)).collect();
    places.sort_unstable();
    let mut at = upper;
    for (start, end) in places {
        if start != at {
            return Err("its entries do not follow each other".into());
        }
        at = end;
    }
    if at == page.len() { Ok(nodes) } else { Err("its entries do not reach its end".into()) }
}

fn node(page: &[u8], start: usize, is_branch: bool) -> Result<Node<'_>, Fault> {
    let header = start.checked_add(NODE_HEADER).and_then(|end| page.get(start..end));
    let header = header.ok_or("an entry lies outside of it")?;
    let (mut low, mut high) = (u16_at(header, 0), u16_at(header, 2));
    if cfg!(target_endian = "big") {
        std::mem::swap(&mut low, &mut high);
    }
    let number = u64::from(low) | u64::from(high) << 16;
    let (flags, key_bytes) = (u16_at(header, 4), usize::from(u16_at(header, 6)));
    let data_bytes = match (is_branch, flags & ON_OVERFLOW != 0) {
        (true, _) => 0,
        (false, true) => size_of::<u64>(),
        (false, false) => usize::try_from(number).map_err(|error| error.to_string())?,
    };
    let rest = &page[start + NODE_HEADER..];
    let key = rest.get(..key_bytes).ok_or("a key reaches over its end")?;
    let data = rest[key_bytes..].get(..data_bytes).ok_or("a value reaches over its end")?;
    // Entries begin on even places.
    let end = (start + NODE_HEADER + key_bytes + data_bytes).next_multiple_of(2);
    Ok(Node { start, end, flags, number, key, data })
}
