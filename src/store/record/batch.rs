//! Collects what one write transaction does: prefixes removed, keys removed, records put, in this
//! order. Plain data; never writes.

use super::family::{Family, Record};
use super::key::Key;

/// A record on its way into a store.
#[derive(Debug, Clone)]
pub struct Put {
    /// Its family.
    pub family: Family,
    /// Its key.
    pub key: Key,
    /// The record, as far as it has been prepared.
    pub value: PutValue,
}

/// A record, plain or as the store prepared it.
#[derive(Debug, Clone)]
pub enum PutValue {
    /// As it is.
    Record(Box<Record>),
    /// Header and payload.
    Bytes(Vec<u8>),
}

/// All that one transaction does.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Prefixes whose records go first.
    pub prefixes: Vec<(Family, Key)>,
    /// Records that go next.
    pub deletes: Vec<(Family, Key)>,
    /// Records that come; the last one of a key stands.
    pub puts: Vec<Put>,
}

impl Batch {
    /// Puts records.
    pub fn of(records: impl IntoIterator<Item = Record>) -> Self {
        let mut batch = Self::default();
        records.into_iter().for_each(|record| batch.put(record));
        batch
    }

    /// Puts a record, in place of one of the same key.
    pub fn put(&mut self, record: impl Into<Record>) {
        let record = record.into();
        self.puts.push(Put { family: record.family(), key: record.key(), value: PutValue::Record(Box::new(record)) });
    }

    /// Removes a record, if it is there.
    pub fn delete(&mut self, family: Family, key: Key) {
        self.deletes.push((family, key));
    }

    /// Removes every record whose key starts with `prefix`.
    pub fn delete_prefix(&mut self, family: Family, prefix: Key) {
        self.prefixes.push((family, prefix));
    }

    /// Nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.deletes.is_empty() && self.prefixes.is_empty()
    }

    /// Appends another batch of puts.
    pub fn append(&mut self, mut other: Self) {
        self.prefixes.append(&mut other.prefixes);
        self.deletes.append(&mut other.deletes);
        self.puts.append(&mut other.puts);
    }

    /// Roughly what the batch holds in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.puts.iter().map(|put| put.key.as_bytes().len() + put.value.bytes()).sum()
    }

    /// The puts in key order, one a key.
    pub(in crate::store) fn sorted_puts(&self) -> Vec<&Put> {
        let mut puts: Vec<&Put> = self.puts.iter().rev().collect();
        puts.sort_by(|a, b| (a.family, &a.key).cmp(&(b.family, &b.key)));
        puts.dedup_by(|later, first| (later.family, &later.key) == (first.family, &first.key));
        puts
    }
}

impl PutValue {
    fn bytes(&self) -> usize {
        match self {
            Self::Record(record) => record.bytes(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

impl Record {
    /// Roughly what it holds in memory; only the large lists count.
    pub(in crate::store) fn bytes(&self) -> usize {
        let lists = match self {
            Self::Facts(facts) => facts.spaces.len() * 320,
            Self::Chunks(chunk) => chunk.text.len(),
            Self::Ast(tree) => tree.ast.nodes.len() * 16,
            Self::Cfg(graph) => graph.blocks.len() * 12 + graph.edges.len() * 12,
            Self::Names(name) => name.symbols.len() * 16,
            Self::Executions(_)
            | Self::Snapshots(_)
            | Self::Files(_)
            | Self::Symbols(_)
            | Self::References(_)
            | Self::Links(_) => 0,
        };
        size_of::<Self>() + lists
    }
}
