//! Messages of the API, field by field.

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

use crate::log::codec::json::pool;

/// A message of the API as one whose fields can be walked.
pub(super) fn reflected(name: &str, message: &impl Message) -> DynamicMessage {
    let descriptor = pool()
        .get_message_by_name(&format!("campaign.ledger.v1.{name}"))
        .expect("the message is part of the compiled protos");
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .expect("a message reads back as what it was written as")
}

/// Lists everything in a message of this name: the path of each field, such as
/// `total.returns[COST_BASIS_ACCRUED].roi.parts_per_million`, and its value; empty where there is
/// none.
pub fn numbers(name: &str, message: &impl Message) -> Vec<(String, String)> {
    let mut numbers = Vec::new();
    of_message("", &reflected(name, message), &mut numbers);
    numbers
}

fn of_message(path: &str, message: &DynamicMessage, numbers: &mut Vec<(String, String)>) {
    for field in message.descriptor().fields() {
        let path = match path {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        match value_of(message, &field) {
            Some(Value::List(list)) => list.iter().for_each(|entry| {
                let path = format!("{path}[{}]", self::name(entry, &field));
                of_value(path, entry, &field, numbers);
            }),
            Some(value) => of_value(path, &value, &field, numbers),
            None => {}
        }
    }
}

fn of_value(
    path: String,
    value: &Value,
    field: &FieldDescriptor,
    numbers: &mut Vec<(String, String)>,
) {
    match value {
        Value::Message(message) => of_message(&path, message, numbers),
        value => numbers.push((path, spelled(value, field))),
    }
}

/// The value of a field; `None` where the message knows it to be absent.
pub(super) fn value_of(message: &DynamicMessage, field: &FieldDescriptor) -> Option<Value> {
    let is_known = !field.supports_presence() || message.has_field(field);
    is_known.then(|| message.get_field(field).into_owned())
}

/// What an entry of a list is called: by its words, such as a state, or scope and kind.
pub(super) fn name(entry: &Value, field: &FieldDescriptor) -> String {
    let Value::Message(message) = entry else {
        return spelled(entry, field);
    };
    let descriptor = message.descriptor();
    let words = descriptor.fields().filter_map(|field| match field.kind() {
        Kind::Enum(_) | Kind::String => Some(spelled(&message.get_field(&field), &field)),
        _ => None,
    });
    words.collect::<Vec<_>>().join(",")
}

/// A value as the JSON of the API has it, without quotes.
pub(super) fn spelled(value: &Value, field: &FieldDescriptor) -> String {
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
