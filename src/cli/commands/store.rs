//! `store`: counts, collects, packs, unpacks and diagnoses a store.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Map, Value, json};

use crate::cli::console::{print, print_json};
use crate::cli::copied::copied;
use crate::cli::session::Session;
use crate::error::{Error, Result};
use crate::model::printable;
use crate::pipeline::measurer::fingerprint_of_all;
use crate::pipeline::progress::say;
use crate::pipeline::trust;
use crate::report::table::{Table, thousands};
use crate::store::{self, Access, Existing, Family, OpenOptions, RunLock};
use crate::walk::WalkOptions;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StoreCommand {
    /// Count records and bytes
    Stats {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove all but the newest snapshots of each repository and branch, and unreferenced facts;
    /// runs stay
    Gc {
        /// How many snapshots of each repository and branch stay
        #[arg(long, value_name = "N")]
        keep: usize,
        /// Print what would be removed and remove nothing
        #[arg(long)]
        dry_run: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the whole store into one small file, for a cache
    Pack {
        /// The file to make
        file: PathBuf,
        /// Replace what is there
        #[arg(long)]
        force: bool,
        /// Write nothing when the newest run parsed less than this part of its files: what was
        /// packed before will do
        #[arg(long, value_name = "PERCENT", default_value_t = 0)]
        if_parsed: u8,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the name under which a packed store may be kept: equal where its facts are of use
    Key {
        /// The folder that is measured [default: .]
        path: Option<PathBuf>,
    },
    /// Make the store from a packed file; a damaged file changes nothing
    Unpack {
        /// The file to read
        file: PathBuf,
        /// Replace the store that is there, once the new one is whole
        #[arg(long)]
        force: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Read every record and report damage, which is exit code 1, and what killed runs left, which is none
    Doctor {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub(in crate::cli) fn store(session: &Session, command: &StoreCommand) -> Result<u8> {
    match command {
        StoreCommand::Stats { json } => stats(session, *json),
        StoreCommand::Gc { keep, dry_run, json } => gc(session, *keep, *dry_run, *json),
        StoreCommand::Pack { file, force, if_parsed, json } => pack(session, file, *force, *if_parsed, *json),
        StoreCommand::Key { path } => key(session, path.as_deref().unwrap_or(Path::new("."))),
        StoreCommand::Unpack { file, force, json } => unpack(session, file, *force, *json),
        StoreCommand::Doctor { json } => doctor(session, *json),
    }
}

fn by_family<'a>(counts: impl IntoIterator<Item = &'a (Family, u64)>) -> Map<String, Value> {
    counts.into_iter().map(|(family, count)| (family.name().to_owned(), (*count).into())).collect()
}

fn stats(session: &Session, as_json: bool) -> Result<u8> {
    let store = session.read_store()?;
    let counts = Family::ALL.iter().map(|family| Ok((*family, store.count(*family)?))).collect::<Result<Vec<_>>>()?;
    let bytes = store.bytes()?;
    if as_json {
        print_json(&json!({
            "schema": "elcano.store/1", "store": store.url().to_string(), "format": store::FORMAT,
            "bytes": bytes, "families": by_family(&counts),
        }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["family", "#records", "holds"]);
    for (family, count) in counts {
        table.row(vec![family.name().to_owned(), thousands(count), family.about().trim().to_owned()]);
    }
    let url = store.url().to_string();
    print(&format!("{}, {} bytes on disk\n\n{}", printable(&url), thousands(bytes), table.text()))?;
    Ok(0)
}

fn gc(session: &Session, keep: usize, dry_run: bool, as_json: bool) -> Result<u8> {
    if keep == 0 {
        return Err(Error::Usage("--keep 0 would leave no snapshot; keep at least 1".to_owned()));
    }
    let url = session.store_here()?;
    let store = store::open(&url, OpenOptions { access: Access::Write, ..OpenOptions::default() })?;
    let lock = RunLock::acquire(&url)?;
    let collected = store::collect(store.as_ref(), keep, dry_run, &lock)?;
    if as_json {
        print_json(&json!({
            "schema": "elcano.gc/1", "dry_run": dry_run, "snapshots": collected.snapshots,
            "removed": by_family(&collected.removed), "kept": by_family(&collected.kept),
        }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["family", if dry_run { "#would go" } else { "#gone" }, "#stay"]);
    for ((family, gone), (_, kept)) in collected.removed.iter().zip(&collected.kept) {
        table.row(vec![family.name().to_owned(), thousands(*gone), thousands(*kept)]);
    }
    print(&table.text())?;
    Ok(0)
}

fn pack(session: &Session, file: &Path, force: bool, if_parsed: u8, as_json: bool) -> Result<u8> {
    let store = session.read_store()?;
    if if_parsed > 0 {
        let newest = store.latest_snapshot(None)?.map(|snapshot| snapshot.tally).unwrap_or_default();
        if newest.files_parsed * 100 < newest.files_found * u64::from(if_parsed) {
            let (parsed, found) = (thousands(newest.files_parsed), thousands(newest.files_found));
            say(&format!("not packed: the newest run parsed {parsed} of {found} files"));
            return Ok(0);
        }
    }
    let existing = if force { Existing::Replace } else { Existing::Refuse };
    let counts = store::pack(store.view()?.as_ref(), file, existing)?;
    copied("pack", &store.url(), &file.display(), &counts, as_json)
}

/// Store format, schemas and engines, operating system, processor, and the folder within its
/// repository.
fn key(session: &Session, path: &Path) -> Result<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&fingerprint_of_all(&session.registry, "default")?.0);
    for family in Family::ALL {
        hasher.update(family.name().as_bytes()).update(&family.schema().to_be_bytes());
    }
    let folder = blake3::hash(session.workspace(path, WalkOptions::default())?.prefix().as_bytes());
    let short = |hash: blake3::Hash| hash.to_hex()[..16].to_owned();
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let (engine, folder) = (short(hasher.finalize()), short(folder));
    print(&format!("elcano-v{}-{engine}-{os}-{arch}-{folder}\n", store::FORMAT))?;
    Ok(0)
}

fn unpack(session: &Session, file: &Path, force: bool, as_json: bool) -> Result<u8> {
    let url = session.store_here()?;
    trust::require_file(&format_args!("pack:{}", file.display()), file, true, None)?;
    let existing = if force { Existing::Replace } else { Existing::Refuse };
    let counts = store::unpack(file, store::write_to(&url, existing, OpenOptions::create())?)?;
    copied("unpack", &file.display(), &url, &counts, as_json)
}

fn doctor(session: &Session, as_json: bool) -> Result<u8> {
    let url = session.store_here()?;
    let found = store::diagnose(&url)?;
    if as_json {
        print_json(&json!({
            "schema": "elcano.doctor/1", "store": url.to_string(), "sound": found.is_sound(),
            "structure": found.structure, "families": by_family(&found.sound), "problems": found.problems,
            "omitted": found.omitted, "litter": by_family(&found.litter),
        }))?;
        return Ok(u8::from(!found.is_sound()));
    }
    let mut out = String::new();
    if let Some(structure) = &found.structure {
        out += &format!("structure: {}\n", printable(structure));
    }
    for problem in &found.problems {
        out += &format!("{} {}: {}\n", problem.family, problem.key, printable(&problem.problem));
    }
    if found.omitted > 0 {
        out += &format!("and {} more\n", thousands(found.omitted));
    }
    for (family, count) in &found.litter {
        out += &format!(
            "{family}: {} records belong to no snapshot; a run that was killed left them, and `store gc` removes them\n",
            thousands(*count)
        );
    }
    let sound: u64 = found.sound.iter().map(|(_, count)| count).sum();
    out += &format!("{} sound records in {}\n", thousands(sound), printable(&url.to_string()));
    print(&out)?;
    Ok(u8::from(!found.is_sound()))
}
