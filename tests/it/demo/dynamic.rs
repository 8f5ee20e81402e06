//! A client that knows the protos by their descriptors alone, as grpcurl does, and speaks JSON.

use campaign_ledger::cli::dynamic::{call, method};
use campaign_ledger::cli::remote::Error;
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::Value;
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt;

/// Calls methods by name, with JSON.
pub struct Dynamic {
    channel: Channel,
}

impl Dynamic {
    pub fn new(channel: Channel) -> Self {
        Self { channel }
    }

    /// Calls `Service/Method`; an error is its reason.
    pub async fn call(&self, name: &str, request: &Value) -> Result<Value, String> {
        let method = method(name).unwrap();
        let request = DynamicMessage::deserialize(method.input(), request).unwrap();
        match call(self.channel.clone(), "test", &method, &request).await {
            Ok(answer) => Ok(json_of(&answer)),
            Err(Error::Answer { status, .. }) => Err(reason_of(&status)),
            Err(error) => panic!("{error}"),
        }
    }
}

fn json_of(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new();
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        .unwrap()
}

fn reason_of(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_else(|| status.to_string())
}
