//! Messages as rows of a table.
//!
//! A column is a field, named by its path as in `total.revenue.net_minor`; a cell has the value of
//! the API's JSON. All fields of a message are columns, even if no row has them. A list whose
//! entries are identified by enum names, such as returns by cost basis, has a column for each name
//! that some row has: `total.returns[COST_BASIS_ACCRUED].roi.exact`. Any other list is one cell, as
//! JSON. A cell is empty if the API says that there is no value; zero is written as 0.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::io;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, SerializeOptions,
};
use serde_json::Value;

use crate::text;

/// What the cells of a column are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cells {
    /// Whole numbers.
    Whole,
    /// `true` or `false`.
    Truth,
    /// Anything else, as text.
    Text,
}

/// How texts are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Texts {
    /// Escaped, so that no spreadsheet runs them and no terminal obeys them; see [`text::cell`].
    Safe,
    /// As they are.
    Raw,
}

impl Texts {
    fn shown(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Safe => text::cell(text),
            Self::Raw => Cow::Borrowed(text),
        }
    }
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Path of the field.
    pub path: String,
    /// What is in it.
    pub cells: Cells,
}

/// A step of a path. Steps are in the order of the API: fields and names of an enum by their
/// numbers, other words alphabetically.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Step {
    Field(u32),
    Entry(Vec<(i32, String)>),
}

/// A table.
#[derive(Debug, Default)]
pub struct Table {
    /// As they were found.
    columns: Vec<(Vec<Step>, Column)>,
    places: HashMap<Vec<Step>, usize>,
    /// The cells that are not empty, by their columns.
    rows: Vec<Vec<(usize, String)>>,
}

impl Table {
    /// Makes a table for messages of a kind.
    pub fn of(kind: &MessageDescriptor) -> Self {
        let mut table = Self::default();
        table.foresee(kind, &Path::default());
        table
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a value has no JSON form, such as a time out of range.
    pub fn add(&mut self, message: &DynamicMessage) -> Result<(), serde_json::Error> {
        let options = SerializeOptions::new()
            .skip_default_fields(false)
            .use_proto_field_name(true);
        let json = message.serialize_with_options(serde_json::value::Serializer, &options)?;
        let mut row = Vec::new();
        self.fill(&mut row, &message.descriptor(), &json, &Path::default());
        self.rows.push(row);
        Ok(())
    }

    /// Lists the columns, in the order of the API.
    pub fn columns(&self) -> Vec<&Column> {
        let order = self.order();
        order.iter().map(|place| &self.columns[*place].1).collect()
    }

    /// Lists the rows, each with a cell for each column.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Option<&str>>> {
        let order = self.order();
        let mut shown = vec![0; order.len()];
        for (at, place) in order.iter().enumerate() {
            shown[*place] = at;
        }
        self.rows.iter().map(move |row| {
            let mut cells = vec![None; shown.len()];
            for (place, cell) in row {
                cells[shown[*place]] = Some(cell.as_str());
            }
            cells
        })
    }

    /// Writes the table as CSV (RFC 4180).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_csv(&self, out: impl io::Write, texts: Texts) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let columns = self.columns().into_iter();
        csv.write_record(columns.map(|column| texts.shown(&column.path).into_owned()))
            .map_err(of_the_system)?;
        for row in self.rows() {
            let cells = row.iter().map(|cell| cell.unwrap_or_default());
            csv.write_record(cells.map(|cell| texts.shown(cell).into_owned()))
                .map_err(of_the_system)?;
        }
        csv.flush()
    }

    fn order(&self) -> Vec<usize> {
        let mut order: Vec<_> = (0..self.columns.len()).collect();
        order.sort_by(|one, other| self.columns[*one].0.cmp(&self.columns[*other].0));
        order
    }

    fn foresee(&mut self, kind: &MessageDescriptor, path: &Path) {
        for field in kind.fields() {
            let path = path.field(&field);
            match Shape::of(&field) {
                Shape::Fields(kind) => self.foresee(&kind, &path),
                Shape::ByWords(_) => {}
                Shape::Cell(cells) => {
                    self.column(path, cells);
                }
            }
        }
    }

    fn fill(
        &mut self,
        row: &mut Vec<(usize, String)>,
        kind: &MessageDescriptor,
        json: &Value,
        path: &Path,
    ) {
        for field in kind.fields() {
            let path = path.field(&field);
            let value = match json.get(field.name()) {
                None | Some(Value::Null) => continue,
                Some(Value::Array(entries)) if entries.is_empty() => continue,
                Some(value) => value,
            };
            match (Shape::of(&field), value) {
                (Shape::Fields(kind), value) => self.fill(row, &kind, value, &path),
                (Shape::ByWords(kind), Value::Array(entries)) => {
                    self.spread(row, &kind, entries, &path);
                }
                (Shape::ByWords(_), value) => self.cell(row, path, Cells::Text, value),
                (Shape::Cell(cells), value) => self.cell(row, path, cells, value),
            }
        }
    }

    /// Gives each entry its own columns, or all of them one cell if two have the same names.
    fn spread(
        &mut self,
        row: &mut Vec<(usize, String)>,
        kind: &MessageDescriptor,
        entries: &[Value],
        path: &Path,
    ) {
        let words: Vec<_> = entries.iter().map(|entry| words_of(kind, entry)).collect();
        if words.iter().collect::<BTreeSet<_>>().len() < words.len() {
            let all = Value::Array(entries.to_vec());
            return self.cell(row, path.clone(), Cells::Text, &all);
        }
        for (words, entry) in words.into_iter().zip(entries) {
            self.fill(row, kind, entry, &path.entry(words));
        }
    }

    fn cell(&mut self, row: &mut Vec<(usize, String)>, path: Path, cells: Cells, value: &Value) {
        let place = self.column(path, cells);
        row.push((place, text_of(value)));
    }

    fn column(&mut self, path: Path, cells: Cells) -> usize {
        let next = self.columns.len();
        let place = *self.places.entry(path.steps.clone()).or_insert(next);
        if place == next {
            let column = Column {
                path: path.name,
                cells,
            };
            self.columns.push((path.steps, column));
        }
        place
    }
}

/// The error of the system: it distinguishes a closed pipe from a full disk.
fn of_the_system(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// How a field is shown.
enum Shape {
    /// Its own fields are columns.
    Fields(MessageDescriptor),
    /// Entries identified by names of enums.
    ByWords(MessageDescriptor),
    /// One cell.
    Cell(Cells),
}

impl Shape {
    fn of(field: &FieldDescriptor) -> Self {
        match field.kind() {
            Kind::Message(kind) if is_value(&kind) || field.is_map() => Self::Cell(Cells::Text),
            Kind::Message(kind) if !field.is_list() => Self::Fields(kind),
            Kind::Message(kind) if word_fields(&kind).next().is_some() => Self::ByWords(kind),
            Kind::Bool if !field.is_list() => Self::Cell(Cells::Truth),
            Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Fixed32
            | Kind::Fixed64
            | Kind::Sfixed32
            | Kind::Sfixed64
                if !field.is_list() =>
            {
                Self::Cell(Cells::Whole)
            }
            _ => Self::Cell(Cells::Text),
        }
    }
}

/// Returns whether JSON has one value for a message, such as a time.
fn is_value(kind: &MessageDescriptor) -> bool {
    kind.full_name().starts_with("google.protobuf.")
}

/// The fields that identify entries of a list: its first fields, if they are enums. An id does not
/// count: a table would get a column for each.
fn word_fields(kind: &MessageDescriptor) -> impl Iterator<Item = FieldDescriptor> {
    let is_word = |field: &FieldDescriptor| {
        !field.is_list()
            && match field.kind() {
                Kind::Enum(_) => true,
                Kind::String => matches!(field.name(), "currency_code" | "state"),
                _ => false,
            }
    };
    kind.fields()
        .take_while(is_word)
        .collect::<Vec<_>>()
        .into_iter()
}

fn words_of(kind: &MessageDescriptor, entry: &Value) -> Vec<(i32, String)> {
    let words = word_fields(kind).map(|field| {
        let word = entry.get(field.name()).map(text_of).unwrap_or_default();
        let number = match field.kind() {
            Kind::Enum(words) => words.get_value_by_name(&word).map(|value| value.number()),
            _ => None,
        };
        (number.unwrap_or_default(), word)
    });
    words.collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Where a field is, and what its column is called.
#[derive(Clone, Default)]
struct Path {
    steps: Vec<Step>,
    name: String,
}

impl Path {
    fn field(&self, field: &FieldDescriptor) -> Self {
        let name = match self.name.as_str() {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        self.then(Step::Field(field.number()), name)
    }

    fn entry(&self, words: Vec<(i32, String)>) -> Self {
        let spelled: Vec<_> = words.iter().map(|(_, word)| word.as_str()).collect();
        let name = format!("{}[{}]", self.name, spelled.join(","));
        self.then(Step::Entry(words), name)
    }

    fn then(&self, step: Step, name: String) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps, name }
    }
}
