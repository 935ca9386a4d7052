//! `check`: the gate on the command line. Resolves configuration, flags and base; the work is the pipeline's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::config::Configs;
use super::session::{CANCELLED, Session, print};
use crate::error::{Error, Result};
use crate::gate::Limits;
use crate::gate::baseline::Baseline;
use crate::gate::limits::Change;
use crate::git;
use crate::model::{Check, FailOn, RepoPath, Verdict};
use crate::pipeline::check::{Against, CheckOptions, check as run_check};
use crate::pipeline::outputs::{self, Output};
use crate::pipeline::progress::Verbosity;
use crate::store::{self, OpenOptions, Store};
use crate::walk::WalkOptions;

/// The baseline's file when the configuration names none; used when it is there.
pub(super) const BASELINE: &str = "elcano-baseline.jsonl";

/// What is gated and by what: shared by all commands that judge.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct GateFlags {
    /// The folder or file [default: .]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Another limit: METRIC=N or METRIC=off, also class:METRIC and <file:METRIC>; may repeat
    #[arg(long, value_name = "METRIC=N", value_parser = change)]
    pub(super) limit: Vec<Change>,
    /// Accepted offenders [default: elcano-baseline.jsonl, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// The only configuration [default: every elcano.toml from the top of the work tree down]
    #[arg(long, value_name = "FILE", env = "ELCANO_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Gate only files that match; written as in .gitignore
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// Leave out files that match; written as in .gitignore
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// The counting policy
    #[arg(long, value_name = "ID", default_value = "default", env = "ELCANO_POLICY")]
    pub(super) policy: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  elcano check                            gate everything\n  elcano check --base origin/main         gate what differs from a commit\n  elcano check --base auto --format github --format sarif=elcano.sarif\n  elcano check --limit cognitive=20 --limit file:loc.ploc=800\n\nFormats: text, json, markdown, sarif, github, summary, outputs, gitlab, codeclimate, checkstyle, junit, rdjson, sonar,\nbadge, prometheus."
)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    gate: GateFlags,
    /// Gate only what differs from this revision; `auto` asks the CI environment [default: `ELCANO_BASE`]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Let git fetch the base from origin when its id is known and this clone does not hold it
    #[arg(long)]
    fetch_base: bool,
    /// A format, also as FORMAT=FILE; may repeat [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = output)]
    format: Vec<Output>,
    /// What fails: new (and regressed) findings, any, or none
    #[arg(long, value_name = "WHICH", value_parser = fail_on)]
    fail_on: Option<FailOn>,
}

fn change(text: &str) -> Result<Change, String> {
    Change::parse(text)
}

fn output(text: &str) -> Result<Output, String> {
    text.parse()
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    text.parse()
}

/// The process environment; empty variables count as absent.
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

pub(super) fn check(session: &Session, args: &CheckArgs) -> Result<u8> {
    let against = match args.base.as_deref() {
        Some("auto") => Against::Detected(&environment),
        Some(revision) => Against::Revision(revision.to_owned(), "--base".to_owned()),
        None => environment("ELCANO_BASE")
            .map_or(Against::Nothing, |revision| Against::Revision(revision, "ELCANO_BASE".to_owned())),
    };
    let options = args.gate.options(session, against, args.fail_on, true)?;
    let judged = judge(session, &CheckOptions { fetch_base: args.fetch_base, ..options })?;
    let outputs =
        if args.format.is_empty() { vec![output("text").map_err(Error::Usage)?] } else { args.format.clone() };
    let written = outputs::write(&judged, &outputs, &environment, &print)?;
    if written.len() == outputs.len() && session.verbosity != Verbosity::Quiet {
        anstream::eprintln!("elcano: {}; wrote {}", judged.verdict, written.join(", "));
    }
    Ok(exit_code(&judged))
}

fn exit_code(check: &Check) -> u8 {
    u8::from(check.verdict == Verdict::Fail)
}

/// What the flags and the configuration come to.
pub(super) struct Resolved {
    pub(super) root: PathBuf,
    pub(super) configs: Configs,
    typed: Vec<Change>,
    pub(super) baseline: PathBuf,
    baseline_named: bool,
}

impl GateFlags {
    /// Nothing typed but a path.
    pub(super) fn of(path: Option<PathBuf>) -> Self {
        Self { path, policy: "default".to_owned(), ..Self::default() }
    }

    pub(super) fn resolve(&self) -> Result<Resolved> {
        let path = self.path.as_deref().unwrap_or(Path::new("."));
        let root = path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Usage(format!("`{}` does not exist", path.display())),
            _ => Error::io("opening", path)(error),
        })?;
        let folder = if root.is_dir() { root.as_path() } else { root.parent().unwrap_or(&root) };
        let top =
            git::Repository::discover(&root)?.map_or_else(|| folder.to_owned(), |found| found.workdir().to_owned());
        let configs = Configs::find(folder, &top, self.config.as_deref())?;
        // What cannot be applied is said before anything is done.
        configs.limits(&[])?;
        let named = self.baseline.clone().or_else(|| configs.baseline());
        let baseline_named = named.is_some();
        let baseline = named.unwrap_or_else(|| folder.join(BASELINE));
        Ok(Resolved { root: root.clone(), configs, typed: self.limit.clone(), baseline, baseline_named })
    }

    /// Everything that a check is told.
    pub(super) fn options<'a>(
        &self,
        session: &Session,
        against: Against<'a>,
        fail_on: Option<FailOn>,
        accepting: bool,
    ) -> Result<CheckOptions<'a>> {
        let resolved = self.resolve()?;
        let baseline = if accepting { resolved.read_baseline()? } else { Baseline::default() };
        let fail_on = fail_on.or(resolved.configs.fail_on()).unwrap_or(FailOn::New);
        let extra = if fail_on == FailOn::New { String::new() } else { format!(" --fail-on {fail_on}") };
        Ok(CheckOptions {
            walk: self.walk(),
            policy: self.policy.clone(),
            file_limits: crate::measure::Limits::default(),
            jobs: session.jobs,
            verbosity: session.verbosity,
            fail_on,
            against,
            fetch_base: false,
            baseline,
            command: self.command() + &extra,
            root: resolved.root.clone(),
            limits: Box::new(move |below| resolved.limits(below)),
        })
    }

    /// Whether a limit of this rule was typed.
    pub(super) fn types(&self, rule: &str) -> bool {
        self.limit.iter().any(|change| change.id() == rule)
    }

    fn walk(&self) -> WalkOptions {
        WalkOptions { include: self.include.clone(), exclude: self.exclude.clone(), ..WalkOptions::default() }
    }

    /// The command without its base, as it may be typed elsewhere.
    fn command(&self) -> String {
        let mut words = vec!["elcano".to_owned(), "check".to_owned()];
        words.extend(self.path.iter().map(|path| quoted(&path.to_string_lossy())));
        for change in &self.limit {
            let limit = change.fail.flatten().map_or_else(|| "off".to_owned(), crate::model::number_text);
            words.push(format!("--limit {}={limit}", change.id()));
        }
        let named = [("--baseline", &self.baseline), ("--config", &self.config)];
        let files = named.into_iter().filter_map(|(flag, file)| Some((flag, file.as_ref()?)));
        words.extend(files.map(|(flag, file)| format!("{flag} {}", quoted(&file.to_string_lossy()))));
        for (flag, globs) in [("--include", &self.include), ("--exclude", &self.exclude)] {
            words.extend(globs.iter().map(|glob| format!("{flag} {}", quoted(glob))));
        }
        if self.policy != "default" {
            words.push(format!("--policy {}", quoted(&self.policy)));
        }
        words.join(" ")
    }
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@,+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

impl Resolved {
    /// The limits of the root, given the configuration files below it: what is typed beats what is written.
    pub(super) fn limits(&self, below: &[RepoPath]) -> Result<Limits> {
        let mut limits = self.configs.limits(below)?;
        self.typed.iter().for_each(|change| limits.set(change));
        Ok(limits)
    }

    /// The accepted offenders; none when no file was named and none is there.
    pub(super) fn read_baseline(&self) -> Result<Baseline> {
        let wrong = |problem: String| Error::Usage(format!("baseline `{}`: {problem}", self.baseline.display()));
        match std::fs::read_to_string(&self.baseline) {
            Ok(text) => Baseline::parse(&text).map_err(wrong),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !self.baseline_named => {
                Ok(Baseline::default())
            }
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}

/// Judges, with what the store knows.
pub(super) fn judge(session: &Session, options: &CheckOptions<'_>) -> Result<Check> {
    let store = known_facts(session, &options.root);
    run_check(&session.registry, store.as_ref(), options, None, &CANCELLED)
}

/// The store, if there is one that can be read: it spares parsing, and nothing depends on it.
pub(super) fn known_facts(session: &Session, root: &Path) -> Option<Arc<dyn Store>> {
    let url = session.store_url(root).ok()?;
    if !url.path().exists() {
        return None;
    }
    match store::open(&url, OpenOptions::read()) {
        Ok(store) => Some(store),
        Err(error) => {
            tracing::warn!("going on without the store: {}", error.chain().join(": "));
            None
        }
    }
}
