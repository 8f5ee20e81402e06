//! Runs the campaign ledger.

fn main() {}
