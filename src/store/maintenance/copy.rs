//! Copies all records of a source into a sink: export, import, migration, merging and backup are
//! this one operation. Never opens a store.

use crate::error::Result;
use crate::store::engine::{Sink, Source};
use crate::store::record::{Digester, Family, Key};

/// Records that go to a sink at a time.
const RECORDS: usize = 2_000;
/// Or so many bytes, roughly.
const BYTES: usize = 8 << 20;

/// How many records of each family were copied, in the order of [`Family::ALL`].
pub type Counts = Vec<(Family, u64)>;

/// Copies everything and makes it visible.
///
/// # Errors
/// An error of either side; the destination is then as it was before (but for what
/// [`crate::store::Existing::Merge`] had added, which is harmless: no snapshot refers to it).
pub fn copy(source: &dyn Source, mut sink: Box<dyn Sink>) -> Result<Counts> {
    let mut counts = Counts::new();
    for family in Family::ALL {
        let (mut waiting, mut bytes, mut count) = (Vec::new(), 0, 0);
        let mut stated = source.stated(*family)?.map(|digest| (digest, Digester::new(*family)));
        source.scan(*family, &Key::default(), &mut |record| {
            if let Some((_, digester)) = &mut stated {
                digester.add(&record)?;
            }
            bytes += record.bytes();
            count += 1;
            waiting.push(record);
            if waiting.len() >= RECORDS || bytes >= BYTES {
                bytes = 0;
                sink.put(std::mem::take(&mut waiting))?;
            }
            Ok(())
        })?;
        if let Some((stated, found)) = stated.map(|(stated, digester)| (stated, digester.finish().digest))
            && stated != found
        {
            return Err(source
                .url()
                .error(format!("family {family} has digest {found} and states {stated}: it was altered")));
        }
        if !waiting.is_empty() {
            sink.put(waiting)?;
        }
        counts.push((*family, count));
    }
    sink.finish()?;
    Ok(counts)
}
