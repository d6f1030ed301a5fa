//! Tables as CSV and JSON.
//!
//! A CSV file begins with comment lines: `# title`, then `# convscope-recipe: {..}` on one line; its first
//! row has the columns' names with their units in brackets. The JSON document has the fields `title`,
//! `columns` (name and unit), `rows` (arrays) and `recipe`.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::recipe::Recipe;

/// What the recipe's line in a CSV file begins with.
const RECIPE_LINE: &str = "# convscope-recipe: ";

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What stands in it.
    pub name: String,
    /// Unit, empty for counts and words.
    pub unit: String,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into() }
    }
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A count.
    Count(i64),
    /// A number.
    Number(f64),
    /// Words.
    Text(String),
    /// Nothing: not measured, not defined.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        i64::try_from(count).map_or(Self::Number(count as f64), Self::Count)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::from(count as u64)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Empty }
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it tells.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each as long as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// As CSV with the recipe in a comment line.
    ///
    /// # Errors
    /// If a row has another number of cells than there are columns.
    pub fn csv(&self, recipe: &Recipe) -> Result<String, csv::Error> {
        let title = self.title.replace(['\n', '\r'], " ");
        let head = format!("# {title}\n{RECIPE_LINE}{}\n", recipe.json());
        let mut writer = csv::Writer::from_writer(head.into_bytes());
        writer.write_record(
            self.columns
                .iter()
                .map(|c| if c.unit.is_empty() { c.name.clone() } else { format!("{} ({})", c.name, c.unit) }),
        )?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| match cell {
                Cell::Count(n) => n.to_string(),
                Cell::Number(n) => n.to_string(),
                Cell::Text(text) => text.clone(),
                Cell::Empty => String::new(),
            }))?;
        }
        let bytes = writer.into_inner().map_err(|e| std::io::Error::other(e.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// As one JSON document with the recipe.
    pub fn json(&self, recipe: &Recipe) -> Json {
        json!({"title": self.title, "columns": self.columns, "rows": self.rows, "recipe": recipe})
    }
}

/// The recipe in the comment lines of a CSV file, if it has one.
pub(super) fn recipe(text: &str) -> Option<String> {
    let mut comments = text.lines().take_while(|line| line.starts_with('#'));
    comments.find_map(|line| line.strip_prefix(RECIPE_LINE)).map(str::to_owned)
}
