//! The version of the layout of stores. Refuses other versions; never converts them.

/// Version of the layout of stores. A store of a newer one is refused and not touched.
pub const FORMAT: u32 = 1;

/// Checks the format that a store states.
///
/// # Errors
/// What is wrong with it, as the end of a sentence about the store.
pub(in crate::store) fn check_format(stated: Option<i64>) -> Result<(), String> {
    match stated.ok_or_else(|| "it does not say which format it has".to_owned())? {
        found if found == i64::from(FORMAT) => Ok(()),
        newer if newer > i64::from(FORMAT) => {
            Err(format!("it is of a newer elcano (format {newer}; this one knows {FORMAT})"))
        }
        older => Err(format!("its format {older} is unknown")),
    }
}
