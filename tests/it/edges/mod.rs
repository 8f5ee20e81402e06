//! The edge layers, on a server that has only health and reflection.

mod bare;
mod connections;
mod drain;
mod errors;
mod health;
