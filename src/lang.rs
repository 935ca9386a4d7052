//! Languages as data: specs, their compiled tables, the registry that finds a file's language. Never reads a file:
//! specs are embedded, or handed in as text.

mod compile;
mod detect;
mod disambiguation;
mod flow;
mod inherit;
mod kinds;
mod language;
mod line_only;
mod naming;
mod policy;
mod rewrite;
mod role;
mod rule;
pub mod spec;
mod unsafe_to_parse;

use std::sync::{Arc, OnceLock};

pub use disambiguation::START_BYTES;
pub use flow::Flow;
pub use kinds::Kind;
pub use language::Language;
pub use line_only::{LineOnly, Lines, is_line_only};
pub use naming::{Naming, TokenClass};
pub use policy::{POLICIES, Policy};
pub use role::{ROLES, Roles};
pub use rule::Place;
use spec::Spec;

/// A language as the build embeds it.
struct Embedded {
    id: &'static str,
    spec: &'static str,
    grammar: fn() -> tree_sitter::Language,
    version: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// The languages at hand; each is compiled when it is first asked for.
pub struct Registry {
    entries: Vec<Entry>,
}

struct Entry {
    id: &'static str,
    spec: Spec,
    text: String,
    grammar: fn() -> tree_sitter::Language,
    version: &'static str,
    compiled: OnceLock<Result<Arc<Language>, String>>,
}

impl Registry {
    /// The languages of this build.
    ///
    /// # Errors
    /// A spec that cannot be read.
    pub fn new() -> Result<Self, String> {
        Self::with_specs(&[])
    }

    /// The languages of this build, some with another spec (id, TOML) in place of their own: for working on one.
    ///
    /// # Errors
    /// A spec that cannot be read, or that is of no language of this build.
    pub fn with_specs(replaced: &[(String, String)]) -> Result<Self, String> {
        if let Some((id, _)) = replaced.iter().find(|(id, _)| EMBEDDED.iter().all(|known| known.id != id)) {
            let hint = crate::error::suggestion(id, EMBEDDED.iter().map(|known| known.id));
            return Err(format!("no language `{id}` in this build{hint}"));
        }
        let texts = EMBEDDED.iter().map(|embedded| {
            let other = replaced.iter().find(|(id, _)| id == embedded.id);
            (embedded, other.map_or(embedded.spec, |(_, text)| text.as_str()))
        });
        let parsed = texts
            .map(|(embedded, text)| {
                Spec::parse(text)
                    .map(|spec| (embedded, text, spec))
                    .map_err(|error| format!("spec `{}`: {error}", embedded.id))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let entries = parsed.iter().map(|(embedded, text, spec)| {
            let (mut spec, mut text) = (spec.clone(), (*text).to_owned());
            while let Some(base) = spec.extends.take() {
                let (_, base_text, base_spec) = parsed
                    .iter()
                    .find(|(known, ..)| known.id == base)
                    .ok_or_else(|| format!("spec `{}` extends `{base}`, which is not in this build", embedded.id))?;
                spec.inherit(base_spec);
                spec.extends.clone_from(&base_spec.extends);
                text.push_str(base_text);
            }
            let compiled = OnceLock::new();
            Ok(Entry { id: embedded.id, spec, text, grammar: embedded.grammar, version: embedded.version, compiled })
        });
        Ok(Self { entries: entries.collect::<Result<_, String>>()? })
    }

    /// Ids of all languages, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|entry| entry.id)
    }

    /// The spec of a language, with what it inherits, and its grammar's version.
    #[must_use]
    pub fn spec(&self, id: &str) -> Option<(&Spec, &'static str)> {
        self.entry(id).map(|entry| (&entry.spec, entry.version))
    }

    /// A language, compiled.
    ///
    /// # Errors
    /// An unknown id (with a suggestion), or a spec that does not fit its grammar.
    pub fn language(&self, id: &str) -> Result<Arc<Language>, String> {
        let entry = self.entry(id).ok_or_else(|| match LineOnly::by_id(id) {
            Some(counted) => format!("of {} only lines are counted", counted.label()),
            None => format!("unknown language `{id}`{}", crate::error::suggestion(id, self.ids())),
        })?;
        entry.compiled.get_or_init(|| entry.compile().map(Arc::new)).clone()
    }

    /// The language of a file by its name: whole name first, then its ending; one that is parsed before one whose lines
    /// are counted.
    #[must_use]
    pub fn by_name(&self, file_name: &[u8]) -> Option<&'static str> {
        let name = std::str::from_utf8(file_name).ok()?;
        let by = |matches: &dyn Fn(&Spec) -> bool| {
            self.entries.iter().find(|entry| matches(&entry.spec)).map(|entry| entry.id)
        };
        by(&|spec| spec.filenames.iter().any(|known| known == name))
            .or_else(|| {
                let (_, ending) = name.rsplit_once('.')?;
                by(&|spec| spec.extensions.iter().any(|known| known == ending))
                    .or_else(|| by(&|spec| spec.extensions.iter().any(|known| known.eq_ignore_ascii_case(ending))))
            })
            .or_else(|| LineOnly::by_name(name).map(|counted| counted.id))
    }

    /// The languages whose lines are counted: those of which some files are left when what is parsed has taken its own.
    pub fn counted(&self) -> impl Iterator<Item = LineOnly> {
        LineOnly::all().filter(|counted| {
            let endings = counted.extensions();
            let goes = |ending: &&str| self.by_name(format!("a.{ending}").as_bytes()) == Some(counted.id);
            endings.is_empty() || endings.iter().any(goes)
        })
    }

    /// Whether a file of that name may be of several languages, so that its text decides.
    #[must_use]
    pub fn is_contested(&self, file_name: &[u8]) -> bool {
        self.contested(file_name).is_some()
    }

    /// The language of a file by its name and its first [`START_BYTES`] bytes.
    #[must_use]
    pub fn by_content(&self, file_name: &[u8], start: &[u8]) -> Option<&'static str> {
        let winner =
            self.contested(file_name).and_then(|(spec, ending)| disambiguation::winner(&spec.contests, ending, start));
        let known = winner.and_then(|id| self.entry(id)).map(|entry| entry.id);
        known.or_else(|| self.by_name(file_name))
    }

    /// The spec that claims a contested ending, and that ending.
    fn contested<'n>(&self, file_name: &'n [u8]) -> Option<(&Spec, &'n str)> {
        let (_, ending) = std::str::from_utf8(file_name).ok()?.rsplit_once('.')?;
        let spec = self.spec(self.by_name(file_name)?)?.0;
        spec.contests.iter().any(|contest| contest.ending == ending).then_some((spec, ending))
    }

    /// The language of an interpreter named in a first line: `python3`, `node`.
    #[must_use]
    pub fn by_shebang(&self, interpreter: &str) -> Option<&'static str> {
        let bare = interpreter.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
        let find = |word: &str| {
            self.entries
                .iter()
                .find(|entry| entry.spec.shebangs.iter().any(|known| known == word))
                .map(|entry| entry.id)
        };
        let counted = || LineOnly::by_shebang(interpreter).or_else(|| LineOnly::by_shebang(bare));
        find(interpreter).or_else(|| find(bare)).or_else(|| counted().map(|counted| counted.id))
    }

    /// The language of a `linguist-language` attribute: an id, a label or an alias, whatever its case.
    #[must_use]
    pub fn by_linguist(&self, name: &str) -> Option<&'static str> {
        let matches = |entry: &&Entry| {
            [entry.id, entry.spec.label.as_str()]
                .into_iter()
                .chain(entry.spec.linguist.iter().map(String::as_str))
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        let counted = || LineOnly::by_label(name).map(|counted| counted.id);
        self.entries.iter().find(matches).map(|entry| entry.id).or_else(counted)
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

impl Entry {
    fn compile(&self) -> Result<Language, String> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.text.as_bytes());
        hasher.update(self.version.as_bytes());
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Language::compile(self.id, self.spec.clone(), (self.grammar)(), fingerprint)
    }
}
