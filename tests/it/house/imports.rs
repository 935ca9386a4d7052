//! Which file uses what of which other file: `use` declarations and inline paths, resolved to the
//! file that defines the item. Reads text, so it sees no method call: an item counts as used where
//! a path or an import names it.
//!
//! A re-export is followed to the file that defines the item. It is itself no use: a room that
//! lists its files and hands on their items depends on none of them, unless its own code names an
//! item.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{SourceFile, words};

/// `["lang", "kinds"]` of `src/lang/kinds.rs`; empty for the library's root.
type ModulePath = Vec<String>;

/// An import of a module: the name that it binds, and the path that it stands for, from the crate's
/// root.
struct Import {
    /// `*` for all names.
    name: String,
    path: Vec<String>,
    /// `pub use`, and `pub(..) use`.
    exported: bool,
}

/// A file as a module.
struct Module {
    file: String,
    /// The code without imports.
    code: String,
    words: BTreeSet<String>,
    imports: Vec<Import>,
    defined: BTreeSet<String>,
}

/// The modules of a crate.
pub struct Crate {
    modules: BTreeMap<ModulePath, Module>,
}

/// A use: from a file, of a file, and the item.
pub type Edge = (String, String, String);

/// How often an import may stand for another import.
const HOPS_MAX: u8 = 16;

const DEFINERS: &[&str] = &["fn", "struct", "enum", "trait", "type", "const", "static", "mod", "union", "mut"];

impl Crate {
    pub fn new(files: &[SourceFile]) -> Self {
        let mut modules = BTreeMap::new();
        for file in files {
            let below = file.path.strip_prefix("src/").unwrap_or(&file.path).trim_end_matches(".rs");
            let path = if below == "lib" { Vec::new() } else { below.split('/').map(str::to_owned).collect() };
            let module = Module::new(file, &path);
            modules.insert(path, module);
        }
        Self { modules }
    }

    /// Every use of a file by another one.
    pub fn edges(&self) -> BTreeSet<Edge> {
        let mut edges = BTreeSet::new();
        for (path, module) in &self.modules {
            for import in &module.imports {
                let is_used = module.words.contains(&import.name);
                if import.name == "*" {
                    self.add_all(module, &import.path, &mut edges);
                } else if is_used || !import.exported {
                    self.add(module, &import.path, &mut edges);
                }
            }
            for inline in paths(&module.code) {
                if let Some(target) = self.absolute(path, module, &inline) {
                    self.add(module, &target, &mut edges);
                }
            }
        }
        edges
    }

    fn add(&self, from: &Module, path: &[String], edges: &mut BTreeSet<Edge>) {
        if let Some((target, item)) = self.definition(path, 0)
            && target.file != from.file
        {
            edges.insert((from.file.clone(), target.file.clone(), item));
        }
    }

    /// A glob: every name of the module that the code mentions.
    fn add_all(&self, from: &Module, path: &[String], edges: &mut BTreeSet<Edge>) {
        let Some(target) = self.modules.get(path) else { return };
        let names = target.defined.iter().chain(target.imports.iter().map(|import| &import.name));
        for name in names.filter(|name| from.words.contains(*name)) {
            self.add(from, &[path, std::slice::from_ref(name)].concat(), edges);
        }
    }

    /// An inline path from the crate's root; None if it begins with something else than a module.
    fn absolute(&self, here: &ModulePath, module: &Module, inline: &[String]) -> Option<Vec<String>> {
        let (first, rest) = inline.split_first()?;
        match first.as_str() {
            "crate" | "self" | "super" => Some(from_root(here, inline)),
            _ => {
                let child = [here.as_slice(), std::slice::from_ref(first)].concat();
                let alias = module.imports.iter().find(|import| import.name == *first).map(|import| &import.path);
                let target = alias.unwrap_or(&child);
                self.modules.contains_key(target).then(|| [target.as_slice(), rest].concat())
            }
        }
    }

    /// The module that defines the item of a path, and the item; None for a module alone and for
    /// another crate.
    fn definition(&self, path: &[String], hops: u8) -> Option<(&Module, String)> {
        let known = (0..path.len()).rev().find(|length| self.modules.contains_key(&path[..*length]))?;
        let (module, item) = (&self.modules[&path[..known]], &path[known]);
        if self.modules.contains_key(path) || (known == 0 && !module.binds(item)) {
            return None;
        }
        let import = module.imports.iter().find(|import| import.name == *item && !module.defined.contains(item));
        match import {
            Some(import) if hops < HOPS_MAX => self.definition(&[&import.path, &path[known + 1..]].concat(), hops + 1),
            _ if module.defined.contains(item) => Some((module, item.clone())),
            _ => self.through_globs(module, item, hops).or_else(|| Some((module, item.clone()))),
        }
    }

    fn through_globs(&self, module: &Module, item: &String, hops: u8) -> Option<(&Module, String)> {
        let globs = module.imports.iter().filter(|import| import.name == "*");
        let mut targets = globs.filter(|glob| self.modules.get(&glob.path).is_some_and(|target| target.binds(item)));
        let glob = targets.next().filter(|_| hops < HOPS_MAX)?;
        self.definition(&[glob.path.as_slice(), std::slice::from_ref(item)].concat(), hops + 1)
    }
}

impl Module {
    fn new(file: &SourceFile, path: &ModulePath) -> Self {
        let (imports, code) = imports(&file.shipped, path);
        let (mut defined, mut mentioned) = (BTreeSet::new(), BTreeSet::new());
        let (mut before, mut end, mut depth) = ("", 0, 0_usize);
        for (at, word) in words(&code) {
            let between = &code[end..at];
            depth = (depth + between.matches('{').count()).saturating_sub(between.matches('}').count());
            // Deeper, it is a method's or a local name.
            if depth == 0 && (before == "macro_rules" || DEFINERS.contains(&before)) {
                defined.insert(word.to_owned());
            }
            if before != "mod" {
                mentioned.insert(word.to_owned());
            }
            (before, end) = (word, at + word.len());
        }
        Self { file: file.path.clone(), code, words: mentioned, imports, defined }
    }

    fn binds(&self, item: &String) -> bool {
        self.defined.contains(item) || self.imports.iter().any(|import| import.name == *item)
    }
}

/// The imports of code, and the code without them.
fn imports(code: &str, here: &ModulePath) -> (Vec<Import>, String) {
    let mut rest = code.as_bytes().to_vec();
    let mut imports = Vec::new();
    for (at, word) in words(code) {
        let before = code[..at].trim_end();
        // `+ use<'a>` is a bound.
        if word != "use" || code[at + 3..].trim_start().starts_with('<') {
            continue;
        }
        let end = code[at..].find(';').map_or(code.len(), |end| at + end);
        let exported = before.ends_with("pub") || (before.ends_with(')') && before.rfind("pub(") >= before.rfind(';'));
        let mut leaves = Vec::new();
        leaves_of(&code[at + 3..end], &[], &mut leaves);
        for (name, path) in leaves {
            imports.push(Import { name, path: from_root(here, &path), exported });
        }
        rest[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    (imports, String::from_utf8(rest).expect("whole declarations were replaced"))
}

/// The bound name and the path of each element of a tree of imports.
fn leaves_of(tree: &str, prefix: &[String], leaves: &mut Vec<(String, Vec<String>)>) {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let prefix = [prefix, &segments(&tree[..open])].concat();
        let inside = tree[open + 1..].trim_end().strip_suffix('}').unwrap_or(&tree[open + 1..]);
        let (mut depth, mut start) = (0, 0);
        for (at, character) in inside.char_indices().chain([(inside.len(), ',')]) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !inside[start..at].trim().is_empty() {
                        leaves_of(&inside[start..at], &prefix, leaves);
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let mut path = [prefix, &segments(path)].concat();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let name = alias.map_or_else(|| path.last().cloned().unwrap_or_default(), str::to_owned);
    if name == "*" {
        path.pop();
    }
    leaves.push((name, path));
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// A path from the crate's root. What begins with another word is a child's, or another crate's.
fn from_root(here: &ModulePath, path: &[String]) -> Vec<String> {
    let mut base = here.clone();
    for (at, segment) in path.iter().enumerate() {
        match segment.as_str() {
            "crate" if at == 0 => base.clear(),
            "self" if at == 0 => {}
            "super" => drop(base.pop()),
            _ => return [&base, &path[at..]].concat(),
        }
    }
    base
}

/// Every path of more than one segment in code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    let mut end = None;
    for (at, word) in words(code) {
        let continues = end.is_some_and(|end: usize| &code[end..at] == "::");
        match paths.last_mut() {
            Some(path) if continues => path.push(word.to_owned()),
            _ => paths.push(vec![word.to_owned()]),
        }
        end = Some(at + word.len());
    }
    paths.retain(|path| path.len() > 1);
    paths
}
