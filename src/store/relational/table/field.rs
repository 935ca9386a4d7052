//! Converts each type of field to a cell and back: ids and enumerations are text, lists are JSON,
//! trees are bytes. Never depends on the table that a field is in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Cell, Column, Kind, Row};
use crate::model::{
    AnalyzerId, Ast, Block, BodyHash, Call, ContentId, Edge, ExecutionId, Level, Note, NoteKind, Outcome, RepoPath,
    Skip, SnapshotId, SpaceKind, StageRecord, SymbolId, Visibility,
};
use crate::store::codec;

/// A field that fits into a column.
pub(super) trait Field: Sized {
    const KIND: Kind;
    const NULLABLE: bool = false;
    fn to_cell(&self) -> Cell<'_>;
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String>;
}

impl Column {
    /// A column of a field's type.
    pub(super) const fn of<T: Field>(name: &'static str, about: &'static str) -> Self {
        Self { name, kind: T::KIND, nullable: T::NULLABLE, derived: false, about }
    }
}

impl Cell<'_> {
    /// The same cell, which need not be made again for each row.
    pub(super) fn borrowed(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(value) => Cell::Int(*value),
            Self::Real(value) => Cell::Real(*value),
            Self::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Self::Blob(bytes) => Cell::Blob(Cow::Borrowed(bytes)),
        }
    }
}

/// Takes the cells of a row one after the other.
pub(super) struct RowReader<'r>(std::slice::Iter<'r, Cell<'static>>);

impl<'r> RowReader<'r> {
    pub(super) fn of(row: &'r Row) -> Self {
        Self(row.iter())
    }

    pub(super) fn take<T: Field>(&mut self) -> Result<T, String> {
        T::from_cell(self.0.next().ok_or("columns are missing")?)
    }

    /// Passes over a column that others imply; it is compared later.
    pub(super) fn pass(&mut self) {
        self.0.next();
    }
}

fn int(cell: &Cell<'_>) -> Result<i64, String> {
    if let Cell::Int(value) = cell { Ok(*value) } else { Err(format!("{cell:.40?} is not an integer")) }
}

fn text<'c>(cell: &'c Cell<'_>) -> Result<&'c str, String> {
    if let Cell::Text(value) = cell { Ok(value) } else { Err(format!("{cell:.40?} is not text")) }
}

fn blob<'c>(cell: &'c Cell<'_>) -> Result<&'c [u8], String> {
    if let Cell::Blob(value) = cell { Ok(value) } else { Err(format!("{cell:.40?} is not a blob")) }
}

impl Field for i64 {
    const KIND: Kind = Kind::Integer;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Int(*self)
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        int(cell)
    }
}

impl Field for u64 {
    const KIND: Kind = Kind::Integer;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Int(self.cast_signed())
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        int(cell).map(i64::cast_unsigned)
    }
}

impl Field for u32 {
    const KIND: Kind = Kind::Integer;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Int(i64::from(*self))
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        int(cell)?.try_into().map_err(|_| format!("{cell:?} does not fit into 32 bits"))
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Integer;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Int(i64::from(*self))
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        match int(cell)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("{other} is neither 0 nor 1")),
        }
    }
}

impl Field for String {
    const KIND: Kind = Kind::Text;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Borrowed(self))
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        text(cell).map(str::to_owned)
    }
}

impl Field for RepoPath {
    const KIND: Kind = Kind::Text;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Text(Cow::Owned(self.to_string()))
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        text(cell).map(Self::from_text)
    }
}

impl Field for Vec<u8> {
    const KIND: Kind = Kind::Blob;
    fn to_cell(&self) -> Cell<'_> {
        Cell::Blob(Cow::Borrowed(self))
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        blob(cell).map(<[u8]>::to_vec)
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
    fn to_cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::to_cell)
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        if *cell == Cell::Null { Ok(None) } else { T::from_cell(cell).map(Some) }
    }
}

macro_rules! ids {
    ($($type:ident),+) => {
        $(impl Field for $type {
            const KIND: Kind = Kind::Text;
            fn to_cell(&self) -> Cell<'_> {
                Cell::Text(Cow::Owned(hex(&self.0)))
            }
            fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
                text(cell)?.parse().map_err(|error| format!("{error}"))
            }
        })+
    };
}

ids!(BodyHash, ContentId, AnalyzerId, ExecutionId, SnapshotId, SymbolId);

/// Several times faster than formatting byte by byte; every row has a few ids.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

macro_rules! names {
    ($($type:ident),+) => {
        $(impl Field for $type {
            const KIND: Kind = Kind::Text;
            fn to_cell(&self) -> Cell<'_> {
                Cell::Text(Cow::Borrowed(self.name()))
            }
            fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
                text(cell)?.parse()
            }
        })+
    };
}

names!(Level, Outcome, Skip, SpaceKind, Visibility);

macro_rules! json {
    ($($type:ty = $empty:literal),+) => {
        $(impl Field for $type {
            const KIND: Kind = Kind::Text;
            fn to_cell(&self) -> Cell<'_> {
                if self.is_empty() {
                    return Cell::Text(Cow::Borrowed($empty));
                }
                // Strings, numbers and names only: writing them to memory cannot fail, and NULL
                // would be found on reading.
                serde_json::to_string(self).map_or(Cell::Null, |json| Cell::Text(Cow::Owned(json)))
            }
            fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
                serde_json::from_str(text(cell)?).map_err(|error| format!("not its JSON: {error}"))
            }
        })+
    };
}

json! {
    Vec<String> = "[]",
    Vec<Note> = "[]",
    Vec<StageRecord> = "[]",
    Vec<Call> = "[]",
    Vec<Block> = "[]",
    Vec<Edge> = "[]",
    BTreeMap<Skip, u64> = "{}",
    BTreeMap<NoteKind, u64> = "{}"
}

/// Version of the bytes of a tree: 1 is postcard, 2 is postcard compressed as values are.
impl Field for Ast {
    const KIND: Kind = Kind::Blob;
    fn to_cell(&self) -> Cell<'_> {
        let packed = postcard::to_stdvec(self).ok().and_then(|plain| {
            let packed = codec::compress(&plain).ok()?;
            Some(packed.map_or_else(|| [&[1], plain.as_slice()].concat(), |packed| [&[2], packed.as_slice()].concat()))
        });
        packed.map_or(Cell::Null, |bytes| Cell::Blob(Cow::Owned(bytes)))
    }
    fn from_cell(cell: &Cell<'_>) -> Result<Self, String> {
        let unpacked;
        let plain = match blob(cell)?.split_first() {
            Some((1, plain)) => plain,
            Some((2, packed)) => {
                unpacked = codec::decompress(packed)?;
                &unpacked
            }
            _ => return Err("a tree of an unknown version".to_owned()),
        };
        postcard::from_bytes(plain).map_err(|error| format!("not its postcard: {error}"))
    }
}
