//! Writes `impl Personal` for every message: the walk over its personal texts, made from the option
//! of their fields. So a field that is marked is visited, and nobody keeps a second list.

use std::collections::HashMap;
use std::fmt::Write as _;

use protox::prost_reflect::{
    DescriptorPool, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
};

/// Full name of the option.
const OPTION: &str = "campaign.ledger.type.v1.privacy";
/// Number of `PRIVACY_PERSONAL`.
const PERSONAL: i32 = 2;

/// Packages, and how `src/wire/personal.rs` names their modules.
const PACKAGES: [(&str, &str); 3] = [
    ("campaign.ledger.event.v1", "event"),
    ("campaign.ledger.type.v1", "values"),
    (API, "api"),
];
const API: &str = "campaign.ledger.v1";
/// The field of an answer that says which texts could not be opened.
const HIDDEN: &str = "hidden";
const NOTE_HIDDEN: &str =
    "fn note_hidden(&mut self, hidden: Vec<api::HiddenField>) { self.hidden = hidden; }";
/// The API gives stored events out as they are, so its messages are not walked into them.
const STORED: &str = "campaign.ledger.event.v1";

/// Writes the implementations for all messages of the encoded descriptor set.
pub fn walks(descriptors: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    let pool = DescriptorPool::decode(descriptors)?;
    let option = pool
        .get_extension_by_name(OPTION)
        .ok_or("the protos lack the option of personal fields")?;
    let mut walks = Walks {
        option,
        known: HashMap::new(),
    };
    let mut out = String::new();
    for message in pool.all_messages() {
        if let Some(name) = rust_name(&message) {
            let body = walks.body(&message);
            let note = match message.get_field_by_name(HIDDEN) {
                Some(_) if message.package_name() == API => NOTE_HIDDEN,
                Some(_) | None => "",
            };
            writeln!(
                out,
                "impl Personal for {name} {{ fn each_personal(&mut self, path: &mut Path, \
                 visit: &mut Visit<'_>) {{ {body} }} {note} }}"
            )?;
        }
    }
    Ok(out)
}

struct Walks {
    option: ExtensionDescriptor,
    /// Whether a message has personal texts, itself or below.
    known: HashMap<String, bool>,
}

impl Walks {
    fn is_personal(&self, field: &FieldDescriptor) -> bool {
        let options = field.options();
        options.get_extension(&self.option).as_enum_number() == Some(PERSONAL)
    }

    /// Returns the message of a field that is walked into.
    fn below(&mut self, field: &FieldDescriptor) -> Option<MessageDescriptor> {
        let Kind::Message(message) = field.kind() else {
            return None;
        };
        let into_stored =
            field.parent_message().package_name() == API && message.package_name() == STORED;
        (!into_stored && self.reaches(&message)).then_some(message)
    }

    fn reaches(&mut self, message: &MessageDescriptor) -> bool {
        let name = message.full_name().to_owned();
        if let Some(known) = self.known.get(&name) {
            return *known;
        }
        // A message that holds itself has no more texts for that.
        self.known.insert(name.clone(), false);
        let reaches = message
            .fields()
            .any(|field| self.is_personal(&field) || self.below(&field).is_some());
        self.known.insert(name, reaches);
        reaches
    }

    fn body(&mut self, message: &MessageDescriptor) -> String {
        let mut body = String::new();
        for field in message.fields() {
            let is_text = self.is_personal(&field);
            if !is_text && self.below(&field).is_none() {
                continue;
            }
            let walk = match is_text {
                true => "visit(path, one);",
                false => "one.each_personal(path, visit);",
            };
            body.push_str(&visited(message, &field, is_text, walk));
        }
        body
    }
}

/// Writes the walk of one field.
fn visited(
    message: &MessageDescriptor,
    field: &FieldDescriptor,
    is_text: bool,
    walk: &str,
) -> String {
    let path = field.name();
    let name = rust_field(path);
    let is_optional = field.field_descriptor_proto().proto3_optional();
    let within = format!("path.enter({path:?}); {walk} path.leave();");
    if let Some(oneof) = field.containing_oneof().filter(|_| !is_optional) {
        let home = rust_name(message).unwrap_or_default();
        let module = match home.rsplit_once("::") {
            Some((around, own)) => format!("{around}::{}", snake(own)),
            None => snake(&home),
        };
        return format!(
            "if let Some({module}::{}::{}(one)) = &mut self.{} {{ {within} }}\n",
            camel(oneof.name()),
            camel(path),
            rust_field(oneof.name()),
        );
    }
    if field.is_list() {
        return format!(
            "path.enter({path:?}); for (index, one) in self.{name}.iter_mut().enumerate() {{ \
             path.at(index); {walk} path.leave(); }} path.leave();\n"
        );
    }
    if is_text && !is_optional {
        return format!("{{ let one = &mut self.{name}; {within} }}\n");
    }
    format!("if let Some(one) = &mut self.{name} {{ {within} }}\n")
}

/// Returns the name of the generated type, as prost makes it; `None` for messages of others.
fn rust_name(message: &MessageDescriptor) -> Option<String> {
    let (package, module) = PACKAGES
        .iter()
        .find(|(package, _)| *package == message.package_name())?;
    let within = message
        .full_name()
        .strip_prefix(package)?
        .trim_start_matches('.');
    let mut parts: Vec<String> = within.split('.').map(str::to_owned).collect();
    let own = parts.pop()?;
    let around: String = parts
        .iter()
        .map(|part| format!("{}::", snake(part)))
        .collect();
    Some(format!("{module}::{around}{own}"))
}

fn rust_field(name: &str) -> String {
    match name {
        "type" | "match" | "ref" | "move" | "in" | "use" | "where" | "loop" => format!("r#{name}"),
        name => name.to_owned(),
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn camel(name: &str) -> String {
    let parts = name.split('_').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    parts.collect()
}
