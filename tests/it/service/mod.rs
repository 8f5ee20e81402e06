//! The service as its callers see it: the real server, spoken to through the generated clients.

mod audit;
mod bad_input;
mod batches;
mod endings;
mod engagement;
mod faults;
mod followers;
mod half_batches;
mod health;
mod ingest;
mod lists;
pub mod numbers;
mod overload;
mod reads;
mod reasons;
mod rebuilt;
mod refusals;
mod retries;
mod roi;
mod settlement;
mod timers;
mod waiting;
mod worked_cases;
