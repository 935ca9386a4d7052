//! Parses the name of a store: `lmdb:DIR`, `sqlite:FILE`, `duckdb:FILE`, or a path whose engine is
//! detected from its first bytes. Never opens an engine.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Result};

/// Where a store is and which engine keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreUrl {
    /// A folder of LMDB.
    Lmdb(PathBuf),
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A file of DuckDB: exported to, imported from, never lived on.
    Duckdb(PathBuf),
}

/// A file whose name goes on after that of another one.
pub(in crate::store) fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

impl StoreUrl {
    /// The engine's name, as it stands before the colon.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Lmdb(_) => "lmdb",
            Self::Sqlite(_) => "sqlite",
            Self::Duckdb(_) => "duckdb",
        }
    }

    /// The folder or file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Lmdb(path) | Self::Sqlite(path) | Self::Duckdb(path) => path,
        }
    }

    /// A file of elcano's own that belongs to this store: `elcano.NAME` in its folder, or beside its
    /// file.
    pub(in crate::store) fn companion(&self, name: &str) -> PathBuf {
        match self {
            Self::Lmdb(folder) => folder.join(format!("elcano.{name}")),
            Self::Sqlite(file) | Self::Duckdb(file) => beside(file, &format!(".elcano.{name}")),
        }
    }

    /// The same engine at another path.
    pub(in crate::store) fn at(&self, path: PathBuf) -> Self {
        match self {
            Self::Lmdb(_) => Self::Lmdb(path),
            Self::Sqlite(_) => Self::Sqlite(path),
            Self::Duckdb(_) => Self::Duckdb(path),
        }
    }

    /// An [`Error::Store`] about this store.
    pub(in crate::store) fn error(&self, problem: impl Into<String>) -> Error {
        Error::Store { store: self.to_string(), problem: problem.into(), source: None }
    }

    /// An [`Error::Store`] about this store with the engine's own error.
    pub(in crate::store) fn because(
        &self,
        problem: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        Error::Store { store: self.to_string(), problem: problem.into(), source: Some(source.into()) }
    }

    /// Detects the engine of what is at a path.
    fn recognise(path: &Path) -> Result<Self> {
        let usage = |problem: &str| Error::Usage(format!("`{}` {problem}", path.display()));
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(usage("does not exist; a new store is named lmdb:DIR or sqlite:FILE"));
            }
            Err(error) => return Err(Error::io("looking at", path)(error)),
        };
        if found.is_dir() {
            return if path.join("data.mdb").is_file() {
                Ok(Self::Lmdb(path.to_owned()))
            } else {
                Err(usage("is a folder without a store; a new one is named lmdb:DIR"))
            };
        }
        if !found.is_file() {
            return Err(usage("is neither a folder nor a regular file"));
        }
        let mut start = Vec::with_capacity(16);
        let file = fs::File::open(path).map_err(Error::io("opening", path))?;
        file.take(16).read_to_end(&mut start).map_err(Error::io("reading", path))?;
        if start.starts_with(b"SQLite format 3\0") {
            Ok(Self::Sqlite(path.to_owned()))
        } else if start.get(8..12) == Some(b"DUCK") {
            Ok(Self::Duckdb(path.to_owned()))
        } else {
            Err(usage("is neither a SQLite nor a DuckDB file"))
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.engine(), self.path().display())
    }
}

impl StoreUrl {
    /// The store that a text names with its engine; None where it is a path alone, which need not be
    /// UTF-8 in either case.
    ///
    /// # Errors
    /// An engine without a path.
    pub fn with_engine(text: &OsStr) -> Result<Option<Self>> {
        let named =
            [("lmdb:", Self::Lmdb as fn(PathBuf) -> Self), ("sqlite:", Self::Sqlite), ("duckdb:", Self::Duckdb)];
        for (prefix, url) in named {
            if let Some(path) = text.as_bytes().strip_prefix(prefix.as_bytes()) {
                return if path.is_empty() {
                    Err(Error::Usage(format!("`{}` names no path", text.display())))
                } else {
                    Ok(Some(url(PathBuf::from(OsStr::from_bytes(path)))))
                };
            }
        }
        Ok(None)
    }

    /// The store that a text names, with its engine or as the path of one that is there.
    ///
    /// # Errors
    /// An engine without a path, or a path without a store.
    pub fn parse(text: &OsStr) -> Result<Self> {
        Self::with_engine(text)?.map_or_else(|| Self::recognise(Path::new(text)), Ok)
    }
}

impl FromStr for StoreUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text.as_ref())
    }
}
