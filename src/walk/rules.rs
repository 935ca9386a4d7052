//! The rule files that hold in a folder: a chain of scopes from the folder up to the top of its
//! work tree. Reads rule files that are regular files of sane size, follows no links, and never
//! decides anything itself.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::ByteSlice as _;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use super::attributes::{self, Found, Macros, Rule};
use super::read;

/// A rule file above this size is not a rule file.
const RULE_FILE_BYTES_MAX: u64 = 4 << 20;

/// Names of ignore files in order of precedence; of git's own the last two stop at the border of a
/// nested work tree.
const IGNORE_FILES: [&str; 4] = [".elcanoignore", ".ignore", ".gitignore", "info/exclude"];
const GITIGNORE: usize = 2;
const EXCLUDE: usize = 3;
const ATTRIBUTES: &str = ".gitattributes";

/// Which rule files a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Present {
    ignores: [bool; 3],
    attributes: bool,
    /// The folder is the top of a work tree.
    pub(super) git: bool,
}

impl Present {
    /// Takes note of an entry of the folder; links, pipes and the like are never rule files.
    pub(super) fn note(&mut self, name: &[u8], is_file: bool, is_dir: bool) {
        if !name.starts_with(b".") {
            return;
        }
        if let Some(index) = IGNORE_FILES[..EXCLUDE].iter().position(|known| known.as_bytes() == name) {
            self.ignores[index] |= is_file;
        }
        self.attributes |= is_file && name == ATTRIBUTES.as_bytes();
        self.git |= (is_file || is_dir) && name == b".git";
    }

    /// Looks for rule files in a folder that is not listed.
    pub(super) fn probe(folder: &Path) -> Self {
        let mut present = Self::default();
        for name in IGNORE_FILES[..EXCLUDE].iter().chain(&[ATTRIBUTES, ".git"]) {
            if let Ok(metadata) = folder.join(name).symlink_metadata() {
                present.note(name.as_bytes(), metadata.is_file(), metadata.is_dir());
            }
        }
        present
    }
}

/// The rule files of one folder and, through its parent, of the folders above.
#[derive(Debug, Default)]
pub(super) struct Scope {
    parent: Option<Arc<Scope>>,
    /// Bytes of a full path that name this folder, with the slash: what its rules do not see.
    offset: usize,
    ignores: [Option<Gitignore>; IGNORE_FILES.len()],
    attributes: Vec<Rule>,
    /// `.git/info/attributes`, which overrules every other.
    info_attributes: Vec<Rule>,
    macros: Arc<Macros>,
    /// The top of a work tree: git's rules from above end here.
    border: bool,
    /// The work trees below that are part of this one, relative to it.
    submodules: Vec<Vec<u8>>,
    has_attributes: bool,
}

impl Scope {
    /// The scope inside `folder`, whose full path (with a slash, or empty) is `full`. Costs nothing
    /// without rule files.
    pub(super) fn enter(
        parent: &Arc<Self>,
        folder: &Path,
        full: &[u8],
        present: Present,
        warnings: &mut Vec<String>,
    ) -> Arc<Self> {
        if present == Present::default() {
            return Arc::clone(parent);
        }
        let mut scope = Self {
            parent: Some(Arc::clone(parent)),
            offset: full.len(),
            border: present.git,
            has_attributes: parent.has_attributes && !present.git,
            ..Self::default()
        };
        for (index, name) in IGNORE_FILES[..EXCLUDE].iter().enumerate().filter(|(index, _)| present.ignores[*index]) {
            scope.ignores[index] = ignore_file(&folder.join(name), warnings);
        }
        let mut macros = Macros::default();
        let may_define = present.git || parent.parent.is_none();
        if let Some(info) = present.git.then(|| common_dir(folder)).flatten().map(|dir| dir.join("info")) {
            scope.ignores[EXCLUDE] = ignore_file(&info.join("exclude"), warnings);
            scope.info_attributes = attribute_file(&info.join("attributes"), &mut macros, true, warnings);
        }
        if !may_define {
            macros.clone_from(&parent.macros);
        }
        if present.attributes {
            scope.attributes = attribute_file(&folder.join(ATTRIBUTES), &mut macros, may_define, warnings);
        }
        if present.git {
            scope.submodules = submodules(folder, warnings);
        }
        scope.macros = Arc::new(macros);
        scope.has_attributes |= !(scope.attributes.is_empty() && scope.info_attributes.is_empty());
        Arc::new(scope)
    }

    /// This scope and those above, the deepest first.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |scope| scope.parent.as_deref())
    }

    /// The rule of the ignore files that decides on a path: of the strongest kind that has one, in
    /// the deepest file.
    pub(super) fn ignored(&self, full: &[u8], is_dir: bool) -> Match<&Glob> {
        for kind in 0..IGNORE_FILES.len() {
            for scope in self.chain() {
                if let Some(matcher) = &scope.ignores[kind] {
                    let matched = matcher.matched(as_path(&full[scope.offset..]), is_dir);
                    if !matched.is_none() {
                        return matched;
                    }
                }
                if scope.border && kind >= GITIGNORE {
                    break;
                }
            }
        }
        Match::None
    }

    /// Whether the work tree in a folder below this scope is none of its submodules: a linked work
    /// tree, of which the files are somewhere else, too, or a clone that lies in another work tree.
    pub(super) fn is_foreign(&self, folder: &Path, full: &[u8]) -> bool {
        if folder.join(".git").is_dir() {
            let around = self.chain().find(|scope| scope.border);
            return around.is_some_and(|top| !top.submodules.iter().any(|module| *module == full[top.offset..]));
        }
        git_dir(folder).is_some_and(|dir| dir.join("commondir").is_file())
    }

    /// The attributes of a file.
    pub(super) fn attributes(&self, full: &[u8]) -> Found<'_> {
        let mut found = Found::default();
        if self.has_attributes {
            if let Some(top) = self.chain().find(|scope| scope.border) {
                attributes::look_up(&top.info_attributes, &full[top.offset..], &mut found);
            }
            for scope in self.chain() {
                attributes::look_up(&scope.attributes, &full[scope.offset..], &mut found);
                if scope.border {
                    break;
                }
            }
        }
        found
    }
}

/// Bytes of the file system as a path.
pub(super) fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// The top of the work tree that `folder` is in: the nearest folder with a `.git`, itself included.
pub(super) fn top_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|ancestor| {
        let found = ancestor.join(".git").symlink_metadata();
        found.is_ok_and(|metadata| metadata.is_dir() || metadata.is_file())
    })
}

/// Compiles the globs of an ignore file; None when there is none.
pub(super) fn ignore_file(path: &Path, warnings: &mut Vec<String>) -> Option<Gitignore> {
    let bytes = rule_file(path, warnings)?;
    let mut builder = GitignoreBuilder::new("");
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let origin = format!("{}:{}", path.display(), index + 1);
        let added = std::str::from_utf8(line).map_err(|error| error.to_string()).and_then(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            builder.add_line(Some(PathBuf::from(&origin)), line).map(drop).map_err(|error| error.to_string())
        });
        if let Err(error) = added {
            warnings.push(format!("{origin}: {error}"));
        }
    }
    build(&builder, path, warnings)
}

fn build(builder: &GitignoreBuilder, path: &Path, warnings: &mut Vec<String>) -> Option<Gitignore> {
    match builder.build() {
        Ok(matcher) => (!matcher.is_empty()).then_some(matcher),
        Err(error) => {
            warnings.push(format!("{}: {error}", path.display()));
            None
        }
    }
}

fn attribute_file(path: &Path, macros: &mut Macros, may_define: bool, warnings: &mut Vec<String>) -> Vec<Rule> {
    let Some(bytes) = rule_file(path, warnings) else { return Vec::new() };
    attributes::read(&bytes, &path.display().to_string(), macros, may_define, warnings)
}

/// The bytes of a rule file. One that is there and cannot be read is a warning.
fn rule_file(path: &Path, warnings: &mut Vec<String>) -> Option<Vec<u8>> {
    match read::regular(path, RULE_FILE_BYTES_MAX) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            warnings.push(format!("{}: {error}", path.display()));
            None
        }
    }
}

/// The paths of the submodules in a work tree's `.gitmodules`.
fn submodules(top: &Path, warnings: &mut Vec<String>) -> Vec<Vec<u8>> {
    let bytes = rule_file(&top.join(".gitmodules"), warnings).unwrap_or_default();
    let value = |line: &[u8]| Some(line.trim_ascii().strip_prefix(b"path")?.trim_ascii().strip_prefix(b"=")?.to_vec());
    let paths = bytes.split(|byte| *byte == b'\n').filter_map(value);
    paths.map(|path| path.trim_ascii().trim_with(|character| matches!(character, '"' | '/')).to_vec()).collect()
}

/// The folder that holds `info/`: `.git`, or where a `.git` file (linked work tree, submodule)
/// points.
fn common_dir(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let dir = git_dir(top)?;
    Some(pointed(&dir.join("commondir"), b"", &dir).unwrap_or(dir))
}

/// The folder to which a `.git` file points.
fn git_dir(top: &Path) -> Option<PathBuf> {
    pointed(&top.join(".git"), b"gitdir:", top)
}

fn pointed(file: &Path, prefix: &[u8], base: &Path) -> Option<PathBuf> {
    let bytes = read::regular(file, RULE_FILE_BYTES_MAX).ok()?;
    Some(base.join(as_path(bytes.strip_prefix(prefix)?.trim_ascii())))
}
