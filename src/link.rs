//! Links the calls of a snapshot: symbols with stable ids, names, references, fan-in and fan-out.
//! Pure: from the spaces of all files to records, the same for every order of the files. Never
//! guesses.
//!
//! A call resolves by name alone, as far as that is no guess: what its receiver names (the own
//! object, a class, a module), then the scopes it stands in, the file, the directory, the
//! language's part of the snapshot. The first of these that knows the name decides: one function is
//! the callee, several are none, and the call is counted as unresolved.

mod file;
mod resolve;
mod symbol;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{LinkRecord, NameRecord, ReferenceRecord, SnapshotId, SymbolId, SymbolRecord};
pub use file::File;
use resolve::Index;
use symbol::Symbol;

/// The links of a snapshot; each list in the order of its keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Every named space.
    pub symbols: Vec<SymbolRecord>,
    /// Every name, with all that bear it.
    pub names: Vec<NameRecord>,
    /// Every resolved call, from the symbol it stands in; code outside symbols has none.
    pub references: Vec<ReferenceRecord>,
    /// Every function.
    pub links: Vec<LinkRecord>,
}

/// What is known of the calls of one symbol.
#[derive(Default)]
struct Outgoing<'a> {
    counts: FxHashMap<u32, u64>,
    unresolved: FxHashSet<(&'a str, &'a str)>,
}

/// Links the files of a snapshot.
#[must_use]
pub fn link(snapshot: SnapshotId, files: &[File<'_>]) -> Links {
    let mut files: Vec<File<'_>> = files.to_vec();
    files.sort_by(|a, b| a.path.cmp(b.path));
    let symbols = symbol::collect(&files);
    let index = Index::new(&files, &symbols);
    let mut outgoing: Vec<Outgoing<'_>> = symbols.all.iter().map(|_| Outgoing::default()).collect();
    for (at, file) in files.iter().enumerate() {
        for (space, calls) in file.spaces.iter().enumerate().map(|(space, of)| (space, &of.calls)) {
            let Some(source) = symbols.around(at, file.spaces, space) else { continue };
            let outgoing = &mut outgoing[source as usize];
            for call in calls {
                match index.resolve(at, space, call) {
                    Some(target) => *outgoing.counts.entry(target).or_default() += u64::from(call.count),
                    None => drop(outgoing.unresolved.insert((&call.receiver, &call.name))),
                }
            }
        }
    }
    records(snapshot, &files, &symbols.all, &outgoing)
}

fn records(snapshot: SnapshotId, files: &[File<'_>], all: &[Symbol<'_>], outgoing: &[Outgoing<'_>]) -> Links {
    let mut links = Links::default();
    let mut names: FxHashMap<&str, Vec<SymbolId>> = FxHashMap::default();
    let mut fan_in = vec![0_u64; all.len()];
    for (source, outgoing) in all.iter().zip(outgoing) {
        for (target, count) in &outgoing.counts {
            let target_id = all[*target as usize].id;
            fan_in[*target as usize] += u64::from(source.space.kind.is_function());
            links.references.push(ReferenceRecord { snapshot, target: target_id, source: source.id, count: *count });
        }
    }
    for ((symbol, outgoing), fan_in) in all.iter().zip(outgoing).zip(fan_in) {
        let space = symbol.space;
        names.entry(&space.qualified_name).or_default().push(symbol.id);
        links.symbols.push(SymbolRecord {
            snapshot,
            id: symbol.id,
            fqn: space.qualified_name.clone(),
            kind: space.kind,
            path: files[symbol.file].path.clone(),
            space: symbol.index,
            start_line: space.start_line,
            end_line: space.end_line,
        });
        if space.kind.is_function() {
            let called = outgoing.counts.keys().filter(|target| all[**target as usize].space.kind.is_function());
            links.links.push(LinkRecord {
                snapshot,
                symbol: symbol.id,
                fan_in,
                fan_out: called.count() as u64,
                unresolved: outgoing.unresolved.len() as u64,
            });
        }
    }
    links.names = names
        .into_iter()
        .map(|(fqn, mut symbols)| {
            symbols.sort_unstable();
            NameRecord { snapshot, fqn: fqn.to_owned(), symbols }
        })
        .collect();
    links.symbols.sort_by_key(|symbol| symbol.id);
    links.names.sort_by(|a, b| a.fqn.cmp(&b.fqn));
    links.references.sort_by_key(|reference| (reference.target, reference.source));
    links.links.sort_by_key(|link| link.symbol);
    links
}
