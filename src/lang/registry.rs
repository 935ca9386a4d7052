//! Finds languages: by id, by a file's name and text, by a first line, by an attribute. Compiles
//! each when it is first asked for. Never reads a file.

use std::sync::{Arc, OnceLock};

use super::disambiguation;
use super::embedded::{EMBEDDED, Embedded};
use super::error::SpecError;
use super::language::Language;
use super::line_only::LineOnly;
use super::spec::Spec;

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
    compiled: OnceLock<Result<Arc<Language>, SpecError>>,
}

impl Registry {
    /// The languages of this build.
    ///
    /// # Errors
    /// A spec that cannot be read.
    pub fn new() -> Result<Self, SpecError> {
        Self::with_specs(&[])
    }

    /// The languages of this build, some with another spec (id, TOML) in place of their own: for
    /// working on one.
    ///
    /// # Errors
    /// A spec that cannot be read, or that is of no language of this build.
    pub fn with_specs(replaced: &[(String, String)]) -> Result<Self, SpecError> {
        if let Some((id, _)) = replaced.iter().find(|(id, _)| EMBEDDED.iter().all(|known| known.id != id)) {
            let hint = crate::error::suggestion(id, EMBEDDED.iter().map(|known| known.id));
            return Err(SpecError::NotInBuild { id: id.clone(), hint });
        }
        let written = EMBEDDED
            .iter()
            .map(|embedded| {
                let other = replaced.iter().find(|(id, _)| id == embedded.id);
                Written::parse(embedded, other.map_or(embedded.spec, |(_, text)| text.as_str()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let entries = written.iter().map(|own| own.complete(&written)).collect::<Result<_, _>>()?;
        Ok(Self { entries })
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
    pub fn language(&self, id: &str) -> Result<Arc<Language>, SpecError> {
        let entry = self.entry(id).ok_or_else(|| match LineOnly::by_id(id) {
            Some(language) => SpecError::LineOnly { label: language.label() },
            None => SpecError::UnknownLanguage { id: id.to_owned(), hint: crate::error::suggestion(id, self.ids()) },
        })?;
        entry.compiled.get_or_init(|| entry.compile().map(Arc::new)).clone()
    }

    /// The language of a file by its name: whole name first, then its extension; one that is parsed
    /// before one of which only lines are counted.
    #[must_use]
    pub fn by_name(&self, file_name: &[u8]) -> Option<&'static str> {
        // What languages use is text; the rest of a name need not be.
        let name = &*String::from_utf8_lossy(file_name);
        let by = |matches: &dyn Fn(&Spec) -> bool| {
            self.entries.iter().find(|entry| matches(&entry.spec)).map(|entry| entry.id)
        };
        by(&|spec| spec.filenames.iter().any(|known| known == name))
            .or_else(|| {
                let (_, extension) = name.rsplit_once('.')?;
                by(&|spec| spec.extensions.iter().any(|known| known == extension))
                    .or_else(|| by(&|spec| spec.extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))))
            })
            .or_else(|| LineOnly::by_name(name).map(|language| language.id))
    }

    /// The languages of which only lines are counted: those to which the parsed ones leave some
    /// files.
    pub fn line_only(&self) -> impl Iterator<Item = LineOnly> {
        LineOnly::all().filter(|language| {
            let extensions = language.extensions();
            let is_its_own = |extension: &&str| self.by_name(format!("a.{extension}").as_bytes()) == Some(language.id);
            extensions.is_empty() || extensions.iter().any(is_its_own)
        })
    }

    /// Whether a file of that name may be of several languages, so that its text decides.
    #[must_use]
    pub fn is_ambiguous(&self, file_name: &[u8]) -> bool {
        self.ambiguous(file_name).is_some()
    }

    /// The language of a file by its name and its first [`START_BYTES`](super::START_BYTES) bytes.
    #[must_use]
    pub fn by_content(&self, file_name: &[u8], start: &[u8]) -> Option<&'static str> {
        let winner = self
            .ambiguous(file_name)
            .and_then(|(spec, extension)| disambiguation::winner(&spec.disambiguations, extension, start));
        let known = winner.and_then(|id| self.entry(id)).map(|entry| entry.id);
        known.or_else(|| self.by_name(file_name))
    }

    /// The spec that lists an extension which other languages use, too, and that extension.
    fn ambiguous<'n>(&self, file_name: &'n [u8]) -> Option<(&Spec, &'n str)> {
        let at = file_name.iter().rposition(|byte| *byte == b'.')?;
        let extension = std::str::from_utf8(&file_name[at + 1..]).ok()?;
        let spec = self.spec(self.by_name(file_name)?)?.0;
        spec.disambiguations.iter().any(|other| other.extension == extension).then_some((spec, extension))
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
        let line_only = || LineOnly::by_shebang(interpreter).or_else(|| LineOnly::by_shebang(bare));
        find(interpreter).or_else(|| find(bare)).or_else(|| line_only().map(|language| language.id))
    }

    /// The language of a `linguist-language` attribute: an id, a label or an alias, whatever its
    /// case.
    #[must_use]
    pub fn by_linguist(&self, name: &str) -> Option<&'static str> {
        let matches = |entry: &&Entry| {
            [entry.id, entry.spec.label.as_str()]
                .into_iter()
                .chain(entry.spec.linguist.iter().map(String::as_str))
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        let line_only = || LineOnly::by_label(name).map(|language| language.id);
        self.entries.iter().find(matches).map(|entry| entry.id).or_else(line_only)
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

/// A spec as it was written.
struct Written<'t> {
    embedded: &'static Embedded,
    text: &'t str,
    spec: Spec,
}

impl<'t> Written<'t> {
    fn parse(embedded: &'static Embedded, text: &'t str) -> Result<Self, SpecError> {
        let spec =
            Spec::parse(text).map_err(|cause| SpecError::Unreadable { id: embedded.id, cause: Box::new(cause) })?;
        Ok(Self { embedded, text, spec })
    }

    /// With what it inherits from those that it extends.
    fn complete(&self, all: &[Self]) -> Result<Entry, SpecError> {
        let Embedded { id, grammar, version, .. } = *self.embedded;
        let (mut spec, mut text) = (self.spec.clone(), self.text.to_owned());
        while let Some(base) = spec.extends.take() {
            let Some(other) = all.iter().find(|other| other.embedded.id == base) else {
                return Err(SpecError::UnknownBase { id, base });
            };
            spec.inherit(&other.spec);
            spec.extends.clone_from(&other.spec.extends);
            text.push_str(other.text);
        }
        Ok(Entry { id, spec, text, grammar, version, compiled: OnceLock::new() })
    }
}

impl Entry {
    fn compile(&self) -> Result<Language, SpecError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.text.as_bytes());
        hasher.update(self.version.as_bytes());
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Language::compile(self.id, self.spec.clone(), (self.grammar)(), fingerprint)
    }
}
