//! Gives the records of a store that an older elcano wrote their checksums, in one transaction. Never
//! changes a record.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::SqliteFailure;
use super::file::{column_names, meta};
use super::rows::{cells, seal};
use super::schema::{self, CHECKSUM, CHECKSUMS, Shape, Statements};
use crate::error::{Error, Result};
use crate::store::relational::table::Assembler;
use crate::store::{Family, Key, StoreUrl, codec};

/// As the store was written.
const UNSEALED: Shape = Shape { derived: false, sealed: false };

/// Adds the checksums unless another process was first. A record that is damaged gets none, and
/// stays damaged.
pub(super) fn add(url: &StoreUrl, connection: &mut Connection) -> Result<()> {
    let done = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(SqliteFailure::from)
        .and_then(|transaction| {
            if meta(url, &transaction, CHECKSUMS)?.is_none() {
                for family in Family::ALL {
                    add_to(&transaction, *family)?;
                }
                transaction.execute("INSERT INTO meta VALUES (?1, '1')", [CHECKSUMS])?;
            }
            Ok(transaction.commit()?)
        });
    done.map_err(|failure| failure.into_error(url))
}

fn add_to(connection: &Connection, family: Family) -> Result<(), SqliteFailure> {
    if !column_names(connection, family)?.iter().any(|name| name == CHECKSUM) {
        connection.execute_batch(&schema::add_checksums(family))?;
    }
    let mut update = connection.prepare(&schema::set_checksum(family))?;
    for (key, checksum) in checksums(connection, family)? {
        update.execute((key.as_bytes(), checksum))?;
    }
    Ok(())
}

fn checksums(connection: &Connection, family: Family) -> Result<Vec<(Key, i64)>, SqliteFailure> {
    let statements = Statements::of(family, UNSEALED);
    let mut all = Vec::new();
    let mut gather = |key: &[u8], record: Result<_>| {
        match record {
            Ok(record) => all.push((Key::from_bytes(key), codec::seal(&record)?)),
            Err(Error::Record { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    };
    let mut assembler = Assembler::new(family, false, &mut gather);
    let mut statement = connection.prepare(&statements.scan)?;
    let mut rows = statement.query((&[][..], None::<&[u8]>))?;
    while let Some(row) = rows.next()? {
        let (ordinal, cells) = (row.get(1)?, cells(row, statements.width)?);
        let seal = seal(row, statements.width, UNSEALED)?;
        assembler.push(row.get_ref(0)?.as_blob().unwrap_or_default(), ordinal, cells, seal)?;
    }
    assembler.end()?;
    Ok(all)
}
