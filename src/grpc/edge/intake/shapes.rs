//! How many elements and fields a message has, counted on its bytes before anything is decoded.
//!
//! An element of two bytes becomes hundreds in memory, so a message of 4 MiB could ask for a
//! gigabyte. A single field that is given a million times takes no memory, but as much time. Owns
//! the shapes of all request messages and the limits of elements and fields. Bytes that break the
//! rules of the wire format are malformed here as for the decoder, so nothing is left uncounted.

use std::collections::HashMap;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use smallvec::SmallVec;

/// Most elements of one repeated field: as many as a batch may have.
pub(super) const MAX_PER_FIELD: usize = 1_000;

/// A message with more elements in one field is not decoded. A message with only a few too many is
/// decoded, because the refusal of its handler says more.
pub(super) const UNDECODED_ABOVE: usize = 2 * MAX_PER_FIELD;

/// Most elements of a message, all fields together: dozens for each item of a batch.
const MAX_IN_ALL: usize = 32_000;

/// How often each single field of a message may be given, on average. Once is enough, but the wire
/// allows more: the last one counts, and parts of a message are merged.
const MAX_PER_SINGLE: usize = 2;

/// How many more fields a message may have: those of newer clients, which are unknown here.
const MAX_UNKNOWN: usize = 64;

/// Most fields of a message with all messages in it: some for each element.
const MAX_FIELDS: usize = 4 * MAX_IN_ALL;

/// A message this long or shorter has too few elements to break a limit, as each takes two bytes, and
/// too few fields to take much time.
pub(super) const NEEDS_NO_COUNT: usize = 2 * UNDECODED_ABOVE;

/// How deep messages may nest; the decoder's own limit.
const MAX_DEPTH: usize = 100;

/// The messages that requests are made of.
#[derive(Debug)]
pub(super) struct Shapes(Vec<Shape>);

/// One message: the fields that it may have.
#[derive(Debug, Default)]
struct Shape {
    /// By number.
    fields: Vec<Field>,
    /// How many of the fields are repeated.
    repeated: usize,
    /// Most fields, beside the elements of those that are repeated.
    most_others: usize,
}

#[derive(Debug)]
struct Field {
    number: u32,
    name: String,
    /// Its index among the repeated fields, if it is repeated.
    repeated: Option<usize>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The shape of the message.
    Message(usize),
    /// Text or bytes.
    Bytes,
    Varint,
    Fixed {
        bytes: usize,
    },
}

/// Why a message is not decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A field has more elements than it may have.
    TooMany {
        /// Its path.
        field: String,
        /// Most elements that are allowed, of this field or of the message.
        limit: usize,
    },
    /// A message has more fields than one of its shape may have, beside its elements.
    TooManyFields {
        /// The path of the field that is one too many; a number where its name is unknown.
        field: String,
        /// Most fields that are allowed, of this message or of all.
        limit: usize,
    },
    /// The bytes are not a message.
    Malformed,
    /// The bytes end within a field.
    Truncated,
}

impl Shapes {
    /// Reads every message of these files; the second answer finds a shape by its full name.
    pub fn of(files: &[FileDescriptorProto]) -> (Self, HashMap<String, usize>) {
        let mut messages = Vec::new();
        for file in files {
            let package = format!(".{}", file.package());
            for message in &file.message_type {
                collect(&package, message, &mut messages);
            }
        }
        let names = messages.iter().map(|(name, _)| name.clone());
        let numbers: HashMap<String, usize> = names.zip(0..).collect();
        let shape = |(_, message): &(String, &DescriptorProto)| Shape::of(message, &numbers);
        (Self(messages.iter().map(shape).collect()), numbers)
    }

    /// Counts the elements of a message of this shape.
    ///
    /// # Errors
    /// It has too many, or is not a message.
    pub fn count(&self, message: &[u8], shape: usize) -> Result<usize, Broken> {
        let mut walk = Walk {
            shapes: &self.0,
            elements: 0,
            fields: 0,
        };
        walk.message(message, shape, 0)?;
        Ok(walk.elements)
    }
}

fn collect<'a>(
    scope: &str,
    message: &'a DescriptorProto,
    messages: &mut Vec<(String, &'a DescriptorProto)>,
) {
    let name = format!("{scope}.{}", message.name());
    for inner in &message.nested_type {
        collect(&name, inner, messages);
    }
    messages.push((name, message));
}

impl Shape {
    fn of(message: &DescriptorProto, numbers: &HashMap<String, usize>) -> Self {
        let mut shape = Self::default();
        for field in &message.field {
            let repeated = (field.label() == Label::Repeated).then_some(shape.repeated);
            let Some(kind) = kind_of(field, numbers) else {
                continue;
            };
            shape.repeated += usize::from(repeated.is_some());
            shape.fields.push(Field {
                number: u32::try_from(field.number()).unwrap_or_default(),
                name: field.name().to_owned(),
                repeated,
                kind,
            });
        }
        shape.fields.sort_by_key(|field| field.number);
        let singles = shape.fields.len() - shape.repeated;
        shape.most_others = MAX_PER_SINGLE * singles + MAX_UNKNOWN;
        shape
    }

    fn field(&self, number: u32) -> Option<&Field> {
        let at = self
            .fields
            .binary_search_by_key(&number, |field| field.number);
        at.ok().map(|at| &self.fields[at])
    }
}

fn kind_of(field: &FieldDescriptorProto, numbers: &HashMap<String, usize>) -> Option<Kind> {
    Some(match field.r#type() {
        Type::Message | Type::Group => Kind::Message(*numbers.get(field.type_name())?),
        Type::String | Type::Bytes => Kind::Bytes,
        Type::Double | Type::Fixed64 | Type::Sfixed64 => Kind::Fixed { bytes: 8 },
        Type::Float | Type::Fixed32 | Type::Sfixed32 => Kind::Fixed { bytes: 4 },
        Type::Int64
        | Type::Uint64
        | Type::Int32
        | Type::Bool
        | Type::Uint32
        | Type::Enum
        | Type::Sint32
        | Type::Sint64 => Kind::Varint,
    })
}

struct Walk<'a> {
    shapes: &'a [Shape],
    elements: usize,
    fields: usize,
}

impl Walk<'_> {
    fn message(&mut self, mut bytes: &[u8], shape: usize, depth: usize) -> Result<(), Broken> {
        if depth == MAX_DEPTH {
            return Err(Broken::Malformed);
        }
        let shape = &self.shapes[shape];
        let mut counts = SmallVec::<[usize; 8]>::from_elem(0, shape.repeated);
        let mut others = 0;
        while !bytes.is_empty() {
            let (number, value) = take_field(&mut bytes)?;
            let field = shape.field(number);
            self.fields += 1;
            let repeated = field.and_then(|field| field.repeated);
            others += usize::from(repeated.is_none());
            let limits = [(others, shape.most_others), (self.fields, MAX_FIELDS)];
            if let Some((_, limit)) = limits.into_iter().find(|(count, limit)| count > limit) {
                let field = field.map_or_else(|| number.to_string(), |field| field.name.clone());
                return Err(Broken::TooManyFields { field, limit });
            }
            let Some(field) = field else {
                continue;
            };
            let mut index = None;
            if let Some(slot) = repeated {
                index = Some(counts[slot]);
                let more = value.elements(field.kind);
                counts[slot] += more;
                self.elements += more;
                field.check(counts[slot], self.elements)?;
            }
            if let (Kind::Message(inner), Value::Bytes(bytes)) = (field.kind, value) {
                let within = |broken: Broken| broken.within(&field.name, index);
                self.message(bytes, inner, depth + 1).map_err(within)?;
            }
        }
        Ok(())
    }
}

impl Field {
    fn check(&self, own: usize, all: usize) -> Result<(), Broken> {
        let limit = match (own > UNDECODED_ABOVE, all > MAX_IN_ALL) {
            (true, _) => MAX_PER_FIELD,
            (false, true) => MAX_IN_ALL,
            (false, false) => return Ok(()),
        };
        let field = self.name.clone();
        Err(Broken::TooMany { field, limit })
    }
}

impl Broken {
    fn within(self, parent: &str, index: Option<usize>) -> Self {
        let path = |field: String| {
            let at = index.map(|index| format!("[{index}]")).unwrap_or_default();
            format!("{parent}{at}.{field}")
        };
        match self {
            Self::TooMany { field, limit } => {
                let field = path(field);
                Self::TooMany { field, limit }
            }
            Self::TooManyFields { field, limit } => {
                let field = path(field);
                Self::TooManyFields { field, limit }
            }
            // The parent is complete, so the part should be.
            Self::Malformed | Self::Truncated => Self::Malformed,
        }
    }
}

enum Value<'a> {
    Number,
    Bytes(&'a [u8]),
}

impl Value<'_> {
    /// Counts the elements that this value adds to a repeated field.
    fn elements(&self, kind: Kind) -> usize {
        match (self, kind) {
            (Self::Number, _) | (Self::Bytes(_), Kind::Message(_) | Kind::Bytes) => 1,
            // Packed: the last byte of each number has no top bit.
            (Self::Bytes(packed), Kind::Varint) => {
                packed.iter().filter(|byte| **byte < 0x80).count()
            }
            (Self::Bytes(packed), Kind::Fixed { bytes }) => packed.len() / bytes,
        }
    }
}

fn take_field<'a>(bytes: &mut &'a [u8]) -> Result<(u32, Value<'a>), Broken> {
    let key = take_varint(bytes)?;
    let number = u32::try_from(key >> 3).map_err(|_| Broken::Malformed)?;
    if number == 0 {
        return Err(Broken::Malformed);
    }
    let value = match key & 7 {
        0 => {
            take_varint(bytes)?;
            Value::Number
        }
        1 => take(bytes, 8).map(|_| Value::Number)?,
        2 => {
            let length = take_varint(bytes)?;
            let length = usize::try_from(length).map_err(|_| Broken::Malformed)?;
            Value::Bytes(take(bytes, length)?)
        }
        5 => take(bytes, 4).map(|_| Value::Number)?,
        // Groups are not part of proto3, and their content would not be counted.
        _ => return Err(Broken::Malformed),
    };
    Ok((number, value))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Broken> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(Broken::Truncated)?;
    *bytes = rest;
    Ok(taken)
}

fn take_varint(bytes: &mut &[u8]) -> Result<u64, Broken> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Broken::Malformed)
}
