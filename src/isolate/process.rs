//! A process that measures: started, asked, ended. Never asked again after it failed.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::Signal;

use super::exchange::{Exchange, Failure};
use super::protocol::AT_ONCE;

/// A process that is waiting for a file, or has one.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    /// It has measured nothing so far: what happens now is the file's doing.
    pub(super) fresh: bool,
}

impl Process {
    /// Starts one. It inherits nothing but its pipes: whatever this process has open is closed on
    /// execution.
    pub(super) fn start(program: &Path, arguments: &[OsString]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Of a group of its own, it does not hear the terminal's interrupt: this process ends it.
        let mut child = command.process_group(0).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("a process without pipes"))?;
        rustix::io::ioctl_fionbio(input.as_fd(), true)?;
        rustix::io::ioctl_fionbio(output.as_fd(), true)?;
        Ok(Self { child, input, output, fresh: true })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a request and waits for its answer.
    pub(super) fn ask(&mut self, exchange: &Exchange<'_>, head: &[u8], bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        if head.len() + bytes.len() <= AT_ONCE {
            // A copy costs less than waking the process twice.
            exchange.send(&mut self.input, &[head, bytes].concat())?;
        } else {
            exchange.send(&mut self.input, head)?;
            exchange.send(&mut self.input, bytes)?;
        }
        self.fresh = false;
        exchange.receive(&mut self.output)
    }

    /// Waits for the end of a process that has closed its pipes.
    pub(super) fn ended(mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It holds nothing that could be lost. One that is dead already has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the system ended a process for its seconds.
pub(super) fn ran_out_of_seconds(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::XCPU.as_raw())
}
