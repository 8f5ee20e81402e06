//! Messages and domain values, both ways.
//!
//! Owns the generated types, the conversions of values, and the one parser that stored records and
//! calls share. Does not know blocks, nor which calls exist.

pub mod decimals;
pub mod dispute;
pub mod emv;
pub mod fields;
pub mod observation;
pub mod personal;
pub mod plan;
pub mod proto;
pub mod rules;
pub mod selection;
pub mod spelled;
pub mod terms;
pub mod values;
