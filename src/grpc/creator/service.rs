//! `CreatorService`, a row for each call.

use super::reads::{by_handle, flags, found, listed, match_creator, slice_of};
use super::{export, parse};
use crate::grpc::calls::service::service;
use crate::grpc::calls::streams::outlet::Messages;
use crate::views::Slice;
use crate::wire::proto::api::*;

service! {
    /// Serves `CreatorService`.
    Creators: creator_service_server::CreatorService [
        ExportCreatorDataStream = Messages<ExportCreatorDataResponse>,
    ] {
        write record_creator_profile(RecordCreatorProfileRequest)
            -> RecordCreatorProfileResponse { creator }
        batch batch_record_creator_profiles(BatchRecordCreatorProfilesRequest)
            -> BatchRecordCreatorProfilesResponse { profiles }
        write block_creator(BlockCreatorRequest) -> BlockCreatorResponse { creator }
        write unblock_creator(UnblockCreatorRequest) -> UnblockCreatorResponse { creator }
        write assess_creator(AssessCreatorRequest) -> AssessCreatorResponse { creator }
        write raise_safety_flag(RaiseSafetyFlagRequest) -> RaiseSafetyFlagResponse { creator }
        write clear_safety_flag(ClearSafetyFlagRequest) -> ClearSafetyFlagResponse { creator }
        write erase_creator(EraseCreatorRequest) -> EraseCreatorResponse { creator }
        write place_legal_hold(PlaceLegalHoldRequest) -> PlaceLegalHoldResponse { creator }
        write release_legal_hold(ReleaseLegalHoldRequest) -> ReleaseLegalHoldResponse { creator }
        call export_creator_data(ExportCreatorDataRequest)
            -> Self::ExportCreatorDataStream { export::export }
        get[Few] get_creator(GetCreatorRequest)
            -> GetCreatorResponse { creator: |query| Slice::Creator(query.creator.clone()), found }
        list[Many] list_creators(ListCreatorsRequest)
            -> ListCreatorsResponse { creators: |query| slice_of(&query), listed, by by_handle }
        list[Few] list_safety_flags(ListSafetyFlagsRequest) -> ListSafetyFlagsResponse {
            flags: |query| Slice::Creator(query.creator.clone()), flags
        }
        call match_creator(MatchCreatorRequest) -> MatchCreatorResponse { match_creator }
    }
}
