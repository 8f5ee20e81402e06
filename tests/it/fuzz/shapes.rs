//! Bytes in the form of protobuf: fields with small numbers, some of them nested.

use proptest::collection::vec;
use proptest::prelude::*;

/// Nesting depth of the API's messages.
const DEPTH: u32 = 4;

/// Returns a message of no particular type.
pub fn message() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        (number(), any::<u64>())
            .prop_map(|(number, value)| [key(number, 0), varint(value)].concat()),
        (number(), 0..5_u64).prop_map(|(number, value)| [key(number, 0), varint(value)].concat()),
        (number(), any::<[u8; 8]>())
            .prop_map(|(number, value)| [key(number, 1), value.to_vec()].concat()),
        (number(), any::<[u8; 4]>())
            .prop_map(|(number, value)| [key(number, 5), value.to_vec()].concat()),
        (number(), text()).prop_map(|(number, text)| sized(number, &text)),
        (number(), vec(any::<u8>(), 0..40)).prop_map(|(number, bytes)| sized(number, &bytes)),
    ];
    let field = leaf.prop_recursive(DEPTH, 40, 6, |field| {
        (number(), vec(field, 0..6)).prop_map(|(number, fields)| sized(number, &fields.concat()))
    });
    vec(field, 0..8).prop_map(|fields| fields.concat())
}

/// Returns most field numbers of the API's messages, and the largest possible one.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![12 => 1..13_u64, 2 => 13..60_u64, 1 => Just((1 << 29) - 1)]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    "([a-z0-9_-]{1,12}|IDR|r-[0-9]|\\PC{0,20})".prop_map(String::into_bytes)
}

fn key(number: u64, wire_type: u64) -> Vec<u8> {
    varint(number << 3 | wire_type)
}

fn sized(number: u64, bytes: &[u8]) -> Vec<u8> {
    [key(number, 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
