//! Where the store is when none is named: in the repository, and in continuous integration outside
//! of the checkout, for a change could bring a store along. Never opens it.

use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::environment::{environment, in_ci};
use crate::error::{Error, Result};
use crate::store::{self, StoreUrl};

/// The store of the tree with this top.
///
/// # Errors
/// There is no folder for it outside of the checkout.
pub(super) fn default_store(top: &Path) -> Result<StoreUrl> {
    static SAID: AtomicBool = AtomicBool::new(false);
    let inside = top.join(store::FOLDER);
    if !in_ci() {
        return Ok(StoreUrl::Lmdb(inside));
    }
    let outside = StoreUrl::Lmdb(stores(top)?.join(name(top)));
    if inside.symlink_metadata().is_ok() && !SAID.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "`{}` is in the checkout and is not used: CI is set, and the store is {outside}",
            inside.display()
        );
    }
    Ok(outside)
}

/// The name of the tree's folder, for people, and what tells it from others of this name.
fn name(top: &Path) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' };
    let folder = top.file_name().unwrap_or_default().to_string_lossy();
    let folder: String = folder.chars().take(40).map(plain).collect();
    let hash = blake3::hash(top.as_os_str().as_bytes()).to_hex();
    format!("{folder}-{}", &hash[..16])
}

/// The folder of stores: the user's cache, else one in the temporary folder that is the user's
/// alone.
fn stores(top: &Path) -> Result<PathBuf> {
    let folder = |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let outside = |path: &PathBuf| !path.canonicalize().unwrap_or_else(|_| path.clone()).starts_with(top);
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    if let Some(stores) = cache.map(|cache| cache.join("elcano/stores")).filter(outside)
        && fs::create_dir_all(&stores).is_ok()
        && outside(&stores)
        && rustix::fs::access(&stores, rustix::fs::Access::WRITE_OK).is_ok()
    {
        return Ok(stores);
    }
    let temporary = folder("RUNNER_TEMP").unwrap_or_else(std::env::temp_dir);
    let own = rustix::process::geteuid().as_raw();
    let stores = temporary.join(format!("elcano-stores-{own}"));
    if !outside(&stores) {
        return Err(Error::Usage(format!(
            "there is no folder for the store outside of the checkout `{}`: name a store with --store",
            top.display()
        )));
    }
    match DirBuilder::new().mode(0o700).create(&stores) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(Error::io("making a folder for the store,", stores)(error));
        }
        _ => {}
    }
    let found = stores.symlink_metadata().map_err(Error::io("looking at", &stores))?;
    if found.is_dir() && found.uid() == own && found.mode() & 0o022 == 0 {
        Ok(stores)
    } else {
        Err(Error::Store {
            store: format!("lmdb:{}", stores.display()),
            problem: "its folder is not this user's alone, and is not believed: name another store with --store"
                .to_owned(),
            source: None,
        })
    }
}
