//! The human addresses of records (`metrics:file:src/lib.rs`, `chunk:src/main.rs:100:200`),
//! resolved in a snapshot. A literal `:` in a path is written `::`.

use serde_json::{Value, json};

use crate::error::{Error, Result, suggestion};
use crate::metric::catalog;
use crate::model::{ExecutionId, FactsRecord, FileRecord, RepoPath, SnapshotId, Space, SymbolId, SymbolRecord};
use crate::store::{Family, Key, Record, Store};

/// What an address may begin with.
const FORMS: [&str; 13] = [
    "file:path:",
    "metrics:file:",
    "metrics:symbol:",
    "file:sym:",
    "chunk:",
    "ast:file:",
    "cfg:func:",
    "sym:id:",
    "sym:fqn:",
    "sym:fqn_of:",
    "sym:rev:",
    "execlog:",
    "snapshot:",
];

/// The record of an address as JSON; none where there is none.
///
/// # Errors
/// An address of no known form, an id that is none, no snapshot to resolve in, or a store that
/// cannot be read.
pub fn get(store: &dyn Store, address: &str) -> Result<Option<Value>> {
    let form = FORMS.iter().find(|form| address.starts_with(**form)).ok_or_else(|| {
        let hint = suggestion(address, FORMS.iter().copied());
        Error::Usage(format!("`{address}` is no address{hint}; `elcano get --help` lists the forms"))
    })?;
    let rest = &address[form.len()..];
    if *form == "execlog:" {
        let id: ExecutionId = id(&rest.replace('-', ""))?;
        return document(store.fetch::<crate::model::ExecutionRecord>(&Key::execution(id))?);
    }
    if *form == "snapshot:" {
        return document(store.snapshot(id(rest)?)?);
    }
    let snapshot = super::snapshot::find(store, None)?.id;
    match *form {
        "file:path:" => document(store.file(snapshot, &path(rest))?),
        "metrics:file:" => Ok(facts(store, snapshot, rest)?.map(|(_, facts)| metrics(&facts))),
        "file:sym:" => {
            let spaces =
                facts(store, snapshot, rest)?.map(|(_, facts)| facts.spaces.iter().skip(1).map(space).collect());
            Ok(spaces.map(|spaces: Vec<_>| json!({ "schema": "elcano.spaces/1", "spaces": spaces })))
        }
        "chunk:" => chunk(store, snapshot, rest),
        "ast:file:" => {
            let Some(file) = store.file(snapshot, &path(rest))? else { return Ok(None) };
            let Some(content) = file.content else { return Ok(None) };
            document(store.fetch::<crate::model::AstRecord>(&Key::facts(content, file.analyzer))?)
        }
        "sym:id:" => document(store.fetch::<SymbolRecord>(&Key::symbol(snapshot, id(rest)?))?),
        "sym:fqn:" => document(store.fetch::<crate::model::NameRecord>(&Key::name(snapshot, rest))?),
        "sym:fqn_of:" => {
            let symbol = store.fetch::<SymbolRecord>(&Key::symbol(snapshot, id(rest)?))?;
            Ok(symbol.map(|symbol| json!({ "id": symbol.id, "fqn": symbol.fqn })))
        }
        "sym:rev:" => references(store, snapshot, id(rest)?),
        "metrics:symbol:" => {
            let found = of_symbol(store, snapshot, id(rest)?)?;
            let Some((symbol, _, facts)) = found else { return Ok(None) };
            let link = store.fetch::<crate::model::LinkRecord>(&Key::symbol(snapshot, symbol.id))?;
            let mut value = facts.spaces.get(symbol.space as usize).map(space);
            if let (Some(Value::Object(members)), Some(link)) = (&mut value, link) {
                members.insert("fan_in".to_owned(), link.fan_in.into());
                members.insert("fan_out".to_owned(), link.fan_out.into());
                members.insert("unresolved".to_owned(), link.unresolved.into());
            }
            Ok(value)
        }
        _ => {
            let Some((symbol, file, _)) = of_symbol(store, snapshot, id(rest)?)? else { return Ok(None) };
            let Some(content) = file.content else { return Ok(None) };
            document(store.fetch::<crate::model::CfgRecord>(&Key::cfg(content, file.analyzer, symbol.space))?)
        }
    }
}

fn document<T: serde::Serialize>(record: Option<T>) -> Result<Option<Value>> {
    record
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| Error::Undecided(format!("not to be shown as JSON: {error}")))
}

fn id<T: std::str::FromStr<Err = crate::model::IdError>>(text: &str) -> Result<T> {
    text.parse().map_err(|error: crate::model::IdError| Error::Usage(error.to_string()))
}

fn path(text: &str) -> RepoPath {
    RepoPath::from_text(&text.replace("::", ":"))
}

fn facts(store: &dyn Store, snapshot: SnapshotId, text: &str) -> Result<Option<(FileRecord, FactsRecord)>> {
    facts_at(store, snapshot, &path(text))
}

fn facts_at(store: &dyn Store, snapshot: SnapshotId, path: &RepoPath) -> Result<Option<(FileRecord, FactsRecord)>> {
    let Some(file) = store.file(snapshot, path)? else { return Ok(None) };
    let Some(content) = file.content else { return Ok(None) };
    Ok(store.facts(content, file.analyzer)?.map(|facts| (file, facts)))
}

fn of_symbol(
    store: &dyn Store,
    snapshot: SnapshotId,
    id: SymbolId,
) -> Result<Option<(SymbolRecord, FileRecord, FactsRecord)>> {
    let Some(symbol) = store.fetch::<SymbolRecord>(&Key::symbol(snapshot, id))? else { return Ok(None) };
    let found = facts_at(store, snapshot, &symbol.path)?;
    Ok(found.map(|(file, facts)| (symbol, file, facts)))
}

/// `chunk:PATH:START:END`; the numbers are the last two parts, whatever the path holds.
fn chunk(store: &dyn Store, snapshot: SnapshotId, text: &str) -> Result<Option<Value>> {
    let mut parts = text.rsplitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
    let (end, start) = (number(), number());
    let (Some(start), Some(end), Some(rest)) = (start, end, parts.next()) else {
        return Err(Error::Usage(format!("`chunk:{text}` is not of the form chunk:PATH:START:END")));
    };
    let Some(file) = store.file(snapshot, &path(rest))? else { return Ok(None) };
    let Some(content) = file.content else { return Ok(None) };
    document(store.fetch::<crate::model::ChunkRecord>(&Key::chunk(content, start, end))?)
}

fn references(store: &dyn Store, snapshot: SnapshotId, target: SymbolId) -> Result<Option<Value>> {
    let mut sources = Vec::new();
    store.scan(Family::References, &Key::symbol(snapshot, target), &mut |record| {
        if let Record::References(reference) = record {
            sources.push(json!({ "source": reference.source, "count": reference.count }));
        }
        Ok(())
    })?;
    Ok(Some(json!({ "target": target, "sources": sources })))
}

fn metrics(facts: &FactsRecord) -> Value {
    json!({
        "schema": "elcano.facts/1",
        "content": facts.content, "engine": facts.analyzer, "language": facts.language, "policy": facts.policy,
        "bytes": facts.bytes, "error_bytes": facts.error_bytes, "skip": facts.skip, "notes": facts.notes,
        "metrics": facts.spaces.first().map(|unit| catalog::to_json(&unit.metrics)),
        "spaces": facts.spaces.iter().skip(1).map(space).collect::<Vec<_>>(),
    })
}

fn space(space: &Space) -> Value {
    json!({
        "name": space.name, "qualified_name": space.qualified_name, "kind": space.kind, "parent": space.parent,
        "start_line": space.start_line, "end_line": space.end_line,
        "start_byte": space.start_byte, "end_byte": space.end_byte, "visibility": space.visibility,
        "error_bytes": space.error_bytes, "metrics": catalog::to_json(&space.metrics), "calls": space.calls,
    })
}
