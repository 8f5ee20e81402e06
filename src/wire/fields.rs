//! Collects which fields of a message break which rules, all of them at once.
//!
//! Owns the path to the current field and the violations found. Does not know any message.

use std::fmt::Write;
use std::ops::RangeInclusive;

use smallvec::SmallVec;

use crate::domain::{Numbered, Violation};
use crate::text;

/// Fields within fields that take no allocation.
const TYPICAL_DEPTH: usize = 6;

/// Most violations kept of one message: enough to repair it, few enough for the trailers of a call.
pub const MAX_VIOLATIONS: usize = 20;
/// States that a field must be given.
pub const REQUIRED_RULE: &str = "is required";
/// States that an element must not repeat what an earlier one says.
pub const UNIQUE_RULE: &str = "must be unique";

/// Where a message comes from, and so which rules it must keep.
///
/// Rules about the form of a value apply to both. Limits (how long, how many, how large) apply to
/// calls only: they may change, and what was stored under the old ones must decode for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A caller sent it.
    Call,
    /// The log holds it.
    Log,
}

/// Proof that a violation was recorded, so that there is no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused(());

/// A value, or the proof that a violation was recorded instead.
pub type Checked<T> = Result<T, Refused>;

/// An element that breaks rules, among others that do not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Which of them, from 0.
    pub index: usize,
    /// The rules, at most [`MAX_VIOLATIONS`].
    pub violations: Vec<Violation>,
}

/// Reads the fields of one message and notes every violation on the way.
#[derive(Debug)]
pub struct Fields {
    origin: Origin,
    path: SmallVec<[Step; TYPICAL_DEPTH]>,
    violations: Vec<Violation>,
}

/// How many lines a free text may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lines {
    One,
    Many,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Field(&'static str),
    Index(usize),
}

impl Fields {
    /// Starts on a message from there.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            path: SmallVec::new(),
            violations: Vec::new(),
        }
    }

    /// Returns where the message comes from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Ends the reading: the value, when no rule was broken.
    ///
    /// # Errors
    /// The violations, at most [`MAX_VIOLATIONS`].
    pub fn finish<T>(self, value: Checked<T>) -> Result<T, Vec<Violation>> {
        match value {
            Ok(value) if self.violations.is_empty() => Ok(value),
            Ok(_) | Err(Refused(())) => Err(self.violations),
        }
    }

    /// Notes that a field of the current message breaks a rule.
    pub fn refuse(&mut self, field: &'static str, rule: impl Into<String>) -> Refused {
        self.within(field, |fields| fields.refuse_here(rule))
    }

    /// Notes that the current field breaks a rule.
    pub fn refuse_here(&mut self, rule: impl Into<String>) -> Refused {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(Violation::new(self.path(), rule));
        }
        Refused(())
    }

    /// Checks a rule that belongs to the value itself; a broken one is noted.
    pub fn check(&mut self, field: &'static str, holds: bool, rule: &str) {
        if !holds {
            self.refuse(field, rule);
        }
    }

    /// Checks a rule that belongs to the current field.
    pub fn check_here(&mut self, holds: bool, rule: &str) {
        if !holds {
            self.refuse_here(rule);
        }
    }

    /// Checks a limit of the current field, which holds for calls only.
    pub fn limit_here(&mut self, holds: bool, rule: &str) {
        if self.origin == Origin::Call {
            self.check_here(holds, rule);
        }
    }

    /// Checks a limit, which holds for calls only; a broken one is noted.
    pub fn limit(&mut self, field: &'static str, holds: bool, rule: &str) {
        if self.origin == Origin::Call {
            self.check(field, holds, rule);
        }
    }

    /// Reads below a field, so that what is noted names it.
    pub fn within<T>(&mut self, field: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.below(Step::Field(field), read)
    }

    /// Reads a field that must be given.
    pub fn required<M, T>(
        &mut self,
        field: &'static str,
        message: Option<M>,
        read: impl FnOnce(&mut Self, M) -> Checked<T>,
    ) -> Checked<T> {
        match message {
            Some(message) => self.within(field, |fields| read(fields, message)),
            None => Err(self.refuse(field, REQUIRED_RULE)),
        }
    }

    /// Reads a field that may be absent.
    pub fn optional<M, T>(
        &mut self,
        field: &'static str,
        message: Option<M>,
        read: impl FnOnce(&mut Self, M) -> Checked<T>,
    ) -> Checked<Option<T>> {
        message
            .map(|message| self.within(field, |fields| read(fields, message)))
            .transpose()
    }

    /// Reads every element of a repeated field, also those after a broken one.
    pub fn each<M, T>(
        &mut self,
        field: &'static str,
        messages: Vec<M>,
        read: impl FnMut(&mut Self, M) -> Checked<T>,
    ) -> Checked<Vec<T>> {
        self.within(field, |fields| fields.each_here(messages, read))
    }

    /// Reads every element of the current repeated field, also those after a broken one.
    pub fn each_here<M, T>(
        &mut self,
        messages: Vec<M>,
        mut read: impl FnMut(&mut Self, M) -> Checked<T>,
    ) -> Checked<Vec<T>> {
        let mut values = Ok(Vec::with_capacity(messages.len()));
        for (index, message) in messages.into_iter().enumerate() {
            let value = self.below(Step::Index(index), |fields| read(fields, message));
            values = values.and_then(|mut values: Vec<T>| {
                values.push(value?);
                Ok(values)
            });
        }
        values
    }

    /// Reads every element of a repeated field separately: an invalid one affects no other, nor the
    /// current message.
    ///
    /// Returns the values, and by index the violations of each element without a value.
    pub fn each_alone<M, T>(
        &mut self,
        field: &'static str,
        messages: Vec<M>,
        mut read: impl FnMut(&mut Self, M) -> Checked<T>,
    ) -> (Vec<T>, Vec<Broken>) {
        let of_the_message = std::mem::take(&mut self.violations);
        let mut values = Vec::with_capacity(messages.len());
        let mut broken = Vec::new();
        self.within(field, |fields| {
            for (index, message) in messages.into_iter().enumerate() {
                match fields.below(Step::Index(index), |fields| read(fields, message)) {
                    Ok(value) if fields.violations.is_empty() => values.push(value),
                    Ok(_) | Err(Refused(())) => broken.push(Broken {
                        index,
                        violations: std::mem::take(&mut fields.violations),
                    }),
                }
            }
        });
        self.violations = of_the_message;
        (values, broken)
    }

    /// Reads text that must be given, such as an id.
    pub fn parse<T>(
        &mut self,
        field: &'static str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Checked<T> {
        parse(text).map_err(|rule| self.refuse(field, rule))
    }

    /// Reads text that may be absent, which is spelled as empty.
    pub fn parse_optional<T>(
        &mut self,
        field: &'static str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Checked<Option<T>> {
        if text.is_empty() {
            return Ok(None);
        }
        self.parse(field, text, parse).map(Some)
    }

    /// Reads a line of 1 to `most` characters, such as a name.
    pub fn line(&mut self, field: &'static str, text: String, most: usize) -> String {
        self.within(field, |fields| fields.line_here(text, most))
    }

    /// Reads the current field as a line of 1 to `most` characters.
    pub fn line_here(&mut self, text: String, most: usize) -> String {
        self.free(&text, 1..=most, Lines::One);
        text
    }

    /// Reads a line of at most `most` characters.
    pub fn optional_line(&mut self, field: &'static str, text: String, most: usize) -> String {
        self.within(field, |fields| fields.optional_line_here(text, most))
    }

    /// Reads the current field as a line of at most `most` characters.
    pub fn optional_line_here(&mut self, text: String, most: usize) -> String {
        self.free(&text, 0..=most, Lines::One);
        text
    }

    /// Reads a note of 1 to `most` characters, such as a reason: it may have many lines.
    pub fn note(&mut self, field: &'static str, text: String, most: usize) -> String {
        self.within(field, |fields| fields.note_here(text, most))
    }

    /// Reads the current field as a note of 1 to `most` characters.
    pub fn note_here(&mut self, text: String, most: usize) -> String {
        self.free(&text, 1..=most, Lines::Many);
        text
    }

    /// Reads a note of at most `most` characters.
    pub fn optional_note(&mut self, field: &'static str, text: String, most: usize) -> String {
        self.within(field, |fields| fields.free(&text, 0..=most, Lines::Many));
        text
    }

    /// Reads the number of a word that must be given.
    pub fn one_of<T: Numbered>(&mut self, field: &'static str, number: i32) -> Checked<T> {
        self.within(field, |fields| fields.one_of_here(number))
    }

    /// Reads the number of a word that may be absent, which is spelled as 0.
    pub fn optional_one_of<T: Numbered>(
        &mut self,
        field: &'static str,
        number: i32,
    ) -> Checked<Option<T>> {
        match number {
            0 => Ok(None),
            number => self.one_of(field, number).map(Some),
        }
    }

    /// Reads the current field as the number of a word that must be given.
    pub fn one_of_here<T: Numbered>(&mut self, number: i32) -> Checked<T> {
        self.one_among_here(number, T::ALL)
    }

    /// Reads the current field as the number of one of some words.
    pub fn one_among_here<T: Numbered>(&mut self, number: i32, words: &[T]) -> Checked<T> {
        let word = T::from_number(number).filter(|word| words.contains(word));
        word.ok_or_else(|| {
            let mut words = words.to_vec();
            words.sort_by_key(|word| word.number());
            let names: Vec<_> = words.into_iter().map(T::name).collect();
            self.refuse_here(format!("must be one of {}", names.join(", ")))
        })
    }

    /// Reads the number of an enumeration that only calls know and that must be given.
    pub fn choice<T: TryFrom<i32>>(
        &mut self,
        field: &'static str,
        number: i32,
        name_of: fn(&T) -> &'static str,
    ) -> Checked<T> {
        self.within(field, |fields| fields.choice_here(number, name_of))
    }

    /// Reads the current field as the number of an enumeration that only calls know.
    pub fn choice_here<T: TryFrom<i32>>(
        &mut self,
        number: i32,
        name_of: fn(&T) -> &'static str,
    ) -> Checked<T> {
        let given = |number: i32| T::try_from(number).ok().filter(|_| number != 0);
        given(number).ok_or_else(|| {
            let choices: Vec<T> = (1..).map_while(given).collect();
            let names: Vec<_> = choices.iter().map(name_of).collect();
            self.refuse_here(format!("must be one of {}", names.join(", ")))
        })
    }

    /// Reads bytes of a fixed length.
    pub fn bytes<const N: usize>(&mut self, field: &'static str, bytes: &[u8]) -> Checked<[u8; N]> {
        self.within(field, |fields| fields.bytes_here(bytes))
    }

    /// Reads the current field as bytes of a fixed length.
    pub fn bytes_here<const N: usize>(&mut self, bytes: &[u8]) -> Checked<[u8; N]> {
        bytes
            .try_into()
            .map_err(|_| self.refuse_here(format!("must be {N} bytes")))
    }

    /// The rules of free text apply to calls only: the log may have texts from before these rules.
    fn free(&mut self, text: &str, range: RangeInclusive<usize>, lines: Lines) {
        if self.origin == Origin::Log {
            return;
        }
        if !range.contains(&text.chars().count()) {
            let most = range.end();
            self.refuse_here(match range.start() {
                0 => format!("must be at most {most} characters"),
                least => format!("must be {least} to {most} characters"),
            });
        }
        let (is_kept, rule) = match lines {
            Lines::One => (text::is_line(text), text::LINE_RULE),
            Lines::Many => (text::is_note(text), text::NOTE_RULE),
        };
        if !is_kept {
            self.refuse_here(rule);
        }
    }

    fn below<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let value = read(self);
        self.path.pop();
        value
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => write!(path, ".{name}").expect("a string takes any text"),
                Step::Index(index) => write!(path, "[{index}]").expect("a string takes any text"),
            }
        }
        path
    }
}
