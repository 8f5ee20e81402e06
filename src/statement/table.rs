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
    let zone = statement.zone.iana_name().unwrap_or("UTC");
    table.row("statement", "time_zone", zone);
    table.row("statement", "checkpoint", &statement.checkpoint);
    table.numbers("campaign", fields_of("CampaignRoi", &statement.roi));
    for line in &statement.collaborations {
        let scope = format!("collaboration {}", line.performance.collaboration_id);
        table.numbers(
            &scope,
            fields_of("CollaborationPerformance", &line.performance),
        );
    }
    for one in &statement.uncredited {
        let scope = format!("uncredited order {}", one.order);
        table.row(&scope, "ordered_at", &one.at);
        table.row(&scope, "type", one.kind);
        table.row(&scope, "value", &one.value);
        table.row(&scope, "reason", one.reason);
    }
    for one in &statement.refunds {
        let scope = format!("refund {} of order {}", one.refund_id, one.order);
        table.row(&scope, "refunded_at", &one.at);
        table.row(&scope, "amount", &one.amount);
        table.row(&scope, "state", one.state);
        table.row(&scope, "reason", one.reason);
    }
    for one in &statement.timeline {
        let scope = format!("event {}", one.position);
        table.row(&scope, "at", &one.at);
        table.row(&scope, "event", &one.event);
        table.row(&scope, "collaboration_id", &one.collaboration_id);
        table.row(&scope, "actor", &one.actor);
        table.row(&scope, "on_behalf_of", &one.on_behalf_of);
        table.row(&scope, "reason", &one.reason);
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
