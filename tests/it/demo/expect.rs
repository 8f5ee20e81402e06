//! Compares an answer with the part of it that is expected: `deploy/demo/README.md` has the rules.

use serde_json::Value;

/// Lists where an answer does not match.
pub fn differences(expected: &Value, actual: Option<&Value>, path: &str) -> Vec<String> {
    match (expected, actual) {
        (Value::Null, None) => Vec::new(),
        (Value::Null, Some(actual)) => vec![format!("{path}: there is {actual}, expected none")],
        (expected, None) if is_default(expected) => Vec::new(),
        (expected, None) => vec![format!("{path}: nothing, expected {expected}")],
        (Value::Object(fields), Some(actual)) => fields
            .iter()
            .flat_map(|(name, value)| {
                differences(value, actual.get(name), &format!("{path}.{name}"))
            })
            .collect(),
        (Value::Array(expected), Some(Value::Array(actual))) => unmatched(expected, actual, path),
        (expected, Some(actual)) if expected == actual => Vec::new(),
        (expected, Some(actual)) => vec![format!("{path}: {actual}, expected {expected}")],
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty() || text == "0",
        Value::Number(number) => number.as_i64() == Some(0),
        Value::Bool(truth) => !truth,
        Value::Array(elements) => elements.is_empty(),
        Value::Null | Value::Object(_) => false,
    }
}

/// Matches each expected element with the one that differs least.
fn unmatched(expected: &[Value], actual: &[Value], path: &str) -> Vec<String> {
    if expected.len() != actual.len() {
        return vec![format!(
            "{path}: {} elements, expected {}",
            actual.len(),
            expected.len()
        )];
    }
    let mut left: Vec<&Value> = actual.iter().collect();
    let mut found = Vec::new();
    for (number, value) in expected.iter().enumerate() {
        let name = format!("{path}[{number}]");
        let tried = left.iter().map(|one| differences(value, Some(one), &name));
        let (best, difference) = tried
            .enumerate()
            .min_by_key(|(_, lines)| lines.len())
            .unwrap();
        found.extend(difference);
        left.remove(best);
    }
    found
}
