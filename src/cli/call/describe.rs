//! What there is to call: names and comments of the protos, for people.

use std::fmt::Write as _;

use prost_reflect::prost_types::FileDescriptorProto;
use prost_reflect::{
    EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

use crate::cli::dynamic::PACKAGE;
use crate::log::codec::json::pool;

/// Packages whose messages and enums a request or an answer may have.
const PACKAGES: [&str; 2] = [PACKAGE, "campaign.ledger.type.v1"];

fn services() -> impl Iterator<Item = ServiceDescriptor> {
    pool()
        .services()
        .filter(|service| service.package_name() == PACKAGE)
}

fn name_of(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().name(), method.name())
}

/// The names of all methods.
pub fn names() -> Vec<String> {
    services()
        .flat_map(|service| {
            service
                .methods()
                .map(|method| name_of(&method))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Lists all methods, a line each.
pub fn list() -> String {
    names()
        .iter()
        .fold(String::new(), |text, name| text + name + "\n")
}

/// Describes a method, a message or an enum; `None` if the API has no such name.
pub fn describe(name: &str) -> Option<String> {
    if let Some(method) = crate::cli::dynamic::method(name) {
        return Some(method_text(&method));
    }
    PACKAGES.iter().find_map(|package| {
        let full = format!("{package}.{name}");
        let message = pool().get_message_by_name(&full);
        let message = message.map(|message| message_text(&message));
        message.or_else(|| Some(enum_text(&pool().get_enum_by_name(&full)?)))
    })
}

fn method_text(method: &MethodDescriptor) -> String {
    let many = |is_stream| if is_stream { "stream " } else { "" };
    let file = method.parent_service().parent_file();
    let mut text = comment(file.file_descriptor_proto(), method.path(), "");
    let (input, output) = (method.input(), method.output());
    write!(
        text,
        "rpc {}({}{}) returns ({}{})\n\n",
        method.name(),
        many(method.is_client_streaming()),
        input.name(),
        many(method.is_server_streaming()),
        output.name(),
    )
    .expect("a string takes any text");
    text + &message_text(&input) + "\n" + &message_text(&output)
}

fn message_text(message: &MessageDescriptor) -> String {
    let file = message.parent_file();
    let file = file.file_descriptor_proto();
    let mut text = comment(file, message.path(), "");
    text += &format!("message {} {{\n", message.name());
    for field in message.fields() {
        text += &comment(file, field.path(), "  ");
        text += &format!(
            "  {} {}{}\n",
            kind_of(&field),
            field.name(),
            group_of(&field)
        );
    }
    text + "}\n"
}

fn enum_text(words: &EnumDescriptor) -> String {
    let file = words.parent_file();
    let file = file.file_descriptor_proto();
    let mut text = comment(file, words.path(), "");
    text += &format!("enum {} {{\n", words.name());
    for word in words.values() {
        text += &comment(file, word.path(), "  ");
        text += &format!("  {}\n", word.name());
    }
    text + "}\n"
}

fn kind_of(field: &FieldDescriptor) -> String {
    let kind = match field.kind() {
        Kind::Message(message) => message.name().to_owned(),
        Kind::Enum(words) => words.name().to_owned(),
        scalar => format!("{scalar:?}"),
    };
    match field.is_list() {
        true => format!("repeated {kind}"),
        false => kind,
    }
}

/// Names the oneof that a field is one choice of.
fn group_of(field: &FieldDescriptor) -> String {
    let group = field
        .containing_oneof()
        .filter(|group| !group.is_synthetic());
    group.map_or_else(String::new, |group| format!(" (one of {})", group.name()))
}

/// The comment before the element at a path of a file.
fn comment(file: &FileDescriptorProto, path: &[i32], indent: &str) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let mut found = locations.filter(|location| location.path == path);
    let text = found
        .next()
        .map_or("", |location| location.leading_comments());
    text.lines()
        .map(|line| format!("{indent}//{line}\n"))
        .collect()
}
