//! What differs between two messages of a kind, field by field.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, Value};

use super::reflected::{name, reflected, spelled, value_of};
use crate::proto::api;

const ROI: &str = "CampaignRoi";

/// Lists the numbers that differ between two revisions of a report, in the order of the fields.
pub fn changes(before: &api::CampaignRoi, after: &api::CampaignRoi) -> Vec<api::ReportChange> {
    let mut changes = Changes::default();
    changes.of_messages("", &reflected(ROI, before), &reflected(ROI, after));
    changes.0
}

#[derive(Default)]
struct Changes(Vec<api::ReportChange>);

impl Changes {
    fn of_messages(&mut self, path: &str, before: &DynamicMessage, after: &DynamicMessage) {
        for field in before.descriptor().fields() {
            let path = match path {
                "" => field.name().to_owned(),
                path => format!("{path}.{}", field.name()),
            };
            let (before, after) = (value_of(before, &field), value_of(after, &field));
            self.of_values(&path, &field, before, after);
        }
    }

    fn of_values(
        &mut self,
        path: &str,
        field: &FieldDescriptor,
        before: Option<Value>,
        after: Option<Value>,
    ) {
        let spell = |value: Option<Value>| value.map(|value| spelled(&value, field));
        match (&before, &after) {
            (Some(Value::List(before)), Some(Value::List(after))) => {
                self.of_lists(path, field, before, after);
            }
            (Some(Value::Message(one)), None) => {
                self.of_messages(path, one, &DynamicMessage::new(one.descriptor()));
            }
            (None, Some(Value::Message(one))) => {
                self.of_messages(path, &DynamicMessage::new(one.descriptor()), one);
            }
            (Some(Value::Message(before)), Some(Value::Message(after))) => {
                self.of_messages(path, before, after);
            }
            _ if before == after => {}
            _ => self.0.push(api::ReportChange {
                path: path.to_owned(),
                before: spell(before).unwrap_or_default(),
                after: spell(after).unwrap_or_default(),
            }),
        }
    }

    /// Compares entries of the same name, wherever they stand.
    fn of_lists(&mut self, path: &str, field: &FieldDescriptor, before: &[Value], after: &[Value]) {
        let named = |list: &[Value]| -> BTreeMap<String, Value> {
            let named = list.iter().map(|entry| (name(entry, field), entry.clone()));
            named.collect()
        };
        let (mut before, mut after) = (named(before), named(after));
        let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        for name in names {
            let path = format!("{path}[{name}]");
            self.of_values(&path, field, before.remove(&name), after.remove(&name));
        }
    }
}
