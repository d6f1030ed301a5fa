//! `convscope`: the window, or one sub-command without a display.

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    convscope::cli::main(Instant::now())
}
