//! The records of the oldest sample of a store, which fuzz targets start from.

use std::sync::LazyLock;

use elcano::error::Result;
use elcano::store::{Record, Sink, unpack};

/// Gathers records.
struct Gathering(std::sync::mpsc::Sender<Record>);

impl Sink for Gathering {
    fn put(&mut self, records: Vec<Record>) -> Result<()> {
        records.into_iter().for_each(|record| self.0.send(record).expect("the receiver is alive"));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// The records of the oldest sample of a store.
pub static SAMPLE: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../compat/v1/store.pack");
    let (sender, receiver) = std::sync::mpsc::channel();
    unpack(pack.as_ref(), Box::new(Gathering(sender))).expect("the sample is sound");
    receiver.iter().collect()
});
