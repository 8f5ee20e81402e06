//! A status in its parts, checked against the rules for every error.

use std::collections::HashMap;
use std::fmt;

use campaign_ledger::wire::proto::api::ErrorReason;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// Maximum size of an error's message and details.
const MAX_MESSAGE_BYTES: usize = 1024;
const MAX_DETAILS_BYTES: usize = 4096;

/// The published table of reasons.
const ERRORS: &str = include_str!("../../../../proto/campaign/ledger/v1/errors.proto");

/// Why a call failed.
#[derive(Debug)]
pub struct Refusal {
    pub code: Code,
    pub reason: ErrorReason,
    pub message: String,
    pub metadata: HashMap<String, String>,
    /// Fields that break a rule, and the rule.
    pub fields: Vec<(String, String)>,
    pub details: ErrorDetails,
}

impl Refusal {
    /// The names of the fields that break a rule.
    pub fn field_names(&self) -> Vec<&str> {
        self.fields
            .iter()
            .map(|(field, _)| field.as_str())
            .collect()
    }

    /// Checks code and reason; returns itself for further checks.
    #[track_caller]
    pub fn is(self, code: Code, reason: ErrorReason) -> Self {
        assert_eq!((self.code, self.reason), (code, reason), "{self}");
        self
    }

    /// Checks that it is about these fields, and no others.
    #[track_caller]
    pub fn names(self, fields: &[&str]) -> Self {
        assert_eq!(self.field_names(), fields, "{self}");
        self
    }

    /// Panics with what was expected and what is.
    #[track_caller]
    pub fn lost_to(self, expected: impl ToString, actual: impl ToString) -> Self {
        assert_eq!(self.code, Code::Aborted, "{self}");
        assert_eq!(self.metadata["expected"], expected.to_string(), "{self}");
        assert_eq!(self.metadata["actual"], actual.to_string(), "{self}");
        self
    }
}

impl From<Status> for Refusal {
    #[track_caller]
    fn from(status: Status) -> Self {
        assert!(status.message().len() <= MAX_MESSAGE_BYTES, "{status:?}");
        assert!(status.details().len() <= MAX_DETAILS_BYTES, "{status:?}");
        let details = status.check_error_details().unwrap();
        let info = details.error_info();
        let info = info.unwrap_or_else(|| panic!("an ErrorInfo: {status:?}"));
        assert_eq!(info.domain, "campaign-ledger", "{status:?}");
        let reason = ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason));
        let reason = reason.unwrap_or_else(|| panic!("a known reason: {status:?}"));
        let codes = documented_codes(reason);
        assert!(
            codes.contains(&status.code()),
            "{codes:?} as documented: {status:?}"
        );
        let violations = details
            .bad_request()
            .map(|bad| bad.field_violations.clone());
        let fields = violations.into_iter().flatten();
        Self {
            code: status.code(),
            reason,
            message: status.message().to_owned(),
            metadata: info.metadata.clone(),
            fields: fields
                .map(|violation| (violation.field, violation.description))
                .collect(),
            details,
        }
    }
}

/// The codes a reason comes with, from the first sentence of its comment in `errors.proto`.
pub fn documented_codes(reason: ErrorReason) -> Vec<Code> {
    let mut sentence = None;
    for line in ERRORS.lines().map(str::trim) {
        match line.strip_prefix("// ") {
            Some(comment) => {
                sentence.get_or_insert(comment);
            }
            None if line.starts_with(&format!("{} =", reason.as_str_name())) => break,
            None => sentence = None,
        }
    }
    let codes = sentence
        .unwrap_or_default()
        .split('.')
        .next()
        .unwrap_or_default();
    codes.split(" or ").filter_map(code_named).collect()
}

fn code_named(name: &str) -> Option<Code> {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        format!("{first}{}", rest.to_lowercase())
    });
    let name: String = words.collect();
    (0..=16)
        .map(Code::from_i32)
        .find(|code| format!("{code:?}") == name)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, reason) = (self.code, self.reason.as_str_name());
        write!(f, "{code:?} {reason} {:?}", self.message)?;
        write!(f, " {:?} {:?}", self.metadata, self.fields)
    }
}
