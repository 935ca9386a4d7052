//! Links of a snapshot: reads the calls of its files from the store and hands them to the linker,
//! whose records are stored with the snapshot.

use super::report::missing_facts;
use crate::error::Result;
use crate::interrupt;
use crate::lang::Registry;
use crate::lang::spec::Calls;
use crate::link::{self, File};
use crate::model::{FactsRecord, FileRecord, SnapshotId};
use crate::store::{Record, Store};

/// Symbols, names, references and links of a snapshot whose files were measured at level `full`.
///
/// # Errors
/// The store cannot be read, or holds no facts for a file.
pub(super) fn records(
    registry: &Registry,
    store: &dyn Store,
    snapshot: SnapshotId,
    files: &[FileRecord],
) -> Result<Vec<Record>> {
    let mut measured: Vec<(&FileRecord, FactsRecord)> = Vec::new();
    for file in files.iter().filter(|file| file.skip.is_none()) {
        interrupt::check()?;
        if let Some(content) = file.content {
            let facts = store.facts(content, file.analyzer)?;
            measured.push((file, facts.ok_or_else(|| missing_facts(file, content))?));
        }
    }
    let plain = Calls::default();
    let files: Vec<File<'_>> = measured
        .iter()
        .map(|(file, facts)| File {
            path: &file.path,
            language: &file.language,
            calls: registry.spec(&file.language).map_or(&plain, |(spec, _)| &spec.calls),
            spaces: &facts.spaces,
        })
        .collect();
    let links = link::link(snapshot, &files);
    let symbols = links.symbols.into_iter().map(Record::from);
    let names = links.names.into_iter().map(Record::from);
    let references = links.references.into_iter().map(Record::from);
    Ok(symbols.chain(names).chain(references).chain(links.links.into_iter().map(Record::from)).collect())
}
