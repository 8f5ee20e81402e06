//! Names of methods and codes, as metrics and log lines show them.

use prost::Message as _;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};
use tonic::Code;
use tonic_reflection::pb::{v1, v1alpha};

use crate::metrics::{Kind, MethodName, OK};
use crate::wire::proto::DESCRIPTORS;

/// How the names of reasons begin in the API.
const REASON: &str = "ERROR_REASON_";

/// Lists every method of the server: ours, health and reflection.
pub fn methods() -> Vec<MethodName> {
    let sets = [
        DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        v1::FILE_DESCRIPTOR_SET,
        v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let mut names = Vec::new();
    for set in sets {
        let set = FileDescriptorSet::decode(set)
            .expect("the build wrote the descriptors that it compiled");
        for file in &set.file {
            for service in &file.service {
                let full = format!("{}.{}", file.package(), service.name());
                names.extend(service.method.iter().map(|method| MethodName {
                    service: full.clone(),
                    method: method.name().to_owned(),
                    kind: kind_of(method),
                }));
            }
        }
    }
    names
}

/// Lists every reason of an error, as errors carry it.
pub fn reasons() -> Vec<String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS)
        .expect("the build wrote the descriptors that it compiled");
    let enums = set.file.iter().flat_map(|file| &file.enum_type);
    let values = enums.flat_map(|one| &one.value);
    let reasons = values.filter_map(|value| value.name().strip_prefix(REASON));
    let is_reason = |reason: &&str| *reason != "UNSPECIFIED";
    reasons.filter(is_reason).map(str::to_owned).collect()
}

fn kind_of(method: &MethodDescriptorProto) -> Kind {
    match (method.client_streaming(), method.server_streaming()) {
        (false, false) => Kind::Unary,
        (true, false) => Kind::ClientStream,
        (false, true) => Kind::ServerStream,
        (true, true) => Kind::BidiStream,
    }
}

/// Names a code as the metrics of gRPC servers in Go do, which dashboards expect.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => OK,
        Code::Cancelled => "Canceled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_those_of_errors() {
        let reasons = reasons();
        for reason in ["CAMPAIGN_NOT_FOUND", "WRITES_STOPPED", "UNKNOWN_METHOD"] {
            assert!(reasons.iter().any(|listed| listed == reason), "{reason}");
        }
    }

    #[test]
    fn every_method_has_its_kind() {
        let methods = methods();
        let kind = |service: &str, name: &str| {
            let is = |method: &&MethodName| method.service == service && method.method == name;
            methods.iter().find(is).map(|method| method.kind)
        };
        let of_audit = |name| kind("campaign.ledger.v1.AuditService", name);
        assert_eq!(of_audit("GetHead"), Some(Kind::Unary));
        assert_eq!(of_audit("FollowEvents"), Some(Kind::ServerStream));
        let ingest = kind("campaign.ledger.v1.MeasurementService", "IngestEngagement");
        assert_eq!(ingest, Some(Kind::BidiStream));
        assert_eq!(
            kind("grpc.health.v1.Health", "Watch"),
            Some(Kind::ServerStream)
        );
        for version in ["v1", "v1alpha"] {
            let service = format!("grpc.reflection.{version}.ServerReflection");
            assert_eq!(
                kind(&service, "ServerReflectionInfo"),
                Some(Kind::BidiStream)
            );
        }
    }
}
