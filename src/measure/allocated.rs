//! How much memory the parser has asked for, on each thread. Counts what is asked for and not what
//! is given back, so that every machine agrees. Never refuses memory: who counts decides.

#![expect(unsafe_code, reason = "tree-sitter takes its allocator as C functions")]

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Once;

use tree_sitter::{Allocator, set_allocator};

thread_local! {
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

static INSTALLED: Once = Once::new();

/// Bytes that tree-sitter has asked for on this thread, from now on counted.
pub(super) fn bytes() -> u64 {
    INSTALLED.call_once(|| {
        let allocator = Allocator { malloc: counted_malloc, calloc: counted_calloc, realloc: counted_realloc, free };
        // SAFETY: the functions are those of the C library, which tree-sitter uses by default, so
        // that memory from before is freed by the allocator it came from. Every parser of this
        // library comes after this call.
        unsafe { set_allocator(Some(allocator)) };
    });
    BYTES.get()
}

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

/// Counts; a thread that ends has no counter any more.
fn count(size: usize) {
    let _ = BYTES.try_with(|bytes| bytes.set(bytes.get().saturating_add(size as u64)));
}

/// Tree-sitter does not expect to be refused. The program's own allocator is asked once more: one
/// that ends the program in order does so, and where there is none, nothing can be done.
fn given(memory: *mut c_void, size: usize) -> *mut c_void {
    if memory.is_null() && size > 0 {
        let layout = Layout::array::<u8>(size).unwrap_or(Layout::new::<usize>());
        // SAFETY: the size is not zero. What is given is not used, and the process ends here.
        let _ = unsafe { alloc(layout) };
        handle_alloc_error(layout);
    }
    memory
}

unsafe extern "C" fn counted_malloc(size: usize) -> *mut c_void {
    count(size);
    // SAFETY: any size may be asked for.
    given(unsafe { malloc(size) }, size)
}

unsafe extern "C" fn counted_calloc(number: usize, size: usize) -> *mut c_void {
    let all = number.saturating_mul(size);
    count(all);
    // SAFETY: any size may be asked for; a product that is too large is refused.
    given(unsafe { calloc(number, size) }, all)
}

unsafe extern "C" fn counted_realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    count(size);
    // SAFETY: tree-sitter gives back what it got from these functions.
    given(unsafe { realloc(memory, size) }, size)
}
