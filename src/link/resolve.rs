//! Names to functions: one table that knows, for each place a name can be looked up in, the one
//! function there that bears it, or that there are several. Never chooses among them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::file::File;
use super::symbol::{Symbols, outwards};
use crate::model::{Call, Space, SpaceKind};

/// How far a look-up goes, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Reach {
    File(usize),
    Folder(usize),
    Language(usize),
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What<'a> {
    /// A function directly in a space of the file.
    In(u32),
    /// A function of no class.
    Free,
    /// A function of some class.
    Method,
    /// A function of a class or namespace of that name.
    Of(&'a str),
    /// A function of exactly that class.
    Owned(&'a str),
    /// A function of no class in a file or folder of that name.
    Module(&'a str),
    /// A class.
    Class,
}

type Key<'a> = (Reach, What<'a>, &'a str);

/// Who bears a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    One(u32),
    Several,
}

/// Who bears which name where.
pub(super) struct Index<'a> {
    files: &'a [File<'a>],
    found: FxHashMap<Key<'a>, Found>,
    /// File -> its folder and its language, by index.
    places: Vec<(usize, usize)>,
    modules: FxHashSet<&'a str>,
}

/// The enclosing part of a qualified name.
fn owner(space: &Space) -> &str {
    let name = last_part(&space.qualified_name);
    space.qualified_name[..space.qualified_name.len() - name.len()].trim_end_matches([':', '.'])
}

/// What stands behind the last `::` or `.`, outside of brackets.
fn last_part(name: &str) -> &str {
    let mut depth = 0_i32;
    for (at, character) in name.char_indices().rev() {
        match character {
            '>' | ')' | ']' => depth += 1,
            '<' | '(' | '[' => depth -= 1,
            ':' | '.' if depth == 0 => return &name[at + 1..],
            _ => {}
        }
    }
    name
}

/// A class's name without its type arguments.
fn bare(name: &str) -> &str {
    let end = name.find(['<', '[', '(']).unwrap_or(name.len());
    name[..end].trim()
}

/// The name at the end of a receiver; none where that is no name (`f()`, `"text"`).
fn named(receiver: &str) -> Option<&str> {
    let name = bare(last_part(receiver));
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let ends = receiver.ends_with(|c: char| is_name(c) || c == '>');
    (ends && !name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// Whether a receiver is a call of `word`.
fn calls(receiver: &str, word: &str) -> bool {
    receiver.strip_prefix(word).is_some_and(|rest| rest.starts_with('('))
}

/// Name of a file without its ending, and of its folder.
fn module_names(path: &[u8]) -> [Option<&str>; 2] {
    let (folder, name) = match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&path[..0], path),
    };
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or(name);
    let folder = folder.rsplit(|byte| *byte == b'/').next().unwrap_or(folder);
    [stem, folder].map(|name| std::str::from_utf8(name).ok().filter(|name| !name.is_empty()))
}

/// A number for each distinct value, in the order they come.
fn numbers<T: Eq + std::hash::Hash>(values: impl Iterator<Item = T>) -> Vec<usize> {
    let mut known = FxHashMap::default();
    values
        .map(|value| {
            let next = known.len();
            *known.entry(value).or_insert(next)
        })
        .collect()
}

impl<'a> Index<'a> {
    pub(super) fn new(files: &'a [File<'a>], symbols: &Symbols<'a>) -> Self {
        let languages = numbers(files.iter().map(|file| file.language));
        let folders = numbers(files.iter().map(|file| {
            let path = file.path.as_bytes();
            let end = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            (file.language, &path[..end])
        }));
        let places = folders.into_iter().zip(languages).collect();
        let mut index = Self { files, found: FxHashMap::default(), places, modules: FxHashSet::default() };
        for file in files {
            index.modules.extend(module_names(file.path.as_bytes()).into_iter().flatten());
        }
        for (symbol, of) in (0..).zip(&symbols.all) {
            if of.space.kind.is_function() {
                index.add_function(symbol, of.file, of.space);
            } else if of.space.kind.is_class() && of.space.kind != SpaceKind::Impl {
                index.add_everywhere(of.file, What::Class, bare(last_part(&of.space.name)), symbol);
            }
        }
        index
    }

    fn add_function(&mut self, symbol: u32, file: usize, space: &'a Space) {
        let name = last_part(&space.qualified_name);
        let spaces = self.files[file].spaces;
        let Some(parent) = space.parent else { return };
        let around = &spaces[parent as usize];
        self.add((Reach::File(file), What::In(parent), name), symbol);
        let owner = owner(space);
        if is_method(space, around) {
            self.add_everywhere(file, What::Method, name, symbol);
            self.add_everywhere(file, What::Of(bare(last_part(owner))), name, symbol);
            self.add((Reach::File(file), What::Owned(owner), name), symbol);
            return;
        }
        // A function inside another is visible in that one alone.
        if outwards(spaces, parent as usize).any(|outer| spaces[outer].kind.is_function()) {
            self.add((Reach::File(file), What::Free, name), symbol);
            return;
        }
        self.add_everywhere(file, What::Free, name, symbol);
        if !owner.is_empty() {
            self.add_everywhere(file, What::Of(bare(last_part(owner))), name, symbol);
        }
        let language = Reach::Language(self.places[file].1);
        for module in module_names(self.files[file].path.as_bytes()).into_iter().flatten() {
            self.add((language, What::Module(module), name), symbol);
        }
    }

    fn add_everywhere(&mut self, file: usize, what: What<'a>, name: &'a str, symbol: u32) {
        for reach in self.reaches(file) {
            self.add((reach, what, name), symbol);
        }
    }

    fn add(&mut self, key: Key<'a>, symbol: u32) {
        let found = self.found.entry(key).or_insert(Found::One(symbol));
        if *found != Found::One(symbol) {
            *found = Found::Several;
        }
    }

    fn reaches(&self, file: usize) -> [Reach; 3] {
        let (folder, language) = self.places[file];
        [Reach::File(file), Reach::Folder(folder), Reach::Language(language)]
    }

    /// Who bears a name, in the nearest of the reaches where anybody does.
    fn nearest(&self, file: usize, what: What<'a>, name: &'a str) -> Option<Found> {
        self.reaches(file).into_iter().find_map(|reach| self.found.get(&(reach, what, name)).copied())
    }

    /// What a call calls; none where that is not one symbol.
    pub(super) fn resolve(&self, file: usize, space: usize, call: &'a Call) -> Option<u32> {
        let rules = self.files[file].calls;
        let is_one_of = |words: &[String]| words.contains(&call.receiver);
        let found = if call.receiver.is_empty() {
            self.bare(file, space, &call.name)
        } else if is_one_of(&rules.self_names) {
            self.own(file, space, &call.name)
        } else if is_one_of(&rules.root_names) {
            self.nearest(file, What::Free, &call.name)
        } else if is_one_of(&rules.super_names) || rules.super_names.iter().any(|word| calls(&call.receiver, word)) {
            let own = self.class_around(file, space).and_then(|class| {
                self.found.get(&(Reach::File(file), What::Owned(class), call.name.as_str())).copied()
            });
            self.nearest(file, What::Method, &call.name).filter(|found| Some(*found) != own)
        } else {
            self.received(file, &call.receiver, &call.name)
        };
        match found? {
            Found::One(symbol) => Some(symbol),
            Found::Several => None,
        }
    }

    /// A name alone: as the scopes around it know it; then a function of the own class where that
    /// needs no receiver; a function of no class; an instance of a class.
    fn bare(&self, file: usize, space: usize, name: &'a str) -> Option<Found> {
        let (spaces, rules) = (self.files[file].spaces, self.files[file].calls);
        let visible = |outer: &usize| rules.implicit_self || !spaces[*outer].kind.is_class();
        let scoped = outwards(spaces, space).filter(visible).find_map(|outer| {
            let outer = u32::try_from(outer).ok()?;
            self.found.get(&(Reach::File(file), What::In(outer), name)).copied()
        });
        let class = self.class_around(file, space).filter(|_| rules.implicit_self);
        let inherited = || class.and_then(|_| self.nearest(file, What::Method, name));
        scoped
            .or_else(|| self.nearest(file, What::Of(bare(last_part(class?))), name))
            .or_else(|| self.nearest(file, What::Free, name))
            .or_else(|| self.instance(file, name))
            .or_else(inherited)
    }

    /// A function of the own object: of its class, else of whatever class it may come from.
    fn own(&self, file: usize, space: usize, name: &'a str) -> Option<Found> {
        // `self` may also be a module.
        let Some(class) = self.class_around(file, space) else { return self.nearest(file, What::Free, name) };
        let exactly = self.found.get(&(Reach::File(file), What::Owned(class), name)).copied();
        exactly
            .or_else(|| self.nearest(file, What::Of(bare(last_part(class))), name))
            .or_else(|| self.nearest(file, What::Method, name))
    }

    /// A function of what is named before it: a class, a namespace, a module; else of some object's
    /// class.
    fn received(&self, file: usize, receiver: &'a str, name: &'a str) -> Option<Found> {
        let language = Reach::Language(self.places[file].1);
        let before = named(receiver);
        let in_module = |before: &'a str| self.found.get(&(language, What::Module(before), name)).copied();
        // What is written as a type and is none of the snapshot's is of another library.
        let foreign = |before: &&'a str| {
            before.starts_with(char::is_uppercase) && self.nearest(file, What::Class, before).is_none()
        };
        before
            .and_then(|before| self.nearest(file, What::Of(before), name).or_else(|| in_module(before)))
            .or_else(|| before.filter(|before| self.modules.contains(before)).and_then(|_| self.instance(file, name)))
            .or_else(
                || if before.as_ref().is_some_and(foreign) { None } else { self.nearest(file, What::Method, name) },
            )
    }

    /// A class that is called: its constructor, or itself where that is not one function.
    fn instance(&self, file: usize, name: &'a str) -> Option<Found> {
        let Found::One(class) = self.nearest(file, What::Class, name)? else { return Some(Found::Several) };
        let mut names = self.files[file].calls.constructors.iter().map(String::as_str).chain([name]);
        let constructor = names.find_map(|constructor| self.nearest(file, What::Of(name), constructor));
        Some(match constructor {
            Some(Found::One(constructor)) => Found::One(constructor),
            _ => Found::One(class),
        })
    }

    /// The class whose function a space is, or is in.
    fn class_around(&self, file: usize, space: usize) -> Option<&'a str> {
        let spaces = self.files[file].spaces;
        outwards(spaces, space).find_map(|at| {
            let space = &spaces[at];
            let around = &spaces[space.parent? as usize];
            if space.kind.is_class() {
                return Some(space.qualified_name.as_str());
            }
            (space.kind.is_function() && is_method(space, around)).then(|| owner(space))
        })
    }
}

/// Whether a function belongs to a class: it stands in one, or its qualified name names one.
fn is_method(space: &Space, around: &Space) -> bool {
    around.kind.is_class() || owner(space) != around.qualified_name
}
