//! What differs between two messages of a kind, field by field.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value,
};

use crate::log::codec::json::pool;
use crate::wire::decimals::is_decimal;
use crate::wire::proto::api;

const PACKAGE: &str = "campaign.ledger.v1";
const ROI: &str = "campaign.ledger.v1.CampaignRoi";

/// Lists the numbers that differ between two revisions of a report, in the order of the fields.
pub fn changes(before: &api::CampaignRoi, after: &api::CampaignRoi) -> Vec<api::ReportChange> {
    let mut changes = Changes::default();
    changes.of_messages("", &reflected(before), &reflected(after));
    changes.0
}

/// Lists every field of a message that is not empty, by its path, in the order of the fields.
pub fn fields_of(name: &str, message: &impl Message) -> Vec<(String, String)> {
    let descriptor = pool()
        .get_message_by_name(&format!("{PACKAGE}.{name}"))
        .expect("the message is part of the compiled protos");
    let full = DynamicMessage::decode(descriptor.clone(), message.encode_to_vec().as_slice())
        .expect("a message reads back as what it was written as");
    let mut fields = Changes::default();
    fields.of_messages("", &DynamicMessage::new(descriptor), &full);
    let named = fields.0.into_iter();
    named.map(|field| (field.path, field.after)).collect()
}

fn reflected(roi: &api::CampaignRoi) -> DynamicMessage {
    let descriptor = descriptor();
    DynamicMessage::decode(descriptor, roi.encode_to_vec().as_slice())
        .expect("a message reads back as what it was written as")
}

fn descriptor() -> MessageDescriptor {
    pool()
        .get_message_by_name(ROI)
        .expect("the report is part of the compiled protos")
}

#[derive(Default)]
struct Changes(Vec<api::ReportChange>);

impl Changes {
    fn of_messages(&mut self, path: &str, before: &DynamicMessage, after: &DynamicMessage) {
        // What is only spelled in another way differs with the number.
        let descriptor = before.descriptor();
        let fields = descriptor.fields();
        for field in fields.filter(|field| !is_decimal(field.name())) {
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

    /// Compares entries of the same name, wherever they are.
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

/// The value of a field; `None` if it is absent.
fn value_of(message: &DynamicMessage, field: &FieldDescriptor) -> Option<Value> {
    let is_known = !field.supports_presence() || message.has_field(field);
    is_known.then(|| message.get_field(field).into_owned())
}

/// The name of an entry of a list: its enums, such as a state, or scope and kind.
fn name(entry: &Value, field: &FieldDescriptor) -> String {
    let Value::Message(message) = entry else {
        return spelled(entry, field);
    };
    let descriptor = message.descriptor();
    let fields = descriptor
        .fields()
        .filter(|field| !is_decimal(field.name()));
    let words = fields.filter_map(|field| match field.kind() {
        Kind::Enum(_) | Kind::String => Some(spelled(&message.get_field(&field), &field)),
        _ => None,
    });
    let given = words.filter(|word| !word.is_empty());
    given.collect::<Vec<_>>().join(",")
}

fn spelled(value: &Value, field: &FieldDescriptor) -> String {
    match (value, field.kind()) {
        (Value::EnumNumber(number), Kind::Enum(names)) => match names.get_value(*number) {
            Some(value) => value.name().to_owned(),
            None => number.to_string(),
        },
        (Value::String(text), _) => text.clone(),
        (Value::Bool(value), _) => value.to_string(),
        (Value::U32(number), _) => number.to_string(),
        (Value::U64(number), _) => number.to_string(),
        (Value::I32(number), _) => number.to_string(),
        (Value::I64(number), _) => number.to_string(),
        (value, _) => value.to_string(),
    }
}
