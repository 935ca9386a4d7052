//! Lists the families, once. Keys, encodings, tables, copies, digests and tests loop over this
//! list; a family without its arms elsewhere does not compile. Never names an engine.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key::Key;
use crate::error::{self, Error};
use crate::model::{
    AstRecord, CfgRecord, ChunkRecord, ExecutionRecord, FactsRecord, FileRecord, LinkRecord, NameRecord,
    ReferenceRecord, SnapshotRecord, SymbolRecord,
};

/// How a value is written; reading understands all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// As the family defines: JSON for executions and snapshots, postcard for the rest.
    #[default]
    Family,
    /// JSON for all, for reading the store with other tools.
    Json,
    /// Compact binary for all.
    Postcard,
}

/// A record of one family.
pub trait Stored: Serialize + DeserializeOwned + Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// Where it belongs.
    const FAMILY: Family;
    /// Version of the record's shape; any change of a field is a new number.
    const SCHEMA: u16;
    /// What a value is encoded as unless the store was opened for JSON.
    const ENCODING: Encoding;

    /// The record's key, made of its own fields.
    fn key(&self) -> Key;
    /// Takes the record out of the sum of all families; none when it is of another one.
    fn from_record(record: Record) -> Option<Self>;
}

/// Declares the families. `$d` is a dollar sign for the macros that the list itself declares.
macro_rules! families {
    ($d:tt $($variant:ident($record:ident) = $name:literal, schema $schema:literal, $encoding:ident, $about:literal;)+) => {
        /// A kind of record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Family {
            $(#[doc = $about] $variant,)+
        }

        impl Family {
            /// Every family, in the order in which stores are copied.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name of databases, tables and messages.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Version of the shape of its records.
            #[must_use]
            pub const fn schema(self) -> u16 {
                match self { $(Self::$variant => $schema,)+ }
            }

            /// What it holds, in one sentence.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }
        }

        /// A record of any family.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Record {
            $(#[doc = $about] $variant($record),)+
        }

        $(
            impl Stored for $record {
                const FAMILY: Family = Family::$variant;
                const SCHEMA: u16 = $schema;
                const ENCODING: Encoding = Encoding::$encoding;

                fn key(&self) -> Key {
                    Key::from(self)
                }

                fn from_record(record: Record) -> Option<Self> {
                    match record {
                        Record::$variant(record) => Some(record),
                        _ => None,
                    }
                }
            }

            impl From<$record> for Record {
                fn from(record: $record) -> Self {
                    Self::$variant(record)
                }
            }
        )+

        /// Runs an expression with the record type of a family as `$t`.
        macro_rules! with_type {
            ($d family:expr, $d t:ident => $d body:expr) => {
                match $d family {
                    $($crate::store::Family::$variant => { type $d t = $crate::model::$record; $d body })+
                }
            };
        }
        pub(crate) use with_type;

        /// Runs an expression with the typed record inside a [`Record`] as `$r`.
        macro_rules! with_record {
            ($d record:expr, $d r:ident => $d body:expr) => {
                match $d record {
                    $($crate::store::Record::$variant($d r) => $d body,)+
                }
            };
        }
        pub(crate) use with_record;
    };
}

families! { $
    Executions(ExecutionRecord) = "executions", schema 1, Json,
        "One run of a pipeline each.";
    Snapshots(SnapshotRecord) = "snapshots", schema 1, Json,
        "One repository at one moment each.";
    Files(FileRecord) = "files", schema 1, Postcard,
        "One file of a snapshot each.";
    Facts(FactsRecord) = "facts", schema 1, Postcard,
        "The metrics of one content and of all spaces in it each.";
    Chunks(ChunkRecord) = "chunks", schema 1, Postcard,
        "The source text of one span each.";
    Ast(AstRecord) = "ast", schema 1, Postcard,
        "The syntax tree of one content each.";
    Cfg(CfgRecord) = "cfg", schema 1, Postcard,
        "The control flow graph of one function each.";
    Symbols(SymbolRecord) = "symbols", schema 1, Postcard,
        "One named space of a snapshot each.";
    Names(NameRecord) = "names", schema 1, Postcard,
        "All symbols of a snapshot that bear one name each.";
    References(ReferenceRecord) = "references", schema 1, Postcard,
        "One pair of a caller and what it calls each.";
    Links(LinkRecord) = "links", schema 1, Postcard,
        "Fan-in and fan-out of one function each.";
}

impl Family {
    /// The place of the family in [`Family::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Family {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|family| family.name() == text).ok_or_else(|| {
            let hint = error::suggestion(text, Self::ALL.iter().map(|family| family.name()));
            Error::Usage(format!("there is no family `{text}`{hint}"))
        })
    }
}

impl Record {
    /// Its family.
    #[must_use]
    pub const fn family(&self) -> Family {
        const fn of<T: Stored>(_: &T) -> Family {
            T::FAMILY
        }
        with_record!(self, record => of(record))
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> Key {
        with_record!(self, record => record.key())
    }
}
