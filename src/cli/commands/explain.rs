//! `explain`: what a metric means, or where its value in a file comes from.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::flags::{FileFlags, PolicyFlag};
use crate::cli::session::Session;
use crate::cli::source::language_of;
use crate::cli::words::text;
use crate::error::{Error, Result};
use crate::lang::Policy;
use crate::measure::{FileLimits, decoded};
use crate::metric::catalog::Traced;
use crate::metric::{CATALOG, Direction, Metric, Trace, catalog};
use crate::model::{Candidate, ContentId, NameError, Space, function_named};
use crate::report::explain::{self, Explained};
use crate::report::table::Table;
use crate::store::{NamedBy, read_file};
use crate::walk::Detected;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano explain            all metrics\n  elcano explain cognitive\n  elcano explain loc.sloc --language python\n  elcano explain src/main.rs:main --metric cognitive"
)]
pub(in crate::cli) struct ExplainArgs {
    /// The metric's id, all of them in short without it; with --metric a file, or `FILE:FUNCTION`
    metric: Option<OsString>,
    /// Show where the value of this metric comes from in a file: every increment at its line
    #[arg(long = "metric", value_name = "ID")]
    of: Option<String>,
    /// The increments as an HTML fragment
    #[arg(long, requires = "of")]
    html: bool,
    /// Only what is particular to this language
    #[arg(long, value_name = "ID")]
    language: Option<String>,
    #[command(flatten)]
    policy: PolicyFlag,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn explain(session: &Session, args: &ExplainArgs) -> Result<u8> {
    if let Some(of) = &args.of {
        let target =
            args.metric.as_deref().ok_or_else(|| Error::Usage("--metric needs a FILE[:FUNCTION]".to_owned()))?;
        return trace(session, args, target, of);
    }
    let Some(name) = &args.metric else { return list(args.json) };
    let metrics = catalog::metrics(&text(name)).map_err(Error::Usage)?;
    if let Some(language) = &args.language {
        session.registry.language(language)?;
    }
    if args.json {
        let mut all =
            metrics.iter().map(|metric| definition_json(session, args, metric)).collect::<Result<Vec<_>>>()?;
        return print_json(&one_or("elcano.explain/1", "metrics", &mut all)).map(|()| 0);
    }
    let all = metrics.iter().map(|metric| definition(session, args, metric)).collect::<Result<Vec<_>>>()?;
    print(&all.join("\n")).map(|()| 0)
}

/// A document alone, or those of a group in one.
fn one_or(schema: &str, name: &str, all: &mut Vec<serde_json::Value>) -> serde_json::Value {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => {
            all.extend(last);
            json!({ "schema": schema, name: all })
        }
    }
}

/// What is particular to a language: id, label, remark, the constructs that count.
type Remark<'s> = (&'s str, String, Option<String>, Vec<(String, Vec<String>)>);

fn remarks<'s>(session: &'s Session, args: &ExplainArgs, metric: &Metric) -> Result<Vec<Remark<'s>>> {
    let wanted = |id: &&str| args.language.as_deref().is_none_or(|language| language == *id);
    session
        .registry
        .ids()
        .filter(wanted)
        .filter_map(|id| session.registry.spec(id).map(|(spec, _)| (id, spec)))
        .map(|(id, spec)| {
            let policy = Policy::load(&args.policy.policy, id)?;
            let constructs = constructs(metric, &policy, &spec.roles);
            Ok((id, spec.label.clone(), spec.remarks.get(metric.id).cloned(), constructs))
        })
        .collect()
}

fn definition_json(session: &Session, args: &ExplainArgs, metric: &Metric) -> Result<serde_json::Value> {
    let languages: Vec<_> = remarks(session, args, metric)?
        .iter()
        .map(|(id, label, remark, counted)| json!({ "id": id, "label": label, "remark": remark, "counts": counted }))
        .collect();
    Ok(json!({ "schema": "elcano.explain/1", "metric": describe(metric), "languages": languages }))
}

fn definition(session: &Session, args: &ExplainArgs, metric: &Metric) -> Result<String> {
    let mut out = format!("{} ({})\n\n{}\n\n", metric.label, metric.id, metric.about);
    out += &format!("Source:    {}\nUnit:      {}; {}\n", metric.source, metric.unit, direction(metric));
    out += &format!("Of a file: {}\nRemedy:    {}\n", metric.aggregate.sentence(), metric.remedy);
    for (_, label, remark, counted) in remarks(session, args, metric)? {
        if remark.is_none() && counted.is_empty() {
            continue;
        }
        out += &format!("\n{label}\n");
        if let Some(remark) = remark {
            out += &format!("  {remark}\n");
        }
        for (role, kinds) in counted {
            out += &format!("  {role}: {}\n", kinds.join(", "));
        }
    }
    Ok(out)
}

/// Where the values of a metric, or of a group of them, come from in `FILE`, or in `FILE:FUNCTION`.
fn trace(session: &Session, args: &ExplainArgs, target: &OsStr, of: &str) -> Result<u8> {
    let mut metrics = catalog::metrics(of).map_err(Error::Usage)?;
    metrics.retain(|metric| metric.traced != Traced::No);
    if metrics.is_empty() {
        let traced: Vec<_> = explain::traced().map(|metric| metric.id).collect();
        return Err(Error::Usage(format!("`{of}` is not made of increments; these are: {}", traced.join(", "))));
    }
    let (path, function) = split(target);
    let file = &text(path.as_os_str());
    let bytes = read_file(path, NamedBy::User, FileLimits::default().file_bytes_max);
    let bytes = decoded(bytes.map_err(|error| Error::Usage(format!("cannot read `{file}`: {error}")))?);
    let language = language_of(session, args.language.as_deref(), path, &bytes)?;
    // Only a language with a grammar has increments.
    let language = session.registry.language(&language)?.id;
    let detected = Detected { language, generated: false };
    let measurer = session.measurer(None, &args.policy.policy, &FileFlags::default());
    let content = ContentId::of(&bytes);
    let outcome = measurer.blob(detected, content, &bytes)?;
    let space = match function {
        None => 0,
        Some(name) => space_named(&text(name), file, outcome.facts().map_or(&[][..], |facts| &facts.spaces))?,
    };
    let (mut documents, mut texts) = (Vec::new(), Vec::new());
    for metric in metrics {
        let mut trace =
            Trace { metric: metric.id, space: u32::try_from(space).unwrap_or(u32::MAX), ..Trace::default() };
        let facts = measurer.trace(detected, content, &bytes, &mut trace)?;
        let explained = Explained::new(file, &bytes, &facts, &trace)
            .ok_or_else(|| Error::Undecided(format!("`{file}` was not measured; `elcano measure` says why")))?;
        match (args.json, args.html) {
            (true, _) => documents.push(explain::json(&explained)),
            (_, true) => texts.push(explain::html(&explained)),
            _ => texts.push(explain::text(&explained)),
        }
    }
    if args.json {
        return print_json(&one_or("elcano.explain/1", "traces", &mut documents)).map(|()| 0);
    }
    print(&texts.join("\n")).map(|()| 0)
}

/// The file and the function of `FILE`, or of `FILE:FUNCTION`. Both may hold colons.
fn split(target: &OsStr) -> (&Path, Option<&OsStr>) {
    let bytes = target.as_bytes();
    let part = |range: std::ops::Range<usize>| OsStr::from_bytes(&bytes[range]);
    let ends = memchr::memchr_iter(b':', bytes).chain([bytes.len()]);
    let end = ends.clone().rfind(|end| Path::new(part(0..*end)).is_file());
    let end = end.or_else(|| ends.clone().next()).unwrap_or(bytes.len());
    (Path::new(part(0..end)), (end < bytes.len()).then(|| part(end + 1..bytes.len())))
}

/// The index of the space that a name means.
fn space_named(name: &str, file: &str, spaces: &[Space]) -> Result<usize> {
    let candidates = spaces.iter().skip(1);
    let candidates: Vec<_> =
        candidates.map(|space| Candidate { qualified_name: &space.qualified_name, line: space.start_line }).collect();
    function_named(name, &candidates).map(|at| at + 1).map_err(|error| match error {
        NameError::Unknown { name, hint } => Error::Usage(format!("no function `{name}` in `{file}`{hint}")),
        several @ NameError::Ambiguous { .. } => Error::Usage(several.to_string()),
    })
}

fn list(as_json: bool) -> Result<u8> {
    if as_json {
        let metrics: Vec<_> = CATALOG.iter().map(describe).collect();
        print_json(&json!({ "schema": "elcano.metrics/1", "metrics": metrics }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["metric", "label", "unit", "source"]);
    for metric in CATALOG {
        table.row([metric.id, metric.label, metric.unit, metric.source].map(str::to_owned).into());
    }
    print(&table.text())?;
    Ok(0)
}

fn describe(metric: &Metric) -> serde_json::Value {
    json!({
        "id": metric.id, "label": metric.label, "unit": metric.unit, "column": metric.column,
        "direction": direction(metric), "aggregate": metric.aggregate.name(), "source": metric.source,
        "about": metric.about, "remedy": metric.remedy,
    })
}

const fn direction(metric: &Metric) -> &'static str {
    match metric.direction {
        Direction::Lower => "lower is better",
        Direction::Higher => "higher is better",
        Direction::Neutral => "neither high nor low is better",
    }
}

/// The constructs of a language that a metric counts, by role, as its spec names them.
fn constructs(
    metric: &Metric,
    policy: &Policy,
    kinds: &std::collections::BTreeMap<String, Vec<String>>,
) -> Vec<(String, Vec<String>)> {
    (metric.roles)(policy).names().filter_map(|role| Some((role.to_owned(), kinds.get(role)?.clone()))).collect()
}
