//! elcano measures source code: it walks repositories, parses them on all cores, keeps every fact
//! in a store, and proves that what it exports is what it holds.
//!
//! Most programs need one function. It detects the language of a file by its name and text and
//! gives the metrics of the file and of every class and function in it:
//!
//! ```
//! let source = b"
//! def sign(x):
//!     if x < 0:
//!         return -1
//!     return 1 if x else 0
//! ";
//! let facts = elcano::measure_source("sign.py", source)?;
//! for space in &facts.spaces {
//!     println!("{} {}: cognitive {}", space.kind, space.qualified_name, space.metrics.cognitive);
//! }
//! let function = &facts.spaces[1];
//! assert_eq!((function.start_line, function.metrics.cyclomatic), (2, 3));
//! # Ok::<(), elcano::SourceError>(())
//! ```
//!
//! To choose policy and limits, and to keep source text and syntax trees, take a [`Registry`] and
//! an [`Analyzer`]:
//!
//! ```
//! use elcano::{Analyzer, ContentId, Level, FileLimits, Options, Registry};
//!
//! let registry = Registry::new()?;
//! let go = Analyzer::new(&registry, "go", "gocyclo")?;
//! let source = b"package a\n\nfunc f(a, b bool) bool { return a && b }\n";
//! let options = Options { level: Level::Chunks, limits: FileLimits::default() };
//! let facts = go.measure(ContentId::of(source), source, options);
//! assert_eq!(facts.spaces[1].metrics.cyclomatic, 2);
//! assert_eq!(facts.chunks[0].text, b"func f(a, b bool) bool { return a && b }");
//! # Ok::<(), elcano::SpecError>(())
//! ```
//!
//! The modules stand on floors, and each uses only those below its own: [`lang`] holds languages as
//! data, [`metric`] and [`measure`] turn bytes into facts, [`walk`], [`git`], [`store`] and
//! [`isolate`] touch the disk and other processes, [`gate`], [`report`] and [`export`] read what is known, and [`pipeline`] puts all in
//! order.

pub mod cfg;
#[doc(hidden)]
pub mod cli;
pub mod error;
pub mod export;
pub mod gate;
pub mod git;
mod interrupt;
pub mod isolate;
pub mod lang;
pub mod link;
pub mod measure;
pub mod metric;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod store;
pub mod walk;

pub use error::{Error, Result};
pub use lang::{Registry, SpecError};
pub use measure::{Analyzer, FileLimits, Options, SourceError, measure_source};
pub use metric::{CATALOG, Metric};
pub use model::{ContentId, FileFacts, Level, Metrics, Note, NoteKind, Skip, Space, SpaceKind};
