//! Types generated from `proto/`. Only the codec of the log and gRPC use them.

#![allow(missing_docs, clippy::all, clippy::too_many_lines, rustdoc::all)]

#[warn(missing_docs, clippy::all, rustdoc::all)]
pub mod batch;

/// The encoded descriptor set of everything below, with options and comments.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// `campaign.ledger`.
pub mod campaign {
    pub mod ledger {
        pub mod v1 {
            tonic::include_proto!("campaign.ledger.v1");
            pub use crate::wire::proto::batch::EventBatch;
        }
        pub mod event {
            pub mod v1 {
                tonic::include_proto!("campaign.ledger.event.v1");
            }
        }
        pub mod r#type {
            pub mod v1 {
                tonic::include_proto!("campaign.ledger.r#type.v1");
            }
        }
    }
}

pub use campaign::ledger::event::v1 as event;
pub use campaign::ledger::r#type::v1 as values;
pub use campaign::ledger::v1 as api;
