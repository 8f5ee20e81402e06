//! Marks: every personal text of a request becomes a text that is nowhere else.

use std::collections::BTreeSet;

use campaign_ledger::log::codec::json::pool;
use prost::{Message, Name};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value,
};

const OPTION: &str = "campaign.ledger.type.v1.privacy";
const PERSONAL: i32 = 2;

/// Fields in which an address is told.
const ADDRESSES: [&str; 2] = ["url", "link"];

/// Texts within a list.
const IN_A_LIST: usize = 2;

/// A text that a caller told.
#[derive(Clone, Debug)]
pub struct Mark {
    /// In capitals, as codes are kept.
    pub text: String,
    /// The full name of the field.
    pub field: String,
    /// Whom it is about.
    pub about: String,
}

/// Gives each text a mark of its own, and remembers it.
#[derive(Default)]
pub struct Marks(pub Vec<Mark>);

impl Marks {
    /// Fills every personal field of a request, those within its messages too.
    pub fn fill<M: Message + Name + Default>(&mut self, about: &str, request: &M) -> M {
        let descriptor = pool().get_message_by_name(&M::full_name()).unwrap();
        let bytes = request.encode_to_vec();
        let mut message = DynamicMessage::decode(descriptor, bytes.as_slice()).unwrap();
        self.within(about, &mut message);
        M::decode(message.encode_to_vec().as_slice()).unwrap()
    }

    fn within(&mut self, about: &str, message: &mut DynamicMessage) {
        let fields: Vec<_> = message.descriptor().fields().collect();
        for field in fields {
            if is_personal(&field) {
                let value = match field.is_list() {
                    true => {
                        let texts = (0..IN_A_LIST).map(|_| Value::String(self.next(about, &field)));
                        Value::List(texts.collect())
                    }
                    false => Value::String(self.next(about, &field)),
                };
                message.set_field(&field, value);
            } else if matches!(field.kind(), Kind::Message(_)) && message.has_field(&field) {
                match message.get_field_mut(&field) {
                    Value::Message(below) => self.within(about, below),
                    Value::List(all) => {
                        let all = all.iter_mut().filter_map(Value::as_message_mut);
                        all.for_each(|below| self.within(about, below));
                    }
                    other => panic!("{}: {other:?}", field.full_name()),
                }
            }
        }
    }

    fn next(&mut self, about: &str, field: &FieldDescriptor) -> String {
        let text = format!("QZ{}{:04}ZQ", about.to_uppercase(), self.0.len());
        self.0.push(Mark {
            text: text.clone(),
            field: field.full_name().to_owned(),
            about: about.to_owned(),
        });
        match ADDRESSES.contains(&field.name()) {
            true => format!("https://example.com/{text}"),
            false => text,
        }
    }

    /// The marks of one person.
    pub fn of(&self, about: &str) -> Vec<&Mark> {
        self.0.iter().filter(|mark| mark.about == about).collect()
    }

    /// The fields that were filled.
    pub fn fields(&self) -> BTreeSet<String> {
        self.0.iter().map(|mark| mark.field.clone()).collect()
    }
}

/// Returns whether a field is personal.
pub fn is_personal(field: &FieldDescriptor) -> bool {
    let option = pool().get_extension_by_name(OPTION).unwrap();
    field.options().get_extension(&option).as_enum_number() == Some(PERSONAL)
}

/// Every personal field that a writing request can have.
pub fn told_by_writes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let services = pool().services();
    let api = services.filter(|service| service.full_name().starts_with("campaign.ledger.v1."));
    for method in api.flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let input = method.input();
        if input.get_field_by_name("context").is_some() {
            reach(&input, &mut BTreeSet::new(), &mut found);
        }
    }
    found
}

fn reach(message: &MessageDescriptor, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    if !seen.insert(message.full_name().to_owned()) {
        return;
    }
    for field in message.fields() {
        if is_personal(&field) {
            found.insert(field.full_name().to_owned());
        }
        if let Kind::Message(below) = field.kind() {
            reach(&below, seen, found);
        }
    }
}

/// Returns the marks that some bytes contain, in capitals or not.
pub fn found_in<'m>(bytes: &[u8], marks: &'m [Mark]) -> Vec<&'m Mark> {
    let upper = bytes.to_ascii_uppercase();
    // All marks begin alike, so the bytes are read once.
    let begins: BTreeSet<&[u8]> = upper
        .windows(2)
        .enumerate()
        .filter(|(_, two)| *two == b"QZ")
        .map(|(at, _)| &upper[at..upper.len().min(at + 40)])
        .collect();
    let is_in = |mark: &&Mark| {
        begins
            .iter()
            .any(|one| one.starts_with(mark.text.as_bytes()))
    };
    marks.iter().filter(is_in).collect()
}
