//! The control flow graph of one function of a snapshot, found by its name, in Graphviz' language.

use crate::error::{Error, Result, suggestion};
use crate::model::{Candidate, Cfg, CfgRecord, ChunkRecord, Level, SnapshotRecord, SymbolRecord, functions_named};
use crate::report::dot;
use crate::store::{Family, Key, Record, Store};

use super::report::missing_facts;

/// The graph of the function that `name` means: its id, its qualified name or the end of one, each
/// also as `PATH:NAME`.
///
/// # Errors
/// No function is called so, or several are (the message lists them with their ids); the snapshot
/// was made without graphs; the store cannot be read.
pub fn dot(store: &dyn Store, snapshot: &SnapshotRecord, name: &str) -> Result<String> {
    if snapshot.level != Level::Full {
        return Err(Error::Undecided(format!(
            "snapshot {} holds no graphs: it was made with --level {}; `elcano scan --level full` keeps them",
            snapshot.id, snapshot.level
        )));
    }
    let (mut found, mut names) = (Vec::new(), Vec::new());
    store.scan(Family::Symbols, &Key::snapshot(snapshot.id), &mut |record| {
        if let Record::Symbols(symbol) = record
            && symbol.kind.is_function()
        {
            if is_meant(&symbol, name) {
                found.push(symbol);
            } else if found.is_empty() {
                names.push(symbol.fqn);
            }
        }
        Ok(())
    })?;
    found.sort_by(|a, b| (&a.path, a.start_line, a.id).cmp(&(&b.path, b.start_line, b.id)));
    match found.as_slice() {
        [] => {
            let hint = suggestion(name, names.iter().map(String::as_str));
            Err(Error::Usage(format!("no function `{name}` in snapshot {}{hint}", snapshot.id)))
        }
        [symbol] => draw(store, symbol),
        _ => {
            let lines = found.iter().map(|symbol| {
                let SymbolRecord { id, path, start_line, fqn, .. } = symbol;
                format!("\n  {id}  {path}:{start_line}  {fqn}")
            });
            Err(Error::Usage(format!(
                "`{name}` means several functions; name one by its id:{}",
                lines.collect::<String>()
            )))
        }
    }
}

/// Whether a name means a symbol: its id, its name by any separators, or `PATH:NAME`.
fn is_meant(symbol: &SymbolRecord, name: &str) -> bool {
    let in_file = name.strip_prefix(&symbol.path.to_string()).and_then(|rest| rest.strip_prefix(':'));
    let candidate = [Candidate { qualified_name: &symbol.fqn, line: symbol.start_line }];
    symbol.id.to_string() == name || !functions_named(in_file.unwrap_or(name), &candidate).is_empty()
}

fn draw(store: &dyn Store, symbol: &SymbolRecord) -> Result<String> {
    let missing = |family: Family, key: Key| Error::Record {
        family: family.name(),
        key: key.to_string(),
        problem: format!("missing, though `{}` in `{}` refers to it", symbol.fqn, symbol.path),
    };
    let file_key = Key::file(symbol.snapshot, &symbol.path);
    let file = store.file(symbol.snapshot, &symbol.path)?.ok_or_else(|| missing(Family::Files, file_key.clone()))?;
    let content = file.content.ok_or_else(|| missing(Family::Files, file_key))?;
    let facts = store.facts(content, file.analyzer)?.ok_or_else(|| missing_facts(&file, content))?;
    let space = facts
        .spaces
        .get(symbol.space as usize)
        .ok_or_else(|| missing(Family::Facts, Key::facts(content, file.analyzer)))?;
    let key = Key::cfg(content, file.analyzer, symbol.space);
    let graph: CfgRecord = store.fetch(&key)?.ok_or_else(|| missing(Family::Cfg, key))?;
    let key = Key::chunk(content, space.start_byte, space.end_byte);
    let chunk: ChunkRecord = store.fetch(&key)?.ok_or_else(|| missing(Family::Chunks, key))?;
    let mut cfg = Cfg { space: graph.space, blocks: graph.blocks, edges: graph.edges };
    // Blocks are placed in the file, the chunk begins where the function does.
    for block in &mut cfg.blocks {
        block.start = block.start.saturating_sub(chunk.start);
        block.end = block.end.saturating_sub(chunk.start);
    }
    Ok(dot::dot(&cfg, &symbol.fqn, &chunk.text))
}
