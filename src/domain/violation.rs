//! A field that breaks a rule.

use std::fmt;

/// A field and the rule that it breaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Path of the field in the message, such as `terms.deliverables[1].due_at`.
    pub field: String,
    /// The rule, such as `must be after start_at`.
    pub rule: String,
}

impl Violation {
    /// Makes a violation of `rule` by `field`.
    pub fn new(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.rule)
    }
}
