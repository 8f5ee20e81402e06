//! The service as its callers see it: the real server, spoken to through the generated clients.

mod bad_input;
mod engagement;
mod retries;
mod worked_cases;
