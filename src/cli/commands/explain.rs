//! `explain`: what a metric means, or where its value in a file comes from.

use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::flags::PolicyFlag;
use crate::cli::session::Session;
use crate::cli::source::detect;
use crate::error::{Error, Result, suggestion};
use crate::lang::Policy;
use crate::measure::{Analyzer, Options};
use crate::metric::catalog::Traced;
use crate::metric::{CATALOG, Direction, Metric, Trace, catalog};
use crate::model::ContentId;
use crate::report::explain::{self, Explained};
use crate::report::table::Table;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano explain            all metrics\n  elcano explain cognitive\n  elcano explain loc.sloc --language python\n  elcano explain src/main.rs:main --metric cognitive"
)]
pub(in crate::cli) struct ExplainArgs {
    /// The metric's id, all of them in short without it; with --metric a file, or a file, a colon and a function
    metric: Option<String>,
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
    let metrics = catalog::metrics(name).map_err(Error::Usage)?;
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

/// What a language says of a metric: id, label, remark, the constructs that count.
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
fn trace(session: &Session, args: &ExplainArgs, target: &str, of: &str) -> Result<u8> {
    let mut metrics = catalog::metrics(of).map_err(Error::Usage)?;
    metrics.retain(|metric| metric.traced != Traced::No);
    if metrics.is_empty() {
        let traced: Vec<_> = explain::traced().map(|metric| metric.id).collect();
        return Err(Error::Usage(format!("`{of}` is not made of increments; these are: {}", traced.join(", "))));
    }
    // A path may hold colons, and a function's name does.
    let ends = target.match_indices(':').map(|(at, _)| at).chain([target.len()]);
    let end = ends.clone().rfind(|end| Path::new(&target[..*end]).is_file());
    let end = end.or_else(|| ends.clone().next()).unwrap_or(target.len());
    let (file, function) = (&target[..end], target.get(end + 1..));
    let bytes = std::fs::read(file).map_err(|error| Error::Usage(format!("cannot read `{file}`: {error}")))?;
    let language = match &args.language {
        Some(language) => language.clone(),
        None => detect(session, Path::new(file), &bytes)?,
    };
    let language = session.registry.language(&language)?;
    let policy = Policy::load(&args.policy.policy, language.id)?;
    let analyzer = Analyzer::of_tree(language, policy);
    let options = Options::metrics();
    let content = ContentId::of(&bytes);
    let facts = analyzer.measure(content, &bytes, options);
    let space = match function {
        None => Some(0),
        Some(name) => facts.spaces.iter().position(|space| space.qualified_name == name || space.name == name),
    };
    let known = || facts.spaces.iter().skip(1).map(|space| space.qualified_name.as_str());
    let space = space.ok_or_else(|| {
        let name = function.unwrap_or_default();
        Error::Usage(format!("no function `{name}` in `{file}`{}", suggestion(name, known())))
    })?;
    let (mut documents, mut texts) = (Vec::new(), Vec::new());
    for metric in metrics {
        let mut trace =
            Trace { metric: metric.id, space: u32::try_from(space).unwrap_or(u32::MAX), ..Trace::default() };
        let facts = analyzer.measure_traced(content, &bytes, options, Some(&mut trace));
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
