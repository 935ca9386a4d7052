//! What the targets of whole files share: a sound file with the fuzzer's edits, and all that is done
//! with a store that opens.

use std::path::{Path, PathBuf};

use arbitrary::Arbitrary;
use elcano::error::Error;
use elcano::store::{Batch, Family, Key, OpenOptions, Record, StoreUrl, open};

/// A change of a file.
#[derive(Arbitrary, Debug)]
pub enum Edit {
    /// One bit, or a few of one byte.
    Flip { at: u32, mask: u8 },
    /// Some bytes.
    Write { at: u32, bytes: [u8; 8], length: u8 },
    /// A number of 16 bits, in the order of this machine: bounds, flags and pointers of pages.
    Number { at: u32, value: u16 },
    /// A page goes over another one.
    Copy { from: u8, to: u8 },
    /// A page is zeroed.
    Zero { page: u8 },
    /// The file ends.
    Cut { at: u32 },
}

/// The page that is meant by edits.
const PAGE: usize = 4096;

/// Applies edits.
pub fn apply(bytes: &mut Vec<u8>, edits: &[Edit]) {
    for edit in edits {
        let length = bytes.len().max(1);
        let at = |at: u32| at as usize % length;
        let page = |page: u8| (page as usize * PAGE) % length;
        match edit {
            Edit::Flip { at: place, mask } => bytes.iter_mut().skip(at(*place)).take(1).for_each(|byte| *byte ^= mask),
            Edit::Write { at: place, bytes: new, length } => {
                let new = new.iter().take(usize::from(*length) % 9);
                bytes.iter_mut().skip(at(*place)).zip(new).for_each(|(byte, new)| *byte = *new);
            }
            Edit::Number { at: place, value } => {
                let place = at(*place) & !1;
                bytes.iter_mut().skip(place).zip(value.to_ne_bytes()).for_each(|(byte, new)| *byte = new);
            }
            Edit::Copy { from, to } => {
                let (from, to) = (page(*from), page(*to));
                let count = PAGE.min(bytes.len() - from).min(bytes.len() - to);
                bytes.copy_within(from..from + count, to);
            }
            Edit::Zero { page: number } => {
                let start = page(*number);
                bytes.iter_mut().skip(start).take(PAGE).for_each(|byte| *byte = 0);
            }
            Edit::Cut { at: place } => bytes.truncate(at(*place)),
        }
    }
}

/// A sample of a store of the first format.
pub fn sample(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../compat/v1", name].iter().collect();
    std::fs::read(path).expect("a sample")
}

/// A folder in memory, where there is one.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder")
}

/// A store is refused, or every record of it is read or damaged, found by its key, written again and
/// removed.
pub fn live(url: &StoreUrl) {
    let store = match open(url, OpenOptions { access: elcano::store::Access::Write, ..OpenOptions::default() }) {
        Ok(store) => store,
        Err(Error::Store { .. } | Error::Io { .. } | Error::Record { .. }) => return,
        Err(error) => panic!("another error: {error}"),
    };
    let (mut sound, mut damaged): (Vec<Record>, Vec<(Family, Key)>) = (Vec::new(), Vec::new());
    for family in Family::ALL {
        let walked = store.walk(*family, &Key::default(), &mut |key, record| {
            match record {
                Ok(record) => sound.push(record),
                Err(_) => damaged.push((*family, Key::from_bytes(key))),
            }
            Ok(())
        });
        if walked.is_err() {
            return;
        }
        let _ = store.count(*family);
        let _ = store.last(*family, &Key::default(), 3);
    }
    for record in &sound {
        if let Ok(found) = store.get(record.family(), &record.key()) {
            assert_eq!(found.as_ref(), Some(record), "a record that was walked over is not found");
        }
    }
    let mut batch = Batch::of(sound.iter().cloned());
    for (family, key) in damaged {
        batch.delete(family, key);
    }
    if store.write(&batch).is_err() {
        return;
    }
    let mut batch = Batch::default();
    Family::ALL.iter().for_each(|family| batch.delete_prefix(*family, Key::default()));
    let _ = store.write(&batch);
    let _ = store.flush();
}
