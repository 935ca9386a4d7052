//! A test that takes two processes starts this binary again for itself alone: with a variable set
//! it plays the other process instead.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Once;

use elcano::store::StoreUrl;
use rustix::process::Signal;

/// The store of a process that a test started.
pub const ROLE: &str = "ELCANO_TEST_STORE";
const EXTRA: &str = "ELCANO_TEST_EXTRA";

/// Set when this process is the other one.
pub fn role() -> Option<StoreUrl> {
    std::env::var(ROLE).ok().map(|url| url.parse().unwrap())
}

/// Prints a line for the process that started this one.
pub fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n> {line}").unwrap();
    out.flush().unwrap();
}

/// What the process that started this one gave it.
pub fn extra() -> String {
    std::env::var(EXTRA).unwrap()
}

/// A test of a module in another process, where `role` and `extra` give what is given here.
pub fn other(module: &str, test: &str, url: &StoreUrl, extra: &str) -> Command {
    let module = module.split_once("::").expect("a module of this crate").1;
    heard();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("{module}::{test}"), "--nocapture", "--test-threads=1"]);
    command.env(ROLE, url.to_string()).env(EXTRA, extra).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// Whether a process does this with a signal: `SigCgt` for catching it, `SigIgn` for ignoring it.
pub fn treats(process: &str, how: &str, signal: Signal) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix(how)?.strip_prefix(':'));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0) & (1 << (signal.as_raw() - 1)) != 0
}

/// Makes the processes that are started from now on hear every signal, whatever this one was told to
/// ignore: what a process ignores, those that it starts ignore, too, and what it catches they do not.
pub fn heard() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ignored = [Signal::INT, Signal::TERM, Signal::HUP].into_iter().filter(|it| treats("self", "SigIgn", *it));
        for signal in ignored {
            signal_hook::flag::register(signal.as_raw(), std::sync::Arc::default()).unwrap();
        }
    });
}

/// What a process printed with `say`, line by line.
pub fn lines(out: ChildStdout) -> impl Iterator<Item = String> {
    BufReader::new(out).lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("> ").map(str::to_owned))
}

/// Starts it; gives what it prints with `say`.
pub fn start(command: &mut Command) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = command.spawn().unwrap();
    let out = lines(child.stdout.take().unwrap());
    (child, out)
}
