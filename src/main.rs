//! elcano's entry point, and the end where no memory is left.

#![expect(unsafe_code, reason = "an allocator is unsafe by its nature; this one only looks at what another gives")]

use std::alloc::{GlobalAlloc, Layout};
use std::process::ExitCode;

use mimalloc::MiMalloc;

/// tree-sitter allocates a node at a time; this allocator makes parsing about a tenth faster than
/// the system's.
#[global_allocator]
static ALLOCATOR: OrEnd = OrEnd(MiMalloc);

/// Gives memory, or ends the process with the exit code of what could not be decided: as after a
/// kill, what was not complete is not there.
struct OrEnd(MiMalloc);

fn given(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        // Neither of these allocates.
        let _ = rustix::io::write(rustix::stdio::stderr(), b"elcano: out of memory\n");
        signal_hook::low_level::exit(3);
    }
    memory
}

// SAFETY: every call is passed on as it is, and what comes back is passed back as it is.
unsafe impl GlobalAlloc for OrEnd {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        given(unsafe { self.0.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        given(unsafe { self.0.alloc_zeroed(layout) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.0.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        given(unsafe { self.0.realloc(memory, layout, bytes) })
    }
}

fn main() -> ExitCode {
    ExitCode::from(elcano::cli::main())
}
