//! `convscope`: the window, or one sub-command without a display.

use std::process::ExitCode;
use std::time::Instant;

/// Feature maps are freed and allocated anew in every run. The system's allocator gives their pages back
/// to the kernel each time, and fetching them again costs more than the arithmetic of cheap layers.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    convscope::cli::main(Instant::now())
}
