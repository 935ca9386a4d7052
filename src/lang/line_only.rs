//! Languages of which only lines are counted, by the library tokei: there is no grammar for them
//! here. Their ids begin with `tokei:`, so that a number shows what counted it. Never parses.

/// Whether lines are all that is known of the language.
#[must_use]
pub fn is_line_only(id: &str) -> bool {
    id.starts_with("tokei:")
}

/// Lines of a file, each of one sort: a row with code and a comment is code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lines {
    /// Rows of code.
    pub code: u32,
    /// Rows of comment.
    pub comment: u32,
    /// Blank rows.
    pub blank: u32,
}

#[cfg(feature = "tokei")]
pub use with::LineOnly;
#[cfg(not(feature = "tokei"))]
pub use without::LineOnly;

#[cfg(feature = "tokei")]
mod with {
    use std::sync::LazyLock;

    use tokei::{Config, LanguageType};

    use super::Lines;

    /// A language of which only lines are counted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct LineOnly {
        /// `tokei:css`.
        pub id: &'static str,
        of: LanguageType,
    }

    /// Whole file names, in lower case, and tokei's names of their languages; the library has no
    /// list of them.
    const FILENAMES: [(&str, &str); 14] = [
        ("cmakelists.txt", "CMake"),
        ("dockerfile", "Dockerfile"),
        ("gnumakefile", "Makefile"),
        ("justfile", "Just"),
        ("makefile", "Makefile"),
        ("meson.build", "Meson"),
        ("meson_options.txt", "Meson"),
        ("nuget.config", "NuGetConfig"),
        ("nugetdefaults.config", "NuGetConfig"),
        ("packages.config", "NuGetConfig"),
        ("pkgbuild", "PacmanMakepkg"),
        ("sconscript", "Scons"),
        ("sconstruct", "Scons"),
        ("snakefile", "Snakemake"),
    ];

    /// Prose is no code.
    const LEFT_OUT: [LanguageType; 1] = [LanguageType::Text];

    static ALL: LazyLock<Vec<(LanguageType, String)>> = LazyLock::new(|| {
        let kept = LanguageType::list().iter().filter(|(of, _)| !LEFT_OUT.contains(of));
        let mut all: Vec<_> = kept.map(|(of, _)| (*of, id(*of))).collect();
        all.sort_by(|left, right| left.1.cmp(&right.1));
        all
    });

    fn id(of: LanguageType) -> String {
        let name = of.name().to_lowercase();
        format!("tokei:{}", name.replace(|character: char| character.is_whitespace() || character == '/', "_"))
    }

    impl LineOnly {
        /// The version of the library; part of the analyzer's id.
        pub const VERSION: &'static str = super::super::embedded::TOKEI_VERSION;

        /// All of them, sorted by id.
        pub fn all() -> impl Iterator<Item = Self> {
            ALL.iter().map(|(of, id)| Self { id, of: *of })
        }

        fn of(of: LanguageType) -> Option<Self> {
            Self::all().find(|language| language.of == of)
        }

        /// The language of an id.
        #[must_use]
        pub fn by_id(id: &str) -> Option<Self> {
            Self::all().find(|language| language.id == id)
        }

        /// By the name of a file; reads no file.
        #[must_use]
        pub fn by_name(file_name: &str) -> Option<Self> {
            let name = file_name.to_lowercase();
            if let Some((_, language)) = FILENAMES.iter().find(|(known, _)| *known == name) {
                return Self::of(LanguageType::from_name(language)?);
            }
            let (_, extension) = name.rsplit_once('.')?;
            Self::of(LanguageType::from_file_extension(extension)?)
        }

        /// By the interpreter that a first line names.
        #[must_use]
        pub fn by_shebang(interpreter: &str) -> Option<Self> {
            let names = |shebang: &&str| shebang.rsplit('/').next() == Some(interpreter);
            Self::all().find(|language| language.of.shebangs().iter().any(names))
        }

        /// By a name that people use, whatever its case.
        #[must_use]
        pub fn by_label(name: &str) -> Option<Self> {
            Self::all().find(|language| language.of.name().eq_ignore_ascii_case(name))
        }

        /// The name people use.
        #[must_use]
        pub fn label(self) -> &'static str {
            self.of.name()
        }

        /// Its file name extensions.
        #[must_use]
        pub fn extensions(self) -> &'static [&'static str] {
            LanguageType::list().iter().find(|(of, _)| *of == self.of).map_or(&[], |(_, extensions)| extensions)
        }

        /// Counts the lines of a file, those of languages embedded in it together with its own.
        #[must_use]
        pub fn count(self, bytes: &[u8]) -> Lines {
            let stats = self.of.parse_from_slice(bytes, &Config::default()).summarise();
            let rows = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            Lines { code: rows(stats.code), comment: rows(stats.comments), blank: rows(stats.blanks) }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn names_are_what_the_library_takes_them_for() {
            for (name, language) in FILENAMES {
                let known = LanguageType::from_path(name, &Config::default());
                assert_eq!(
                    known.map(LanguageType::name),
                    LanguageType::from_name(language).map(LanguageType::name),
                    "{name}"
                );
                assert!(known.is_some(), "{name}");
            }
        }

        #[test]
        fn ids_differ_and_lead_back() {
            for language in LineOnly::all() {
                assert_eq!(LineOnly::by_id(language.id), Some(language));
                assert!(language.id.is_ascii() && !language.id.contains(char::is_whitespace), "{}", language.id);
            }
            assert!(LineOnly::all().count() > 250);
        }
    }
}

#[cfg(not(feature = "tokei"))]
mod without {
    use super::Lines;

    /// There are none: the feature `tokei` is off.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct LineOnly {
        /// Its id.
        pub id: &'static str,
        never: std::convert::Infallible,
    }

    impl LineOnly {
        /// No version.
        pub const VERSION: &'static str = "";

        /// None.
        pub fn all() -> impl Iterator<Item = Self> {
            std::iter::empty()
        }

        /// None.
        #[must_use]
        pub fn by_id(_: &str) -> Option<Self> {
            None
        }

        /// None.
        #[must_use]
        pub fn by_name(_: &str) -> Option<Self> {
            None
        }

        /// None.
        #[must_use]
        pub fn by_shebang(_: &str) -> Option<Self> {
            None
        }

        /// None.
        #[must_use]
        pub fn by_label(_: &str) -> Option<Self> {
            None
        }

        /// No label.
        #[must_use]
        pub fn label(self) -> &'static str {
            match self.never {}
        }

        /// No extensions.
        #[must_use]
        pub fn extensions(self) -> &'static [&'static str] {
            match self.never {}
        }

        /// No lines.
        #[must_use]
        pub fn count(self, _: &[u8]) -> Lines {
            match self.never {}
        }
    }
}
