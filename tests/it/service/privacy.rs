//! Personal texts: told by callers, told back to them, and nowhere else.

mod equal;
mod erased;
mod keyless;
mod marks;
mod tale;
mod unseen;
