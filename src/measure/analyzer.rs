//! A language under a policy. Measures files by their syntax trees, or by their lines alone where a
//! library counts those; both give the same facts, the latter with nothing but the lines of the
//! file.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::clock::Clock;
use super::guard::{Origin, guarded, unmeasured};
use super::options::Options;
use super::{lines, parse, visit};
use crate::lang::{Language, LineOnly, Policy, Registry, SpecError};
use crate::metric::{METRICS_VERSION, Trace};
use crate::model::{AnalyzerId, ContentId, FileFacts, Note};

/// A language under a policy: what facts are valid for.
#[derive(Debug, Clone)]
pub struct Analyzer {
    id: AnalyzerId,
    method: Method,
    policy: Policy,
    /// Generated code is measured, too.
    generated: bool,
}

/// By what files are measured.
#[derive(Debug, Clone)]
enum Method {
    Tree(Arc<Language>),
    Lines(LineOnly),
}

impl Analyzer {
    /// The analyzer of a language under a policy, by their ids.
    ///
    /// # Errors
    /// An unknown language or policy, or a spec that does not fit its grammar.
    pub fn new(registry: &Registry, language: &str, policy: &str) -> Result<Self, SpecError> {
        if let Some(line_only) = LineOnly::by_id(language) {
            return Ok(Self::of_lines(line_only, Policy::load(policy, language)?));
        }
        let language = registry.language(language)?;
        let policy = Policy::load(policy, language.id)?;
        Ok(Self::of_tree(language, policy))
    }

    /// The analyzer of a language with a grammar.
    #[must_use]
    pub fn of_tree(language: Arc<Language>, policy: Policy) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"elcano engine v2");
        hasher.update(&METRICS_VERSION.to_be_bytes());
        hasher.update(&language.fingerprint);
        hasher.update(language.id.as_bytes());
        hasher.update(b"\0");
        hasher.update(policy.id.as_bytes());
        Self { id: id(&hasher.finalize()), method: Method::Tree(language), policy, generated: false }
    }

    fn of_lines(line_only: LineOnly, policy: Policy) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"elcano counter v2");
        hasher.update(&METRICS_VERSION.to_be_bytes());
        for part in [LineOnly::VERSION, line_only.id, policy.id] {
            hasher.update(part.as_bytes());
            hasher.update(b"\0");
        }
        Self { id: id(&hasher.finalize()), method: Method::Lines(line_only), policy, generated: false }
    }

    /// The same analyzer for files that are declared not to be generated, whatever their headers
    /// claim. It has an id of its own: facts are a function of content and analyzer alone.
    #[must_use]
    pub fn with_generated(self) -> Self {
        let hash = blake3::hash(&[b"generated".as_slice(), &self.id.0].concat());
        Self { id: id(&hash), generated: true, ..self }
    }

    /// Hash over what facts depend on besides the bytes: spec, grammar version, policy and metrics
    /// version.
    #[must_use]
    pub const fn id(&self) -> AnalyzerId {
        self.id
    }

    /// The language, where it has a grammar.
    #[must_use]
    pub const fn language(&self) -> Option<&Arc<Language>> {
        match &self.method {
            Method::Tree(language) => Some(language),
            Method::Lines(_) => None,
        }
    }

    /// Measures the bytes of one file. A panic inside becomes a note on the file.
    #[must_use]
    pub fn measure(&self, content: ContentId, bytes: &[u8], options: Options) -> FileFacts {
        self.measure_traced(content, bytes, options, None)
    }

    /// Measures and follows one metric of one space on the way; nothing is followed where only
    /// lines are counted.
    #[must_use]
    pub fn measure_traced(
        &self,
        content: ContentId,
        bytes: &[u8],
        options: Options,
        trace: Option<&mut Trace>,
    ) -> FileFacts {
        self.measure_until(content, bytes, options, trace, None)
    }

    /// Measures; a file is left with a note, and no measures, soon after the flag is set.
    #[must_use]
    pub fn measure_until(
        &self,
        content: ContentId,
        bytes: &[u8],
        options: Options,
        mut trace: Option<&mut Trace>,
        cancelled: Option<&AtomicBool>,
    ) -> FileFacts {
        guarded(self.origin(), content, bytes, options, |plain, facts| {
            let text = &plain.text;
            match &self.method {
                Method::Tree(language) => {
                    let clock = Clock::start(options.limits.seconds_max, cancelled);
                    let tree = parse::parse(language, text, options.limits, &clock)?;
                    let followed = trace.as_deref_mut();
                    visit::visit(language, &self.policy, text, &tree, (&options, &clock), followed, facts)?;
                }
                Method::Lines(line_only) => facts.spaces = vec![lines::unit(line_only.count(text), text.len())],
            }
            plain.restore(facts, trace);
            Ok(())
        })
    }

    /// The facts of a file that could not be measured.
    #[must_use]
    pub fn unmeasured(&self, content: ContentId, bytes: &[u8], options: Options, note: Note) -> FileFacts {
        FileFacts { notes: vec![note], ..unmeasured(self.origin(), content, bytes, options) }
    }

    fn origin(&self) -> Origin {
        let language = match &self.method {
            Method::Tree(language) => language.id,
            Method::Lines(line_only) => line_only.id,
        };
        Origin { id: self.id, language, policy: self.policy.id, generated: self.generated }
    }
}

fn id(hash: &blake3::Hash) -> AnalyzerId {
    let mut id = [0; 16];
    id.copy_from_slice(&hash.as_bytes()[..16]);
    AnalyzerId(id)
}
