//! Has git fetch one commit that is not in this clone. The only place that runs a program and uses
//! the network, and only when a person asked for it: credentials, proxies and transports are git's
//! own business.

use std::process::{Command, Stdio};

use super::{CommitId, Repository};
use crate::error::{Error, Result};

/// Where the commit is kept, so that git does not tidy it away.
const REFERENCE: &str = "refs/elcano/base";
/// Variables by which the environment may name another repository than this one.
const ELSEWHERE: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"];

impl Repository {
    /// Fetches a commit from `origin`, without its history if the history of this clone is cut
    /// already: in a full clone that would cut it.
    ///
    /// # Errors
    /// There is no git, or it failed: [`Error::Undecided`] with its message.
    pub fn fetch(&self, commit: CommitId) -> Result<()> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.workdir()).args(["-c", "core.hooksPath=/dev/null", "fetch", "--quiet"]);
        command.args(["--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance"]);
        if self.is_shallow()? {
            command.arg("--depth=1");
        }
        command.arg("origin").arg(format!("+{commit}:{REFERENCE}"));
        // Nobody is there to type a password.
        command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null()).stdout(Stdio::null());
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        let output = command.output().map_err(Error::io("running", "git"))?;
        if output.status.success() {
            return Ok(());
        }
        let message = String::from_utf8_lossy(&output.stderr);
        Err(Error::Undecided(format!("git cannot fetch commit {commit} from origin: {}", message.trim())))
    }
}
