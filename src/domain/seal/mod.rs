//! Which texts of a command are about a person, and which field of the log each goes into.
//!
//! The writer seals a command with this walk before it decides. No match here has a catch-all arm, so
//! a new verb does not compile until it says what of it is personal. One file by track.

mod creator;
mod order;

use super::{PersonalField, PersonalText};

/// What is done with a personal text of a command.
pub type VisitText<'a> = dyn FnMut(PersonalField, &mut PersonalText) + 'a;
