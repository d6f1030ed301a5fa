//! Operators side by side as a table for files.

use crate::analysis::{Measured, Why};
use crate::figure::table::{Cell, Column, Table};
use crate::variants::Settings;

/// One operator on one device.
#[derive(Clone, Debug)]
pub struct BenchLine {
    /// Name of the operator.
    pub variant: &'static str,
    /// Its settings, complete.
    pub settings: Settings,
    /// Multiply-adds of one map by the formula.
    pub macs: u64,
    /// Trainable parameters.
    pub params: u64,
    /// `||map - standard|| / ||standard||` with derived weights, and with fitted ones.
    pub errors: [Option<f64>; 2],
    /// Share of the energy of its map, without the means, at 1/4 cycle per pixel and below; where it was looked at.
    pub octave_share: Option<f64>,
    /// The device, and whether it is software rendering.
    pub device: (String, bool),
    /// What was measured; none where it was not, or where it is not to be seen yet.
    pub measured: Option<Measured>,
    /// Share of the promised saving that arrives as time; none where the times cannot be told apart.
    pub delivered: Option<f64>,
    /// The verdict.
    pub why: Option<Why>,
}

/// One row per operator and device. Names of columns are English in every language: programs read them.
pub fn bench_table(title: impl Into<String>, lines: &[BenchLine]) -> Table {
    let columns = [
        ("operator", ""),
        ("settings", ""),
        ("macs", "one map"),
        ("params", ""),
        ("relative_error_derived", ""),
        ("relative_error_fitted", ""),
        ("energy_up_to_quarter_cycle", "share"),
        ("device", ""),
        ("software_rendering", ""),
        ("batch", ""),
        ("executed_macs", ""),
        ("bytes", "bytes"),
        ("dispatches", ""),
        ("median", "ms"),
        ("p10", "ms"),
        ("p90", "ms"),
        ("runs", ""),
        ("delivered_saving", ""),
        ("bound_by", ""),
    ];
    let row = |line: &BenchLine| {
        let settings: Vec<String> = line.settings.iter().map(|(name, v)| format!("{name}={v}")).collect();
        let number = |n: Option<f64>| n.map_or(Cell::Empty, Cell::from);
        let mut row = vec![
            Cell::from(line.variant),
            Cell::from(settings.join(" ")),
            Cell::from(line.macs),
            Cell::from(line.params),
            number(line.errors[0]),
            number(line.errors[1]),
            number(line.octave_share),
            Cell::from(line.device.0.as_str()),
            Cell::from(if line.device.1 { "yes" } else { "no" }),
        ];
        match &line.measured {
            None => row.extend(std::iter::repeat_n(Cell::Empty, 8)),
            Some(m) => {
                let ms = |ns: u64| Cell::from(ns as f64 / 1e6);
                row.extend([
                    Cell::from(m.batch),
                    Cell::from(m.executed.macs),
                    Cell::from(m.executed.bytes()),
                    Cell::from(m.dispatches),
                    ms(m.time.median_ns),
                    ms(m.time.p10_ns),
                    ms(m.time.p90_ns),
                    Cell::from(m.time.runs),
                ]);
            }
        }
        row.push(number(line.delivered));
        row.push(line.why.as_ref().map_or(Cell::Empty, |why| Cell::from(why.bound.name())));
        row
    };
    Table {
        title: title.into(),
        columns: columns.map(|(name, unit)| Column::new(name, unit)).to_vec(),
        rows: lines.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::TimeStats;
    use crate::exec::fuse::Executed;

    #[test]
    fn rows_are_as_long_as_there_are_columns() {
        let time = TimeStats { median_ns: 1_500_000, p10_ns: 1_400_000, p90_ns: 1_700_000, runs: 11 };
        let measured = Measured {
            macs: 10,
            executed: Executed::default(),
            dispatches: 2,
            working_set: 1,
            least_bytes: 1,
            batch: 4,
            time,
        };
        let line = |measured| BenchLine {
            variant: "ghost",
            settings: Settings::default(),
            macs: 10,
            params: 3,
            errors: [Some(0.4), None],
            octave_share: Some(0.9),
            device: ("llvmpipe".into(), true),
            measured,
            delivered: None,
            why: None,
        };
        let table = bench_table("t", &[line(Some(measured)), line(None)]);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        let column = |name: &str| table.columns.iter().position(|c| c.name == name).expect("a column");
        assert_eq!(table.rows[0][column("median")], Cell::Number(1.5));
        assert_eq!(table.rows[0][column("batch")], Cell::Count(4));
        assert_eq!(table.rows[1][column("median")], Cell::Empty);
        assert_eq!(table.rows[0][column("software_rendering")], Cell::Text("yes".into()));
    }
}
