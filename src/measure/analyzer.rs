//! How the files of a language become facts: parsed, or their lines counted by a library. What is counted has the same facts,
//! of which only the lines of the file hold something.

use super::{Options, Origin, TreeAnalyzer, generated, guarded, measure};
use crate::lang::{LineOnly, Lines, Policy, Registry, SpecError};
use crate::metric::METRICS_VERSION;
use crate::model::{AnalyzerId, BodyHash, ContentId, FileFacts, Metrics, Space, SpaceKind, Visibility};

/// A language as it is measured.
#[derive(Debug, Clone)]
pub enum Analyzer {
    /// By its syntax tree.
    Tree(TreeAnalyzer),
    /// By its lines alone.
    Lines(LineAnalyzer),
}

/// A language whose lines are counted.
#[derive(Debug, Clone)]
pub struct LineAnalyzer {
    counted: LineOnly,
    policy: &'static str,
    id: AnalyzerId,
    generated: bool,
}

impl Analyzer {
    /// How a language is measured under a policy.
    ///
    /// # Errors
    /// An unknown language or policy, or a spec that does not fit its grammar.
    pub fn new(registry: &Registry, language: &str, policy: &str) -> Result<Self, SpecError> {
        if let Some(counted) = LineOnly::by_id(language) {
            return Ok(Self::Lines(LineAnalyzer::new(counted, Policy::load(policy, language)?)));
        }
        let language = registry.language(language)?;
        let policy = Policy::load(policy, language.id)?;
        Ok(Self::Tree(TreeAnalyzer::new(language, policy)))
    }

    /// The same for files that somebody says are not generated; see [`TreeAnalyzer::with_generated`].
    #[must_use]
    pub fn with_generated(self) -> Self {
        match self {
            Self::Tree(analyzer) => Self::Tree(analyzer.with_generated()),
            Self::Lines(lines) => Self::Lines(LineAnalyzer { id: generated(lines.id), generated: true, ..lines }),
        }
    }

    /// What the facts depend on besides the bytes.
    #[must_use]
    pub fn id(&self) -> AnalyzerId {
        match self {
            Self::Tree(analyzer) => analyzer.id,
            Self::Lines(lines) => lines.id,
        }
    }

    /// Measures the bytes of one file. A panic inside becomes a note on the file.
    #[must_use]
    pub fn measure(&self, content: ContentId, bytes: &[u8], options: Options) -> FileFacts {
        match self {
            Self::Tree(analyzer) => measure(analyzer, content, bytes, options),
            Self::Lines(lines) => lines.measure(content, bytes, options),
        }
    }
}

impl LineAnalyzer {
    fn new(counted: LineOnly, policy: Policy) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"elcano counter v1");
        hasher.update(&METRICS_VERSION.to_be_bytes());
        for part in [LineOnly::VERSION, counted.id, policy.id] {
            hasher.update(part.as_bytes());
            hasher.update(b"\0");
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self { counted, policy: policy.id, id: AnalyzerId(id), generated: false }
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
