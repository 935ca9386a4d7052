//! A builder of temporary trees and git repositories, which vanish with it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A temporary folder; every step panics with what went wrong, for a broken fixture tests nothing.
pub struct Repo {
    dir: TempDir,
}

/// Paths of fixtures: text, or bytes that are not UTF-8.
pub trait AsBytes {
    fn bytes(&self) -> &[u8];
}

impl AsBytes for str {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsBytes for [u8] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl<const N: usize> AsBytes for [u8; N] {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl AsBytes for String {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsBytes for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

impl Default for Repo {
    fn default() -> Self {
        Self::new()
    }
}

impl Repo {
    /// An empty folder, not a git repository.
    pub fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("repo-").tempdir().expect("a temporary folder") }
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let repo = Self::new();
        for (path, content) in files {
            repo.file(*path, content);
        }
        repo
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Where a path of the tree is.
    pub fn path<P: AsBytes + ?Sized>(&self, path: &P) -> PathBuf {
        self.root().join(OsStr::from_bytes(path.bytes()))
    }

    fn ready<P: AsBytes + ?Sized>(&self, path: &P) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders");
        path
    }

    /// Writes a file, with its folders.
    pub fn file<P: AsBytes + ?Sized>(&self, path: &P, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.ready(path), content).expect("a file");
        self
    }

    /// Makes a folder.
    pub fn folder<P: AsBytes + ?Sized>(&self, path: &P) -> &Self {
        fs::create_dir_all(self.path(path)).expect("a folder");
        self
    }

    /// Makes a symbolic link.
    pub fn symlink<P: AsBytes + ?Sized>(&self, path: &P, target: impl AsRef<Path>) -> &Self {
        std::os::unix::fs::symlink(target, self.ready(path)).expect("a link");
        self
    }

    /// Makes a FIFO, which blocks a reader that opens it.
    pub fn fifo<P: AsBytes + ?Sized>(&self, path: &P) -> &Self {
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, self.ready(path), rustix::fs::FileType::Fifo, mode, 0).expect("a FIFO");
        self
    }

    /// Makes a socket.
    pub fn socket<P: AsBytes + ?Sized>(&self, path: &P) -> &Self {
        drop(std::os::unix::net::UnixListener::bind(self.ready(path)).expect("a socket"));
        self
    }

    /// Sets permission bits.
    pub fn mode<P: AsBytes + ?Sized>(&self, path: &P, mode: u32) -> &Self {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).expect("permissions");
        self
    }

    /// Makes a file look as if it was last modified long ago, so that git does not take it for just
    /// changed.
    pub fn age<P: AsBytes + ?Sized>(&self, path: &P) -> &Self {
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 123_456_789);
        let file = fs::File::options().write(true).open(self.path(path)).expect("the file");
        file.set_modified(long_ago).expect("a time");
        self
    }

    /// Removes a file or a folder.
    pub fn remove<P: AsBytes + ?Sized>(&self, path: &P) -> &Self {
        let path = self.path(path);
        if path.symlink_metadata().expect("something to remove").is_dir() {
            fs::remove_dir_all(path).expect("the folder to go");
        } else {
            fs::remove_file(path).expect("the file to go");
        }
        self
    }

    /// A git command in this folder; nothing of this machine's configuration or time is in it.
    pub fn git_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(args).current_dir(self.root()).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.root().parent().expect("a folder above"))
            .env("LC_ALL", "C");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Test")
                .env(format!("GIT_{who}_EMAIL"), "test@example.org")
                .env(format!("GIT_{who}_DATE"), "2024-01-02T03:04:05Z");
        }
        command
    }

    /// Runs git, and gives what it printed, without the last line break.
    pub fn git(&self, args: &[&str]) -> String {
        let text = String::from_utf8(self.git_bytes(args)).expect("UTF-8 from git");
        text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
    }

    /// Runs git, and gives the bytes that it printed.
    pub fn git_bytes(&self, args: &[&str]) -> Vec<u8> {
        let output = self.git_command(args).output().expect("git to start");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Makes it a git repository with branch `main`.
    pub fn init(&self) -> &Self {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        // What is tested reads the configuration of this machine.
        self.git(&["config", "core.autocrlf", "false"]);
        self
    }

    /// Commits everything that is not ignored; gives the commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}
