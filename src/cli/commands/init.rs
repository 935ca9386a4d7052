//! `init`: writes configuration and workflow into a repository. Never replaces a file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::console::print;
use crate::error::{Error, Result};
use crate::model::printable;
use crate::store::{NamedBy, destination, follow};

const CONFIGURATION: &str = include_str!("../templates/elcano.toml");
const WORKFLOW: &str = include_str!("../templates/workflow.yml");

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The repository [default: .]
    path: Option<PathBuf>,
    /// The action of the workflow: OWNER/REPOSITORY@REVISION
    #[arg(long, value_name = "ACTION", default_value = "OWNER/elcano@REVISION")]
    action: String,
}

pub(in crate::cli) fn init(args: &InitArgs) -> Result<u8> {
    let root = args.path.as_deref().unwrap_or(Path::new("."));
    let workflow = WORKFLOW.replace("ACTION", &args.action);
    let files = [(root.join("elcano.toml"), CONFIGURATION), (root.join(".github/workflows/elcano.yml"), &workflow)];
    // All or none: a file that exists is never replaced.
    if let Some((there, _)) = files.iter().find(|(file, _)| file.symlink_metadata().is_ok()) {
        return Err(Error::Usage(format!("`{}` is there already; nothing was written", there.display())));
    }
    let top = follow(root, NamedBy::User)?;
    for (file, _) in &files {
        destination(file, NamedBy::Repository(&top))?;
    }
    for (file, text) in &files {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(Error::io("making", folder))?;
        }
        let mut new = fs::File::create_new(file).map_err(Error::io("writing", file))?;
        new.write_all(text.as_bytes()).map_err(Error::io("writing", file))?;
    }
    let mut out: String =
        files.iter().map(|(file, _)| format!("wrote {}\n", printable(&file.to_string_lossy()))).collect();
    if args.action.starts_with("OWNER/") {
        out += "put the action's owner and revision into the workflow, or give --action\n";
    }
    print(&out).map(|()| 0)
}
