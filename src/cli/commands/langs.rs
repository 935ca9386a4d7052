//! `langs`: lists the languages.

use clap::Args;
use serde_json::json;

use crate::cli::console::{print, print_json};
use crate::cli::session::Session;
use crate::error::Result;
use crate::lang::LineOnly;
use crate::report::table::Table;

#[derive(Debug, Args)]
pub(in crate::cli) struct LangsArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn langs(session: &Session, args: &LangsArgs) -> Result<u8> {
    let all: Vec<_> = session.registry.ids().filter_map(|id| Some((id, session.registry.spec(id)?))).collect();
    if args.json {
        let languages: Vec<_> = all
            .iter()
            .map(|(id, (spec, version))| {
                json!({
                    "id": id, "label": spec.label, "extensions": spec.extensions, "filenames": spec.filenames,
                    "shebangs": spec.shebangs, "grammar": spec.krate, "grammar_version": version,
                })
            })
            .collect();
        let line_only = session
            .registry
            .line_only()
            .map(|of| json!({ "id": of.id, "label": of.label(), "extensions": of.extensions(), "counter": "tokei" }));
        let line_only: Vec<_> = line_only.collect();
        print_json(&json!({ "schema": "elcano.langs/1", "languages": languages, "counted": line_only }))?;
        return Ok(0);
    }
    let mut table = Table::new(&["id", "language", "files", "grammar"]);
    for (id, (spec, version)) in all {
        let extensions = spec.extensions.iter().map(|extension| format!(".{extension}"));
        let files = extensions.chain(spec.filenames.iter().cloned()).collect::<Vec<_>>().join(" ");
        table.row(vec![id.to_owned(), spec.label.clone(), files, format!("{} {version}", spec.krate)]);
    }
    let mut out = table.text();
    let counted = session.registry.line_only().count();
    if counted > 0 {
        out += &format!(
            "\nand {counted} languages of which tokei {} counts the lines; --json lists them\n",
            LineOnly::VERSION
        );
    }
    print(&out)?;
    Ok(0)
}
