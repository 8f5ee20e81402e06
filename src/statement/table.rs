//! A statement as a table: a row for each number, by the name that the API gives it.

use crate::report::fields_of;
use crate::text;

use super::Statement;

/// Writes the table as CSV (RFC 4180): of what, which number, its value. Rows with the scope
/// `statement` say what it is of. No cell is one that a spreadsheet would run.
pub fn csv(statement: &Statement) -> String {
    let mut table = Table(csv::Writer::from_writer(Vec::new()));
    table.row("scope", "field", "value");
    table.row("statement", "position", &statement.position.to_string());
    table.row("statement", "recorded_at", &statement.recorded_at);
    table.row("statement", "checkpoint", &statement.checkpoint);
    table.numbers("campaign", fields_of("CampaignRoi", &statement.roi));
    for line in &statement.collaborations {
        let scope = format!("collaboration {}", line.performance.collaboration_id);
        table.numbers(
            &scope,
            fields_of("CollaborationPerformance", &line.performance),
        );
    }
    table.text()
}

struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn numbers(&mut self, scope: &str, numbers: Vec<(String, String)>) {
        for (field, value) in numbers {
            self.row(scope, &field, &value);
        }
    }

    fn row(&mut self, scope: &str, field: &str, value: &str) {
        let row = [scope, field, value].map(text::cell);
        self.0
            .write_record(row.iter().map(|cell| cell.as_bytes()))
            .expect("memory takes what is written");
    }

    fn text(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes what is written");
        String::from_utf8(bytes).expect("what was text is text")
    }
}
