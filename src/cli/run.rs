//! `run`, `scan`, `report`: pipelines, whole or of one stage.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use clap::Args;
use serde_json::json;

use super::ScanFlags;
use super::gate::{GateFlags, environment};
use super::session::{CANCELLED, Session, print, print_json};
use crate::error::{Error, Result};
use crate::gate::limits::Change;
use crate::model::{FailOn, Level, Outcome};
use crate::pipeline::check::{Against, CheckOptions};
use crate::pipeline::plan::{EMBEDDED, Output, Plan, Stage};
use crate::pipeline::scan::ScanOptions;
use crate::pipeline::{Run, RunOutcome, outputs, report as report_stage};
use crate::store::{self, StoreUrl};
use crate::walk::{self, WalkOptions};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  elcano run\n  elcano run nightly ~/src/app\n  elcano run my-pipeline.toml --plan")]
pub(super) struct RunArgs {
    /// ci, nightly, report or a TOML file [default: ci], then the folder to measure [default: .]
    #[arg(value_name = "PIPELINE] [PATH")]
    words: Vec<String>,
    /// Print the resolved plan and stop
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    scan: ScanFlags,
    #[command(flatten)]
    gate: Gating,
}

/// What is said to the gate stages of a pipeline.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Gate")]
struct Gating {
    /// What the gate compares with; `auto` asks the CI environment [default: as the pipeline says]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Let git fetch the base from origin when its id is known and this clone does not hold it
    #[arg(long)]
    fetch_base: bool,
    /// Another limit: METRIC=N or METRIC=off; may repeat
    #[arg(long, value_name = "METRIC=N", value_parser = Change::parse)]
    limit: Vec<Change>,
    /// Accepted offenders [default: elcano-baseline.jsonl, if it is there]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// The only configuration [default: every elcano.toml from the top of the work tree down]
    #[arg(long, value_name = "FILE", env = "ELCANO_CONFIG")]
    config: Option<PathBuf>,
    /// What fails: new (and regressed) findings, any, or none
    #[arg(long, value_name = "WHICH", value_parser = FailOn::from_str)]
    fail_on: Option<FailOn>,
    /// Formats of the gate in place of the pipeline's, also as FORMAT=FILE; may repeat
    #[arg(long, value_name = "FORMAT", value_parser = outputs::Output::from_str)]
    format: Vec<outputs::Output>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano scan\n  elcano scan --level full --json ~/src/app\n  elcano scan --explain-path vendor/x.js"
)]
pub(super) struct ScanArgs {
    /// Folders or files; several make one snapshot of the folder they share [default: .]
    paths: Vec<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// Say why a file is in or out, and stop
    #[arg(long, value_name = "FILE")]
    explain_path: Option<PathBuf>,
    #[command(flatten)]
    scan: ScanFlags,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano report\n  elcano report --format markdown=report.md --format json=report.json\n  elcano report --format dot --function parse | dot -Tsvg > parse.svg"
)]
pub(super) struct ReportArgs {
    /// text, markdown or json, each also as FORMAT=FILE; may repeat. Or dot: the control flow of one function
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = wanted)]
    format: Vec<Wanted>,
    /// The function whose graph is drawn with --format dot, of a scan with --level full: its name, qualified name,
    /// PATH:NAME or id
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// The snapshot whose id begins so [default: the newest]
    #[arg(long, value_name = "ID")]
    snapshot: Option<String>,
    /// How many of the hardest functions are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    worst: usize,
}

/// What a report may be asked for: the summary in some format, or a function's graph.
#[derive(Debug, Clone)]
enum Wanted {
    Summary(Output),
    Graph(Option<PathBuf>),
}

fn wanted(text: &str) -> std::result::Result<Wanted, String> {
    match text.strip_prefix("dot").and_then(|rest| if rest.is_empty() { Some("-") } else { rest.strip_prefix('=') }) {
        None => text.parse().map(Wanted::Summary),
        Some("") => Err(format!("`{text}`: no file after `=`")),
        Some(file) => Ok(Wanted::Graph((file != "-").then(|| PathBuf::from(file)))),
    }
}

pub(super) fn run(session: &Session, args: RunArgs) -> Result<u8> {
    let mut words = args.words.into_iter();
    let (name, first) = match words.next() {
        None => ("ci".to_owned(), None),
        Some(word) => {
            let is_pipeline = EMBEDDED.iter().any(|(known, _)| *known == word) || is_toml(&word);
            if !is_pipeline && Path::new(&word).exists() { ("ci".to_owned(), Some(word)) } else { (word, None) }
        }
    };
    let paths: Vec<PathBuf> = first.into_iter().chain(words).map(PathBuf::from).collect();
    let mut plan = Plan::load(&name)?;
    resolve(&mut plan, &args.scan, &args.gate);
    if args.plan {
        print(&plan.to_toml()?)?;
        return Ok(0);
    }
    execute(session, &plan, &paths, &args.scan, args.gate).map(|ran| exit_code(&ran))
}

fn is_toml(word: &str) -> bool {
    Path::new(word).extension().is_some_and(|ending| ending == "toml")
}

/// Puts what was typed in place of what the pipeline says.
fn resolve(plan: &mut Plan, flags: &ScanFlags, gate: &Gating) {
    for stage in &mut plan.stages {
        match stage {
            Stage::Scan { level, files_failed_max } => {
                *level = flags.level.unwrap_or(*level);
                *files_failed_max = flags.files_failed_max.or(*files_failed_max);
            }
            Stage::Gate { formats, base } => {
                if let Some(typed) = &gate.base {
                    *base = Some(typed.clone()).filter(|base| base != "auto");
                }
                if !gate.format.is_empty() {
                    formats.clone_from(&gate.format);
                }
            }
            Stage::Export { .. } | Stage::Report { .. } => {}
        }
    }
}

pub(super) fn scan(session: &Session, args: &ScanArgs) -> Result<u8> {
    let level = args.scan.level.unwrap_or(Level::Metrics);
    if let Some(file) = &args.explain_path {
        let (root, options) = what_to_walk(&args.paths, &args.scan, None)?;
        let explanation = walk::explain(&root, file, &options, &session.registry)?;
        print(&explanation.to_string())?;
        return Ok(0);
    }
    let stage = Stage::Scan { level, files_failed_max: args.scan.files_failed_max };
    let plan = Plan { name: "scan".to_owned(), about: "measure".to_owned(), stages: vec![stage] };
    let ran = execute(session, &plan, &args.paths, &args.scan, Gating::default())?;
    let Some(made) = &ran.scanned else { return Ok(exit_code(&ran)) };
    let tally = &made.snapshot.tally;
    if args.json {
        print_json(&json!({
            "schema": "elcano.scan/1", "snapshot": made.snapshot.id, "files_found": tally.files_found,
            "files_parsed": tally.files_parsed, "files_cached": tally.files_cached, "files_failed": made.files_failed,
            "skipped": tally.skipped, "notes": tally.notes, "bytes": tally.bytes,
            "duration_us": ran.execution.duration_us,
        }))?;
    } else {
        let time = crate::report::table::duration(ran.execution.duration_us);
        print(&format!(
            "{} files in {time}: {} parsed, {} from the store, {} failed; snapshot {}\n",
            tally.files_found, tally.files_parsed, tally.files_cached, made.files_failed, made.snapshot.id
        ))?;
    }
    Ok(exit_code(&ran))
}

fn exit_code(ran: &RunOutcome) -> u8 {
    match (ran.gate_failed, ran.execution.outcome) {
        (true, _) => 1,
        (false, Outcome::Partial) => 4,
        (false, _) => 0,
    }
}

fn execute(session: &Session, plan: &Plan, paths: &[PathBuf], flags: &ScanFlags, gating: Gating) -> Result<RunOutcome> {
    let start = paths.first().map_or(Path::new("."), PathBuf::as_path);
    let url = session.store_url(start)?;
    let (root, walk) = what_to_walk(paths, flags, Some(&url))?;
    let limits = crate::measure::Limits { file_bytes_max: flags.file_bytes_max, ..Default::default() };
    let gates = plan.stages.iter().any(|stage| matches!(stage, Stage::Gate { .. }));
    let Gating { fetch_base, limit, baseline, config, fail_on, .. } = gating;
    let path = if paths.len() > 1 { Some(root.clone()) } else { paths.first().cloned() };
    let mut gate_flags = GateFlags::of(path);
    (gate_flags.limit, gate_flags.baseline, gate_flags.config) = (limit, baseline, config);
    gate_flags.policy.clone_from(&flags.policy);
    (gate_flags.include, gate_flags.exclude) = (flags.include.clone(), flags.exclude.clone());
    let printed = Cell::new(false);
    let print = |text: &str| {
        printed.set(true);
        print(text)
    };
    let attempt = || {
        let gate = gates.then(|| {
            let gate = gate_flags.options(session, Against::Nothing, fail_on, true)?;
            Ok::<_, Error>(CheckOptions { walk: walk.clone(), file_limits: limits, fetch_base, ..gate })
        });
        let scan = ScanOptions {
            root: root.clone(),
            walk: walk.clone(),
            level: flags.level.unwrap_or(Level::Metrics),
            policy: flags.policy.clone(),
            limits,
            jobs: session.jobs,
            verbosity: session.verbosity,
        };
        let run = Run {
            gate: gate.transpose()?,
            environment: &environment,
            plan,
            args: std::env::args().skip(1).collect(),
            registry: &session.registry,
            store: &url,
            scan,
            level: None,
            files_failed_max: None,
            log: !flags.no_log,
            cancelled: &CANCELLED,
            print: &print,
        };
        run.run()
    };
    let result = attempt();
    match &result {
        // There the store came out of a cache, nobody looks after it, and measuring anew mends it.
        Err(error @ (Error::Store { .. } | Error::Record { .. })) if environment("CI").is_some() && !printed.get() => {
            let Ok(Some(aside)) = store::quarantine(&url) else { return result };
            let why = error.chain().join(": ");
            tracing::warn!("measuring everything anew, the store is now `{}`: {why}", aside.display());
            attempt()
        }
        _ => result,
    }
}

/// The root of a snapshot over some paths, and what of it is walked: one path is the root; several are what is looked at
/// of the folder they share.
fn what_to_walk(paths: &[PathBuf], flags: &ScanFlags, store: Option<&StoreUrl>) -> Result<(PathBuf, WalkOptions)> {
    let resolved = |path: &PathBuf| {
        path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", path.display())),
            _ => Error::io("opening", path)(error),
        })
    };
    let default = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &default[..] } else { paths };
    let paths = paths.iter().map(resolved).collect::<Result<Vec<_>>>()?;
    let mut root = paths[0].clone();
    let mut include = flags.include.clone();
    if paths.len() > 1 {
        while !paths.iter().all(|path| path.starts_with(&root)) || !root.is_dir() {
            root = root.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned);
        }
        let inside = paths.iter().filter_map(|path| path.strip_prefix(&root).ok());
        include.extend(inside.map(|path| format!("/{}", path.display())));
    }
    let mut options = WalkOptions { include, exclude: flags.exclude.clone(), ..WalkOptions::default() };
    let inside = store.and_then(|url| std::path::absolute(url.path()).ok()).and_then(|path| {
        let path = path.canonicalize().unwrap_or(path);
        path.strip_prefix(&root).ok().map(Path::to_owned)
    });
    if let Some(inside) = inside {
        use std::os::unix::ffi::OsStrExt as _;
        options.left_out.push(crate::model::RepoPath::new(inside.as_os_str().as_bytes()));
    }
    Ok((root, options))
}

pub(super) fn report(session: &Session, args: &ReportArgs) -> Result<u8> {
    let store = session.read_store()?;
    let snapshot = Session::snapshot(store.as_ref(), args.snapshot.as_deref())?;
    let (mut summaries, mut graphs) = (Vec::new(), Vec::new());
    for format in &args.format {
        match format {
            Wanted::Summary(output) => summaries.push(output.clone()),
            Wanted::Graph(file) => graphs.push(file),
        }
    }
    if graphs.is_empty() != args.function.is_none() {
        return Err(Error::Usage("--format dot and --function NAME go together".to_owned()));
    }
    if let Some(name) = &args.function {
        let graph = crate::pipeline::graph::dot(store.as_ref(), &snapshot, name)?;
        for file in graphs {
            match file {
                None => print(&graph)?,
                Some(file) => report_stage::replace(file, graph.as_bytes())?,
            }
        }
    }
    if !summaries.is_empty() {
        let summary = report_stage::summary(store.as_ref(), Some(snapshot.id), None, args.worst)?;
        report_stage::write(&summary, &session.registry, &summaries, &print)?;
    }
    Ok(0)
}
