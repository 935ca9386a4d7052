//! Opens LMDB environments and shares each within the process: creation, transactions, growth of
//! the map. Handles keys and bytes, never records.

#![expect(unsafe_code, reason = "LMDB maps a file that other processes may change; each block states why it is sound")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use heed::types::Bytes;
use heed::{CommitOrAbort, EnvFlags, EnvOpenOptions, FlagSetMode, MdbError, RoTxn, RwTxn, WithoutTls};

use super::meta::Fault;
use super::system::{DATA_FILE, READERS_MAX, explain, is_errno, keep_to_this_process, refuse_network};
use super::{lock_file, pages};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::store::checked::Checked;
use crate::store::record::check_format;
use crate::store::sync::{Latch, Pass};
use crate::store::{Access, Durability, FORMAT, Family, OpenOptions, StoreUrl, Temporary, atomic_replace};

pub(super) type Env = heed::Env<WithoutTls>;
pub(super) type Database = heed::Database<'static, Bytes, Bytes>;

const META: &str = "meta";
const DATABASES_MAX: u32 = 16;
const MAP_BYTES: u64 = 64 << 30;
/// Of an address space that is limited, the first map takes this part: threads, other engines and
/// memory take the rest.
const MAP_PART: u64 = 8;
/// Whole pages on every machine.
const MAP_STEP: u64 = 1 << 20;
/// How often a transaction is begun again because another process grew the file.
const RETRIES: usize = 16;

/// Environments that are open in this process, by canonical folder: LMDB forbids opening one twice.
static OPEN: Mutex<Option<BTreeMap<PathBuf, Weak<Environment>>>> = Mutex::new(None);

pub(super) struct Environment {
    pub(super) url: StoreUrl,
    pub(super) families: [Database; Family::COUNT],
    env: Env,
    latch: Latch,
    /// One writing thread at a time within the process; between processes LMDB ensures it.
    writing: Mutex<()>,
    read_only: bool,
    unsynced: AtomicBool,
    /// The map could not be mapped again after it was moved; nothing may touch it any more.
    unmapped: AtomicBool,
    /// Something was committed.
    written: AtomicBool,
}

/// Why a transaction did not happen.
pub(super) enum LmdbFailure {
    Lmdb(heed::Error),
    Ours(Error),
}

impl From<heed::Error> for LmdbFailure {
    fn from(error: heed::Error) -> Self {
        Self::Lmdb(error)
    }
}

impl From<Error> for LmdbFailure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// A read transaction that is held open. The transaction ends before the pass is given back.
pub(super) struct ReadTransaction<'e> {
    pub(super) txn: RoTxn<'e, WithoutTls>,
    _pass: Pass<'e>,
}

impl Environment {
    /// Opens the folder, or shares the environment that is open already.
    pub(super) fn open(url: &StoreUrl, options: OpenOptions) -> Result<Arc<Self>> {
        let folder = url.path();
        if options.access == Access::Create {
            create(url, folder, options)?;
        }
        if !folder.join(DATA_FILE).exists() {
            return Err(url.error("there is no store here"));
        }
        refuse_network(url, folder, options)?;
        let canonical = folder.canonicalize().map_err(Error::io("resolving", folder))?;
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let open = open.get_or_insert_default();
        if let Some(shared) = open.get(&canonical).and_then(Weak::upgrade) {
            return shared.join(options);
        }
        let environment = Arc::new(Self::open_new(url, &canonical, options)?);
        open.retain(|_, environment| environment.strong_count() > 0);
        open.insert(canonical, Arc::downgrade(&environment));
        Ok(environment)
    }

    fn join(self: Arc<Self>, options: OpenOptions) -> Result<Arc<Self>> {
        if self.read_only && options.access != Access::Read {
            return Err(self.url.error("it is open for reading only in this process"));
        }
        if options.durability == Durability::Commit && self.unsynced.swap(false, Ordering::SeqCst) {
            let _alone = self.alone();
            // SAFETY: the table of open environments is locked and so is writing: no other thread
            // sets flags, and no transaction begins or commits under changing flags.
            unsafe { self.env.set_flags(EnvFlags::NO_SYNC, FlagSetMode::Disable) }
                .and_then(|()| self.env.force_sync())
                .map_err(|error| self.error(error))?;
        }
        Ok(self)
    }

    fn open_new(url: &StoreUrl, folder: &Path, options: OpenOptions) -> Result<Self> {
        checked(url).once(|| check(url))?;
        let read_only = options.access == Access::Read;
        let unsynced = options.durability == Durability::Flush && !read_only;
        let mut flags = EnvFlags::empty();
        flags.set(EnvFlags::READ_ONLY, read_only);
        flags.set(EnvFlags::NO_SYNC, unsynced);
        let env = open_env(url, folder, flags, options.map_bytes)?;
        if !read_only {
            env.clear_stale_readers().map_err(|error| explain(url, error))?;
        }
        let families = open_families(url, &env)?;
        Ok(Self {
            url: url.clone(),
            families,
            env,
            latch: Latch::default(),
            writing: Mutex::new(()),
            read_only,
            unsynced: AtomicBool::new(unsynced),
            unmapped: AtomicBool::new(false),
            written: AtomicBool::new(false),
        })
    }

    /// Begins a read transaction.
    pub(super) fn reading(&self) -> Result<ReadTransaction<'_>> {
        for _ in 0..RETRIES {
            let pass = self.latch.enter();
            self.mapped()?;
            match self.env.read_txn() {
                Ok(txn) => return Ok(ReadTransaction { txn, _pass: pass }),
                Err(heed::Error::Mdb(MdbError::MapResized)) => {
                    drop(pass);
                    self.grow(0)?;
                }
                Err(heed::Error::Mdb(MdbError::ReadersFull)) => {
                    drop(pass);
                    if self.env.clear_stale_readers().map_err(|error| self.error(error))? == 0 {
                        return Err(self.url.error(format!("more than {READERS_MAX} readers at a time")));
                    }
                }
                Err(error) => return Err(self.error(error)),
            }
        }
        Err(self.url.error("other processes grow the store faster than this one can follow"))
    }

    /// Runs `work` in a write transaction on this thread and commits it; again from the start when
    /// the map was full. `bytes` is roughly what it writes.
    pub(super) fn writing(
        &self,
        bytes: u64,
        mut work: impl FnMut(&mut RwTxn<'_>) -> std::result::Result<(), LmdbFailure>,
    ) -> Result<()> {
        if self.read_only {
            return Err(self.url.error("it is open for reading only"));
        }
        let _alone = self.alone();
        let mut moved = 0;
        loop {
            let pass = self.latch.enter();
            self.mapped()?;
            let result = self.env.write_txn().map_err(LmdbFailure::from).and_then(|mut txn| {
                work(&mut txn)?;
                Ok(txn.commit()?)
            });
            drop(pass);
            match result {
                Ok(()) => {
                    self.written.store(true, Ordering::Relaxed);
                    return Ok(());
                }
                Err(LmdbFailure::Ours(error)) => return Err(error),
                Err(LmdbFailure::Lmdb(heed::Error::Mdb(MdbError::MapFull))) => self.grow(bytes.max(MAP_STEP))?,
                Err(LmdbFailure::Lmdb(heed::Error::Mdb(MdbError::MapResized))) if moved < RETRIES => {
                    moved += 1;
                    self.grow(0)?;
                }
                Err(LmdbFailure::Lmdb(error)) => return Err(self.error(error)),
            }
        }
    }

    /// Syncs what was written.
    pub(super) fn sync(&self) -> Result<()> {
        if self.read_only {
            return Ok(());
        }
        let _pass = self.latch.enter();
        self.mapped()?;
        self.env.force_sync().map_err(|error| self.error(error))
    }

    /// Length of the data file.
    pub(super) fn bytes(&self) -> Result<u64> {
        self.env.real_disk_size().map_err(|error| self.error(error))
    }

    /// Explains an error of LMDB.
    pub(super) fn error(&self, error: heed::Error) -> Error {
        explain(&self.url, error)
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mapped(&self) -> Result<()> {
        if self.unmapped.load(Ordering::SeqCst) {
            return Err(self.url.error("its map could not grow (no address space left); open it again"));
        }
        Ok(())
    }

    /// Makes the map larger: by `more` and at least twofold, or only up to where another process
    /// has grown the file.
    fn grow(&self, more: u64) -> Result<()> {
        let moved = self.latch.closed(|| {
            let info = self.env.info();
            let (map, used) = (info.map_size as u64, (info.last_page_number as u64 + 1) * u64::from(self.page_bytes()));
            let wanted = if more == 0 { (used + used / 4).max(map) } else { (map * 2).max(map + 3 * more) };
            let wanted = usize::try_from(wanted.next_multiple_of(MAP_STEP)).unwrap_or(usize::MAX / 2);
            self.mapped()?;
            // SAFETY: the latch is closed: no transaction of this process is open.
            unsafe { self.env.resize(wanted) }.map_err(|error| {
                self.unmapped.store(true, Ordering::SeqCst);
                self.url.because(format!("its map cannot grow to {wanted} bytes"), error)
            })
        });
        moved.unwrap_or_else(|| Err(self.url.error("it is full and cannot grow while this thread reads it")))
    }

    fn page_bytes(&self) -> u32 {
        self.env.unnamed_database_stat().page_size
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        // Nothing is written any more: LMDB writes when it commits, and not when it is closed.
        if self.written.load(Ordering::Relaxed) {
            checked(&self.url).renew();
        }
    }
}

fn checked(url: &StoreUrl) -> Checked {
    Checked::of(url, vec![url.path().join(DATA_FILE)])
}

/// Checks every page of the data file without mapping it; LMDB itself would crash on it.
///
/// # Errors
/// What is wrong and on which page; that the file is another program's; or that it cannot be read.
pub(super) fn check(url: &StoreUrl) -> Result<()> {
    let path = url.path().join(DATA_FILE);
    pages::check(&path).map_err(|fault| match fault {
        Fault::Damaged(problem) => interrupt::or_else(|| url.error(format!("the store is damaged: {problem}"))),
        Fault::Foreign(problem) => url.error(format!("it is an LMDB folder of another program, or damaged: {problem}")),
        Fault::Unreadable(error) => Error::io("reading", path)(error),
    })
}

/// Opens LMDB with the largest map that the address space gives.
fn open_env(url: &StoreUrl, folder: &Path, flags: EnvFlags, map_bytes: Option<u64>) -> Result<Env> {
    lock_file::reserve(url, folder)?;
    let mut map = map_bytes.unwrap_or_else(first_map_bytes).next_multiple_of(MAP_STEP);
    loop {
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        let size = usize::try_from(map).unwrap_or(usize::MAX / 2);
        options.map_size(size).max_dbs(DATABASES_MAX).max_readers(READERS_MAX);
        // SAFETY: the pages were checked, the file is changed by LMDB only, and of the flags
        // READ_ONLY is harmless and NO_SYNC risks what the documentation of `Durability::Flush`
        // states.
        match unsafe { options.flags(flags).open(folder) } {
            Ok(env) => {
                keep_to_this_process(folder).map_err(Error::io("looking at", folder.join(DATA_FILE)))?;
                return Ok(env);
            }
            Err(heed::Error::EnvAlreadyOpened) => match heed::env_closing_event(folder) {
                // The last store of this folder was dropped by another thread and is about to be
                // closed.
                Some(closing) => closing.wait(),
                None => std::thread::yield_now(),
            },
            Err(heed::Error::Io(error)) if is_errno(&error, rustix::io::Errno::NOMEM) && map > MAP_STEP => {
                map = (map / 2).next_multiple_of(MAP_STEP);
            }
            Err(error) => return Err(explain(url, error)),
        }
    }
}

/// What a map begins with; it grows when it is full.
fn first_map_bytes() -> u64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current;
    limit.map_or(MAP_BYTES, |limit| (limit / MAP_PART).clamp(MAP_STEP, MAP_BYTES))
}

/// Checks the format, then opens the databases.
fn open_families(url: &StoreUrl, env: &Env) -> Result<[Database; Family::COUNT]> {
    let explain = |error| explain(url, error);
    let txn = env.read_txn().map_err(explain)?;
    let opened = env.open_databases_and_commit(txn, |opener, txn| {
        let meta = opener.open_database::<Bytes, Bytes>(txn, Some(META))?;
        let mut failed = None;
        let families = std::array::from_fn(|index| {
            match opener.open_database::<Bytes, Bytes>(txn, Some(Family::ALL[index].name())) {
                Ok(family) => family,
                Err(error) => {
                    failed = Some(error);
                    None
                }
            }
        });
        failed.map_or_else(|| Ok(CommitOrAbort::<_, ()>::Commit((meta, families))), Err)
    });
    let (meta, families): (_, [Option<Database>; Family::COUNT]) = opened.map_err(explain)?.unwrap_commit();
    let meta = meta.ok_or_else(|| url.error("it is an LMDB folder of another program"))?;
    let txn = env.read_txn().map_err(explain)?;
    let format = meta.get(&txn, b"format").map_err(explain)?;
    let format = format.and_then(|text| std::str::from_utf8(text).ok()?.parse::<u32>().ok());
    check_format(format.map(i64::from)).map_err(|problem| url.error(problem))?;
    let missing = families.iter().position(Option::is_none);
    if let Some(index) = missing {
        return Err(url.error(format!("the store is damaged: family {} is missing", Family::ALL[index])));
    }
    // `missing` is none, so the first family stands in for nothing.
    let first = families[0].ok_or_else(|| url.error("the store is damaged"))?;
    Ok(families.map(|family| family.unwrap_or(first)))
}

/// Makes a store where none is. The data file appears complete or not at all, also when several
/// processes create it at once.
fn create(url: &StoreUrl, folder: &Path, options: OpenOptions) -> Result<()> {
    if folder.join(DATA_FILE).exists() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(Error::io("creating", folder))?;
    refuse_network(url, folder, options)?;
    let ignore = folder.join(".gitignore");
    // Never what another put there, nor through a link.
    match fs::File::create_new(&ignore).and_then(|mut file| file.write_all(b"*\n")) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(Error::io("writing", &ignore)(error));
        }
        _ => {}
    }
    let temporary = Temporary::beside(&folder.join(DATA_FILE))?;
    let fresh = temporary.path();
    fs::create_dir(&fresh).map_err(Error::io("creating", &fresh))?;
    fill(url, &fresh)?;
    atomic_replace::place_if_absent(&fresh.join(DATA_FILE), &folder.join(DATA_FILE))
}

fn fill(url: &StoreUrl, folder: &Path) -> Result<()> {
    let explain = |error| explain(url, error);
    let env = open_env(url, folder, EnvFlags::empty(), Some(MAP_STEP))?;
    let txn = env.write_txn().map_err(explain)?;
    let made = env.create_databases_and_commit(txn, |opener, txn| {
        let meta = opener.create_database::<Bytes, Bytes>(txn, Some(META))?;
        meta.put(txn, b"format", FORMAT.to_string().as_bytes())?;
        meta.put(txn, b"elcano", env!("CARGO_PKG_VERSION").as_bytes())?;
        meta.put(txn, b"lmdb", heed::lmdb_version().string.as_bytes())?;
        for family in Family::ALL {
            opener.create_database::<Bytes, Bytes>(txn, Some(family.name()))?;
        }
        Ok(CommitOrAbort::<(), ()>::Commit(()))
    });
    made.map_err(explain)?;
    Ok(())
}
