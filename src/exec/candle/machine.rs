//! The name of the processor.

use super::simd::Level;

/// Such as "Intel Xeon Processor (CPU, 2 threads, AVX-512)".
pub fn describe(level: Level) -> String {
    let threads = rayon::current_num_threads();
    let plural = if threads == 1 { "thread" } else { "threads" };
    match model() {
        Some(model) => format!("{model} (CPU, {threads} {plural}, {})", level.name()),
        None => format!("CPU ({threads} {plural}, {})", level.name()),
    }
}

/// The model as Linux tells it; other systems have no file that does.
fn model() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    let name = line.split_once(':')?.1.replace("(R)", "").replace("(TM)", "");
    Some(name.split_whitespace().collect::<Vec<_>>().join(" "))
}
