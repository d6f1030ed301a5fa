//! How numbers are written: one place, so that the same number looks the same everywhere.

use crate::analysis::TimeStats;
use crate::tensor::Shape;

/// A count with at most four significant digits: `349`, `12.9 k`, `349.2 M`, `15.47 G`.
pub fn count(n: u64) -> String {
    let (value, unit) = match n {
        0..=9_999 => return n.to_string(),
        10_000..=999_999 => (n as f64 / 1e3, "k"),
        1_000_000..=999_999_999 => (n as f64 / 1e6, "M"),
        _ => (n as f64 / 1e9, "G"),
    };
    let digits = if value >= 100.0 { 1 } else { 2 };
    format!("{value:.digits$} {unit}")
}

/// Bytes in decimal units: `512 B`, `12.86 kB`, `349.2 MB`.
pub fn bytes(n: u64) -> String {
    let text = count(n);
    if n <= 9_999 { format!("{text} B") } else { format!("{text}B") }
}

/// Milliseconds with three significant digits; below a microsecond `0`.
pub fn milliseconds(ns: u64) -> String {
    let ms = ns as f64 / 1e6;
    let digits = match ms {
        _ if ns < 1_000 => return "0".into(),
        m if m < 0.1 => 3,
        m if m < 10.0 => 2,
        m if m < 100.0 => 1,
        _ => 0,
    };
    format!("{ms:.digits$}")
}

/// `1.23 ms (1.20 to 1.31)`: median and the spread from the 10th to the 90th percentile.
pub fn time_with_spread(t: &TimeStats) -> String {
    format!("{} ms ({}–{})", milliseconds(t.median_ns), milliseconds(t.p10_ns), milliseconds(t.p90_ns))
}

/// A value of a feature map: four significant digits, short.
pub fn value(v: f32) -> String {
    let magnitude = v.abs();
    match magnitude {
        _ if !v.is_finite() => format!("{v}"),
        0.0 => "0".into(),
        m if !(0.001..100_000.0).contains(&m) => format!("{v:.2e}"),
        m if m < 1.0 => format!("{v:.4}"),
        m if m < 10.0 => format!("{v:.3}"),
        m if m < 1000.0 => format!("{v:.1}"),
        _ => format!("{v:.0}"),
    }
}

/// `64 × 56 × 56`, or `1000` for a vector.
pub fn shape(s: Shape) -> String {
    if s.plane() == 1 { s.c.to_string() } else { format!("{} × {} × {}", s.c, s.h, s.w) }
}

/// A share as a percentage: `43.8 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `0.33×`: how many times.
pub fn factor(f: f64) -> String {
    let digits = if f < 9.95 { 2 } else { 0 };
    format!("{f:.digits$}×")
}

/// A rate in units of 10⁹, short: `81`, `3.4`, `0.12`.
pub fn giga(rate: f64) -> String {
    short(rate / 1e9)
}

/// `81 GMAC/s`.
pub fn rate(macs_per_second: f64) -> String {
    format!("{} GMAC/s", giga(macs_per_second))
}

/// `12 GB/s`.
pub fn bytes_rate(bytes_per_second: f64) -> String {
    format!("{} GB/s", giga(bytes_per_second))
}

/// Multiply-adds per byte: `3.4`.
pub fn per_byte(intensity: f64) -> String {
    short(intensity)
}

/// A duration with its unit: `0.8 µs`, `38 µs`, `1.45 ms`.
pub fn duration(ns: f64) -> String {
    if ns < 100_000.0 { format!("{} µs", short(ns / 1e3)) } else { format!("{} ms", short(ns / 1e6)) }
}

/// Two significant digits, three from 100 on.
fn short(v: f64) -> String {
    match v {
        v if v >= 10.0 => format!("{v:.0}"),
        v if v >= 1.0 => format!("{v:.1}"),
        v if v >= 0.1 => format!("{v:.2}"),
        v if v >= 0.001 => format!("{v:.3}"),
        v if v > 0.0 => format!("{v:.1e}"),
        _ => "0".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_their_digits() {
        assert_eq!([count(0), count(9999), count(12_864)].join(" "), "0 9999 12.86 k");
        assert_eq!(count(349_151_936), "349.2 M");
        assert_eq!(
            [milliseconds(999), milliseconds(12_340), milliseconds(1_234_567)].join(" "),
            "0 0.012 1.23"
        );
        assert_eq!([value(0.12345), value(-12.34), value(1e-6)].join(" "), "0.1235 -12.3 1.00e-6");
        assert_eq!([bytes(512), bytes(12_864)].join(" "), "512 B 12.86 kB");
        assert_eq!(shape(Shape::new(1, 64, 56, 56)), "64 × 56 × 56");
        assert_eq!(percent(0.4375), "43.8 %");
        assert_eq!([factor(0.333), factor(12.4)].join(" "), "0.33× 12×");
        assert_eq!([rate(81.4e9), bytes_rate(3.44e9)].join(", "), "81 GMAC/s, 3.4 GB/s");
        assert_eq!(
            [duration(840.0), duration(38_400.0), duration(1_450_000.0)].join(" "),
            "0.84 µs 38 µs 1.4 ms"
        );
    }
}
