//! What the walk asks about languages, and as what a file is measured. Knows no language.

/// Detects languages; gives their ids.
pub trait Detect: Sync {
    /// By the name of a file.
    fn by_name(&self, file_name: &[u8]) -> Option<&'static str>;
    /// Whether several languages use such a name, so that the text decides.
    fn is_ambiguous(&self, _file_name: &[u8]) -> bool {
        false
    }
    /// By the name of a file and how it starts.
    fn by_content(&self, file_name: &[u8], _start: &[u8]) -> Option<&'static str> {
        self.by_name(file_name)
    }
    /// By the interpreter that a first line names: `python3`.
    fn by_shebang(&self, interpreter: &str) -> Option<&'static str>;
    /// By the value of a `linguist-language` attribute.
    fn by_linguist(&self, name: &str) -> Option<&'static str>;
}

impl Detect for crate::lang::Registry {
    fn by_name(&self, file_name: &[u8]) -> Option<&'static str> {
        self.by_name(file_name)
    }

    fn is_ambiguous(&self, file_name: &[u8]) -> bool {
        self.is_ambiguous(file_name)
    }

    fn by_content(&self, file_name: &[u8], start: &[u8]) -> Option<&'static str> {
        self.by_content(file_name, start)
    }

    fn by_shebang(&self, interpreter: &str) -> Option<&'static str> {
        self.by_shebang(interpreter)
    }

    fn by_linguist(&self, name: &str) -> Option<&'static str> {
        self.by_linguist(name)
    }
}

/// How a file is to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Detected {
    /// The language's id.
    pub language: &'static str,
    /// Whether it is measured even if its content is marked as generated: an attribute denies that,
    /// or the file was named itself.
    pub generated: bool,
}
