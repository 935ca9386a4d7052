//! Standard output: data, and nothing else. Messages go to standard error. Never lets data steer
//! the terminal that it is shown on.

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::model::{json_escaped, json_text, printable_lines};
use crate::pipeline::progress::{say, write_message};

/// Writes a text for people to standard output.
pub(super) fn print(text: &str) -> Result<()> {
    write_out(&printable_lines(text))
}

/// Writes a document to standard output.
pub(super) fn print_json(document: &Value) -> Result<()> {
    write_out(&json_text(document))
}

/// Writes what other programs read to standard output: as it is, but to a terminal as people read
/// it.
pub(super) fn print_data(text: &str) -> Result<()> {
    let shown = if std::io::stdout().is_terminal() { printable_lines(text) } else { Cow::Borrowed(text) };
    write_out(&shown)
}

/// Writes what a writer of this program made for its reader; one that has gone away is no error.
pub(super) fn write_out(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// What became of writing to standard output.
pub(super) fn written(result: std::io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(Error::io("writing", "standard output")),
    }
}

/// Says what ended a command; of one that was interrupted also what it left.
pub(super) fn failed(error: &Error, left: &str, as_json: bool) {
    let mut chain = error.chain();
    if matches!(error, Error::Interrupted) {
        chain.push(left.to_owned());
    }
    if as_json {
        let document = json!({ "schema": "elcano.error/1", "error": chain, "exit_code": error.exit_code() });
        write_message(&format!("{}\n", json_escaped(&document.to_string())));
    } else {
        say(&chain.join(": "));
    }
}
