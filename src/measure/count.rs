//! How the files of a language become facts: parsed, or their lines counted by a library. What is counted has the same facts,
//! of which only the lines of the file hold something.

use super::{Engine, Options, Origin, generated, guarded, measure};
use crate::lang::{Counted, Lines, Policy, Registry};
use crate::metric::METRICS_VERSION;
use crate::model::{BodyHash, ContentId, EngineId, FileFacts, Metrics, Space, SpaceKind, Visibility};

/// A language as it is measured.
#[derive(Debug, Clone)]
pub enum Meter {
    /// By its syntax tree.
    Parsed(Engine),
    /// By its lines alone.
    Counted(Counter),
}

/// A language whose lines are counted.
#[derive(Debug, Clone)]
pub struct Counter {
    counted: Counted,
    policy: &'static str,
    id: EngineId,
    generated: bool,
}

impl Meter {
    /// How a language is measured under a policy.
    ///
    /// # Errors
    /// An unknown language or policy, or a spec that does not fit its grammar.
    pub fn new(registry: &Registry, language: &str, policy: &str) -> Result<Self, String> {
        if let Some(counted) = Counted::by_id(language) {
            return Ok(Self::Counted(Counter::new(counted, Policy::load(policy, language)?)));
        }
        let language = registry.language(language)?;
        let policy = Policy::load(policy, language.id)?;
        Ok(Self::Parsed(Engine::new(language, policy)))
    }

    /// The same for files that somebody says are not generated; see [`Engine::with_generated`].
    #[must_use]
    pub fn with_generated(self) -> Self {
        match self {
            Self::Parsed(engine) => Self::Parsed(engine.with_generated()),
            Self::Counted(counter) => Self::Counted(Counter { id: generated(counter.id), generated: true, ..counter }),
        }
    }

    /// What the facts depend on besides the bytes.
    #[must_use]
    pub fn id(&self) -> EngineId {
        match self {
            Self::Parsed(engine) => engine.id,
            Self::Counted(counter) => counter.id,
        }
    }

    /// Measures the bytes of one file. A panic inside becomes a note on the file.
    #[must_use]
    pub fn measure(&self, content: ContentId, bytes: &[u8], options: Options) -> FileFacts {
        match self {
            Self::Parsed(engine) => measure(engine, content, bytes, options),
            Self::Counted(counter) => counter.measure(content, bytes, options),
        }
    }
}

impl Counter {
    fn new(counted: Counted, policy: Policy) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"elcano counter v1");
        hasher.update(&METRICS_VERSION.to_be_bytes());
        for part in [Counted::VERSION, counted.id, policy.id] {
            hasher.update(part.as_bytes());
            hasher.update(b"\0");
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self { counted, policy: policy.id, id: EngineId(id), generated: false }
    }

    fn measure(&self, content: ContentId, bytes: &[u8], options: Options) -> FileFacts {
        let origin = Origin { id: self.id, language: self.counted.id, policy: self.policy, generated: self.generated };
        guarded(origin, content, bytes, options, |facts| {
            facts.spaces = vec![unit(self.counted.count(bytes), bytes.len())];
            Ok(())
        })
    }
}

/// The space of a file of which only the lines are known.
fn unit(lines: Lines, bytes: usize) -> Space {
    let sloc = lines.code + lines.comment + lines.blank;
    Space {
        kind: SpaceKind::Unit,
        name: String::new(),
        qualified_name: String::new(),
        parent: None,
        start_byte: 0,
        end_byte: u32::try_from(bytes).unwrap_or(u32::MAX),
        start_line: 1,
        end_line: sloc.max(1),
        visibility: Visibility::Public,
        error_bytes: 0,
        body: BodyHash::default(),
        metrics: Metrics { sloc, ploc: lines.code, cloc: lines.comment, blank: lines.blank, ..Metrics::default() },
        calls: Vec::new(),
    }
}
