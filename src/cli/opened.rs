//! Stored events with their personal texts opened, as `replay --open` prints them.
//!
//! The JSON is the canonical one of the record, in the order of its fields. A text that can't be opened
//! is `null`, and a list at the end says why. Does not know where keys come from.

use std::collections::HashSet;
use std::sync::OnceLock;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

use crate::keyring::{Hidden, Keyring, open_text};
use crate::log::codec::json::{JsonError, pool, record_descriptor, to_json};
use crate::wire::personal::read_spelled;

/// Name of the option of fields, and number of its value for personal texts.
const OPTION: &str = "campaign.ledger.type.v1.privacy";
const PERSONAL: i32 = 2;

/// Spells a stored record as JSON, its personal texts opened.
///
/// # Errors
/// The bytes are no record, or hold an event this version would leave out.
pub fn opened(record: &[u8], keyring: &dyn Keyring) -> Result<String, JsonError> {
    let json = serde_json::from_str(&to_json(record)?)?;
    let mut opening = Opening {
        keyring,
        path: String::new(),
        hidden: Vec::new(),
        out: String::new(),
    };
    opening.out.push('{');
    if let Value::Object(fields) = &json {
        opening.fields(&record_descriptor(), fields);
    }
    opening.end();
    Ok(opening.out)
}

/// A record that is being written.
struct Opening<'a> {
    keyring: &'a dyn Keyring,
    /// The way to the value at hand, by the names of the JSON.
    path: String,
    /// Where a text is missing, and why.
    hidden: Vec<(String, &'static str)>,
    out: String,
}

impl Opening<'_> {
    fn message(&mut self, message: &MessageDescriptor, fields: &Map<String, Value>) {
        self.out.push('{');
        self.fields(message, fields);
        self.out.push('}');
    }

    fn fields(&mut self, message: &MessageDescriptor, fields: &Map<String, Value>) {
        let mut is_first = true;
        for field in message.fields() {
            let name = field.json_name();
            let Some(value) = fields.get(name) else {
                continue;
            };
            if !std::mem::take(&mut is_first) {
                self.out.push(',');
            }
            self.plain(&Value::from(name));
            self.out.push(':');
            let dot = if self.path.is_empty() { "" } else { "." };
            self.within(&format!("{dot}{name}"), |own| own.field(&field, value));
        }
    }

    fn field(&mut self, field: &FieldDescriptor, value: &Value) {
        let Value::Array(elements) = value else {
            return self.element(field, value);
        };
        self.out.push('[');
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.within(&format!("[{index}]"), |own| own.element(field, element));
        }
        self.out.push(']');
    }

    fn element(&mut self, field: &FieldDescriptor, value: &Value) {
        match (field.kind(), value) {
            (Kind::Message(message), Value::Object(fields)) => self.message(&message, fields),
            (_, Value::String(text)) if is_personal(field) => self.text(text),
            (_, other) => self.plain(other),
        }
    }

    fn text(&mut self, spelled: &str) {
        match open_text(self.keyring, &[], read_spelled(spelled.to_owned())) {
            Ok(text) => self.plain(&Value::from(text.as_str())),
            Err(hidden) => {
                let reason = match hidden {
                    Hidden::Erased => "ERASED",
                    Hidden::NoKey => "NO_KEY",
                };
                self.hidden.push((self.path.clone(), reason));
                self.plain(&Value::Null);
            }
        }
    }

    fn plain(&mut self, value: &Value) {
        self.out.push_str(&value.to_string());
    }

    /// Writes what is at `step` from here.
    fn within(&mut self, step: &str, write: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        write(self);
        self.path.truncate(length);
    }

    fn end(&mut self) {
        if !self.hidden.is_empty() {
            let entry = |(path, reason)| serde_json::json!({"path": path, "reason": reason});
            let hidden = std::mem::take(&mut self.hidden);
            let hidden: Value = hidden.into_iter().map(entry).collect();
            self.out.push_str(",\"hidden\":");
            self.plain(&hidden);
        }
        self.out.push('}');
    }
}

/// Returns whether a field is marked personal in the protos.
pub(super) fn is_personal(field: &FieldDescriptor) -> bool {
    static FIELDS: OnceLock<HashSet<String>> = OnceLock::new();
    let fields = FIELDS.get_or_init(|| {
        let option = pool().get_extension_by_name(OPTION);
        let option = option.expect("the option is part of the compiled protos");
        let is_marked = |field: &FieldDescriptor| {
            field.options().get_extension(&option).as_enum_number() == Some(PERSONAL)
        };
        let all = pool().all_messages();
        all.flat_map(|message| message.fields().collect::<Vec<_>>())
            .filter(is_marked)
            .map(|field| field.full_name().to_owned())
            .collect()
    });
    fields.contains(field.full_name())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use prost::Message as _;

    use super::*;
    use crate::domain::{
        BrandId, CreatorId, CreatorRef, DataSubject, OwnWords, PersonalField, PersonalText,
        Seals as _,
    };
    use crate::keyring::{MemoryKeyring, Sealer, WithoutKeys};
    use crate::wire::personal::spell;
    use crate::wire::proto::{event, values};

    fn creator(id: &str) -> DataSubject {
        DataSubject::Creator(CreatorRef {
            brand: BrandId::parse("kopi").unwrap(),
            creator: CreatorId::parse(id).unwrap(),
        })
    }

    /// A keyring, and texts sealed with it as the log spells them.
    fn sealed(texts: &[(&str, PersonalField, &str)]) -> (Arc<MemoryKeyring>, Vec<String>) {
        let keyring = Arc::new(MemoryKeyring::default());
        let mut sealer = Sealer::new(Arc::clone(&keyring) as _);
        let mut spelled = Vec::new();
        for (of, field, text) in texts {
            let sealed = sealer.seal(&creator(of), *field, text);
            spelled.push(spell(&PersonalText::Sealed(sealed)));
        }
        keyring.make(&sealer.take()).unwrap();
        (keyring, spelled)
    }

    fn record(name: &str, handle: &str, reason: &str) -> Vec<u8> {
        let profile = event::CreatorProfileRecorded {
            niches: vec!["coffee".to_owned(), "~1.3.AA".to_owned()],
            locality: "Bandung".to_owned(),
            display_name: name.to_owned(),
            handles: vec![
                event::CreatorHandle::default(),
                event::CreatorHandle {
                    platform: values::Platform::Instagram.into(),
                    handle: handle.to_owned(),
                    ..Default::default()
                },
            ],
            ..Default::default()
        };
        let record = event::Record {
            position: 7,
            brand_id: "kopi".to_owned(),
            creator_id: "ayu".to_owned(),
            on_behalf_of: Some(values::OnBehalfOf {
                reason: reason.to_owned(),
                ..Default::default()
            }),
            recorded_at: Some(prost_types::Timestamp::default()),
            event: Some(event::record::Event::CreatorProfileRecorded(profile)),
            ..Default::default()
        };
        record.encode_to_vec()
    }

    #[test]
    fn sealed_texts_are_opened_and_the_rest_stays_as_it_is() {
        let (keyring, spelled) = sealed(&[
            (
                "ayu",
                PersonalField::CreatorProfileRecordedDisplayName,
                "Ayu \"~1.3.AA\"",
            ),
            ("ayu", PersonalField::CreatorHandleHandle, "ayu.pagi"),
        ]);
        let own = spell(&PersonalText::Own(OwnWords::KillFee));
        let stored = record(&spelled[0], &spelled[1], &own);
        let clear = record("Ayu \"~1.3.AA\"", "ayu.pagi", OwnWords::KillFee.text());
        assert_eq!(
            opened(&stored, &*keyring).unwrap(),
            to_json(&clear).unwrap()
        );
        // Without opening it is printed as it is stored.
        let printed = to_json(&stored).unwrap();
        assert!(
            spelled.iter().all(|text| printed.contains(text)),
            "{printed}"
        );
        assert!(!printed.contains("ayu.pagi"), "{printed}");
    }

    #[test]
    fn what_cannot_be_opened_is_null_with_a_reason() {
        let (keyring, spelled) = sealed(&[
            (
                "ayu",
                PersonalField::CreatorProfileRecordedDisplayName,
                "Ayu",
            ),
            ("budi", PersonalField::OnBehalfOfReason, "budi asked for it"),
        ]);
        keyring.destroy(&[creator("ayu")]).unwrap();
        let unknown = "~99.3.AAAAAAAAAAAAAAAAAAAAAAAA";
        let dropped = "~0.3.";
        for (handle, reason) in [(unknown, "NO_KEY"), (dropped, "ERASED")] {
            let json = opened(&record(&spelled[0], handle, &spelled[1]), &*keyring).unwrap();
            let json: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(json["onBehalfOf"]["reason"], "budi asked for it");
            let profile = &json["creatorProfileRecorded"];
            assert_eq!(profile["displayName"], Value::Null);
            assert_eq!(profile["handles"][1]["handle"], Value::Null);
            assert_eq!(profile["locality"], "Bandung");
            assert_eq!(profile["niches"][1], "~1.3.AA");
            assert_eq!(
                json["hidden"],
                serde_json::json!([
                    {"path": "creatorProfileRecorded.displayName", "reason": "ERASED"},
                    {"path": "creatorProfileRecorded.handles[1].handle", "reason": reason},
                ])
            );
        }
        let json = opened(&record(&spelled[0], "", ""), &WithoutKeys).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["hidden"][0]["reason"], "NO_KEY");
        assert!(json["creatorProfileRecorded"]["displayName"].is_null());
    }
}
