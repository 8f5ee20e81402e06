//! Every unary call of the API, so that the type of a request selects the method.

use std::fmt::Debug;

use campaign_ledger::wire::proto::api::*;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// A request and the answer to it.
pub trait Call: Debug + Clone + Send + 'static {
    /// The answer.
    type Answer: Debug + Clone + PartialEq + Send;

    /// Sends it.
    fn send(
        request: Request<Self>,
        channel: Channel,
    ) -> impl Future<Output = Result<Self::Answer, Status>> + Send;
}

/// A request that writes.
pub trait Write: Call {
    /// The context of the write.
    fn context(&mut self) -> &mut Option<WriteContext>;
    /// The position of the write.
    fn receipt(answer: &Self::Answer) -> &Receipt;
}

/// A request that reads.
pub trait Read: Call {
    /// The position to wait for.
    fn min_position(&mut self) -> &mut u64;
    /// The past state to read.
    fn as_of(&mut self) -> &mut Option<AsOf>;
    /// The position the answer reflects.
    fn position(answer: &Self::Answer) -> u64;
}

macro_rules! calls {
    ($($module:ident::$client:ident {
        $($kind:ident $method:ident: $request:ident => $answer:ident,)+
    })+) => {$($(
        impl Call for $request {
            type Answer = $answer;

            async fn send(request: Request<Self>, channel: Channel) -> Result<$answer, Status> {
                let mut client = $module::$client::new(channel);
                client.$method(request).await.map(tonic::Response::into_inner)
            }
        }
        calls!(@ $kind $request $answer);
    )+)+};
    (@ write $request:ident $answer:ident) => {
        impl Write for $request {
            fn context(&mut self) -> &mut Option<WriteContext> {
                &mut self.context
            }

            fn receipt(answer: &$answer) -> &Receipt {
                answer.receipt.as_ref().expect("every write answers with a receipt")
            }
        }
    };
    (@ read $request:ident $answer:ident) => {
        impl Read for $request {
            fn min_position(&mut self) -> &mut u64 {
                &mut self.min_position
            }

            fn as_of(&mut self) -> &mut Option<AsOf> {
                &mut self.as_of
            }

            fn position(answer: &$answer) -> u64 {
                answer.position
            }
        }
    };
    (@ plain $request:ident $answer:ident) => {};
}

calls! {
    campaign_service_client::CampaignServiceClient {
        write set_brand_time_zone: SetBrandTimeZoneRequest => SetBrandTimeZoneResponse,
        write define_emv_model: DefineEmvModelRequest => DefineEmvModelResponse,
        read get_brand_settings: GetBrandSettingsRequest => GetBrandSettingsResponse,
        write create_campaign: CreateCampaignRequest => CreateCampaignResponse,
        write open_campaign: OpenCampaignRequest => OpenCampaignResponse,
        write pause_campaign: PauseCampaignRequest => PauseCampaignResponse,
        write resume_campaign: ResumeCampaignRequest => ResumeCampaignResponse,
        write amend_campaign: AmendCampaignRequest => AmendCampaignResponse,
        write amend_budget: AmendBudgetRequest => AmendBudgetResponse,
        write close_campaign: CloseCampaignRequest => CloseCampaignResponse,
        write cancel_campaign: CancelCampaignRequest => CancelCampaignResponse,
        read get_campaign: GetCampaignRequest => GetCampaignResponse,
        read list_campaigns: ListCampaignsRequest => ListCampaignsResponse,
    }
    creator_service_client::CreatorServiceClient {
        write record_creator_profile: RecordCreatorProfileRequest => RecordCreatorProfileResponse,
        plain batch_record_creator_profiles:
            BatchRecordCreatorProfilesRequest => BatchRecordCreatorProfilesResponse,
        write block_creator: BlockCreatorRequest => BlockCreatorResponse,
        write unblock_creator: UnblockCreatorRequest => UnblockCreatorResponse,
        write assess_creator: AssessCreatorRequest => AssessCreatorResponse,
        write raise_safety_flag: RaiseSafetyFlagRequest => RaiseSafetyFlagResponse,
        write clear_safety_flag: ClearSafetyFlagRequest => ClearSafetyFlagResponse,
        write erase_creator: EraseCreatorRequest => EraseCreatorResponse,
        write place_legal_hold: PlaceLegalHoldRequest => PlaceLegalHoldResponse,
        write release_legal_hold: ReleaseLegalHoldRequest => ReleaseLegalHoldResponse,
        read get_creator: GetCreatorRequest => GetCreatorResponse,
        read list_creators: ListCreatorsRequest => ListCreatorsResponse,
        read list_safety_flags: ListSafetyFlagsRequest => ListSafetyFlagsResponse,
        read match_creator: MatchCreatorRequest => MatchCreatorResponse,
    }
    collaboration_service_client::CollaborationServiceClient {
        write invite_creator: InviteCreatorRequest => InviteCreatorResponse,
        write accept_brief: AcceptBriefRequest => AcceptBriefResponse,
        plain batch_invite_creators:
            BatchInviteCreatorsRequest => BatchInviteCreatorsResponse,
        write apply_to_campaign: ApplyToCampaignRequest => ApplyToCampaignResponse,
        write send_offer: SendOfferRequest => SendOfferResponse,
        write reject_application: RejectApplicationRequest => RejectApplicationResponse,
        write counter_offer: CounterOfferRequest => CounterOfferResponse,
        write revise_offer: ReviseOfferRequest => ReviseOfferResponse,
        write accept_counter: AcceptCounterRequest => AcceptCounterResponse,
        write reject_counter: RejectCounterRequest => RejectCounterResponse,
        write decline_invitation: DeclineInvitationRequest => DeclineInvitationResponse,
        write withdraw_invitation: WithdrawInvitationRequest => WithdrawInvitationResponse,
        plain batch_withdraw_invitations:
            BatchWithdrawInvitationsRequest => BatchWithdrawInvitationsResponse,
        write amend_terms: AmendTermsRequest => AmendTermsResponse,
        write accept_amendment: AcceptAmendmentRequest => AcceptAmendmentResponse,
        write reject_amendment: RejectAmendmentRequest => RejectAmendmentResponse,
        write withdraw_from_campaign: WithdrawFromCampaignRequest => WithdrawFromCampaignResponse,
        write submit_content: SubmitContentRequest => SubmitContentResponse,
        write request_revision: RequestRevisionRequest => RequestRevisionResponse,
        write approve_content: ApproveContentRequest => ApproveContentResponse,
        plain batch_approve_content:
            BatchApproveContentRequest => BatchApproveContentResponse,
        write reject_content: RejectContentRequest => RejectContentResponse,
        write record_publication: RecordPublicationRequest => RecordPublicationResponse,
        write verify_publication: VerifyPublicationRequest => VerifyPublicationResponse,
        write reschedule_deadline: RescheduleDeadlineRequest => RescheduleDeadlineResponse,
        write waive_deliverable: WaiveDeliverableRequest => WaiveDeliverableResponse,
        write ship_product: ShipProductRequest => ShipProductResponse,
        write confirm_product_received:
            ConfirmProductReceivedRequest => ConfirmProductReceivedResponse,
        write record_product_returned: RecordProductReturnedRequest => RecordProductReturnedResponse,
        plain batch_ship_products:
            BatchShipProductsRequest => BatchShipProductsResponse,
        write complete_collaboration: CompleteCollaborationRequest => CompleteCollaborationResponse,
        write cancel_collaboration: CancelCollaborationRequest => CancelCollaborationResponse,
        write terminate_collaboration:
            TerminateCollaborationRequest => TerminateCollaborationResponse,
        write place_hold: PlaceHoldRequest => PlaceHoldResponse,
        write release_hold: ReleaseHoldRequest => ReleaseHoldResponse,
        read get_collaboration: GetCollaborationRequest => GetCollaborationResponse,
        read list_collaborations: ListCollaborationsRequest => ListCollaborationsResponse,
        read list_holds: ListHoldsRequest => ListHoldsResponse,
        read list_usage_rights: ListUsageRightsRequest => ListUsageRightsResponse,
    }
    measurement_service_client::MeasurementServiceClient {
        write record_engagement: RecordEngagementRequest => RecordEngagementResponse,
        plain batch_record_engagement:
            BatchRecordEngagementRequest => BatchRecordEngagementResponse,
        write correct_engagement: CorrectEngagementRequest => CorrectEngagementResponse,
        write void_engagement: VoidEngagementRequest => VoidEngagementResponse,
        write record_post_removed: RecordPostRemovedRequest => RecordPostRemovedResponse,
        write record_post_restored: RecordPostRestoredRequest => RecordPostRestoredResponse,
        write check_disclosure: CheckDisclosureRequest => CheckDisclosureResponse,
        write correct_publication: CorrectPublicationRequest => CorrectPublicationResponse,
        write record_conversion: RecordConversionRequest => RecordConversionResponse,
        plain batch_record_conversions:
            BatchRecordConversionsRequest => BatchRecordConversionsResponse,
        write record_refund: RecordRefundRequest => RecordRefundResponse,
        write adjust_conversion: AdjustConversionRequest => AdjustConversionResponse,
        write correct_conversion: CorrectConversionRequest => CorrectConversionResponse,
        write void_conversion: VoidConversionRequest => VoidConversionResponse,
        write reattribute_conversion:
            ReattributeConversionRequest => ReattributeConversionResponse,
        write void_refund: VoidRefundRequest => VoidRefundResponse,
        write supply_rate: SupplyRateRequest => SupplyRateResponse,
        read get_publication: GetPublicationRequest => GetPublicationResponse,
        read list_publications: ListPublicationsRequest => ListPublicationsResponse,
        read get_conversion: GetConversionRequest => GetConversionResponse,
        read list_conversions: ListConversionsRequest => ListConversionsResponse,
    }
    settlement_service_client::SettlementServiceClient {
        write record_cost: RecordCostRequest => RecordCostResponse,
        write approve_cost: ApproveCostRequest => ApproveCostResponse,
        plain batch_approve_costs:
            BatchApproveCostsRequest => BatchApproveCostsResponse,
        write reverse_cost: ReverseCostRequest => ReverseCostResponse,
        write record_payment: RecordPaymentRequest => RecordPaymentResponse,
        plain batch_record_payments:
            BatchRecordPaymentsRequest => BatchRecordPaymentsResponse,
        write void_payment: VoidPaymentRequest => VoidPaymentResponse,
        write correct_cost: CorrectCostRequest => CorrectCostResponse,
        write supply_cost_rate: SupplyCostRateRequest => SupplyCostRateResponse,
        write adjust_cost: AdjustCostRequest => AdjustCostResponse,
        write withhold_cost: WithholdCostRequest => WithholdCostResponse,
        write release_cost: ReleaseCostRequest => ReleaseCostResponse,
        write record_tax: RecordTaxRequest => RecordTaxResponse,
        write accrue_bonus: AccrueBonusRequest => AccrueBonusResponse,
        write open_dispute: OpenDisputeRequest => OpenDisputeResponse,
        write resolve_dispute: ResolveDisputeRequest => ResolveDisputeResponse,
        read list_disputes: ListDisputesRequest => ListDisputesResponse,
        read list_costs: ListCostsRequest => ListCostsResponse,
        read list_balances: ListBalancesRequest => ListBalancesResponse,
    }
    report_service_client::ReportServiceClient {
        read get_campaign_roi: GetCampaignRoiRequest => GetCampaignRoiResponse,
        read get_collaboration_performance:
            GetCollaborationPerformanceRequest => GetCollaborationPerformanceResponse,
        read get_partnership: GetPartnershipRequest => GetPartnershipResponse,
        read list_partnerships: ListPartnershipsRequest => ListPartnershipsResponse,
        read get_creator_retention: GetCreatorRetentionRequest => GetCreatorRetentionResponse,
        write finalise_report: FinaliseReportRequest => FinaliseReportResponse,
        read get_report: GetReportRequest => GetReportResponse,
        read list_reports: ListReportsRequest => ListReportsResponse,
        read compare_reports: CompareReportsRequest => CompareReportsResponse,
        read list_worklist: ListWorklistRequest => ListWorklistResponse,
        read get_brand_awareness: GetBrandAwarenessRequest => GetBrandAwarenessResponse,
        read get_comparison: GetComparisonRequest => GetComparisonResponse,
    }
    audit_service_client::AuditServiceClient {
        plain get_head: GetHeadRequest => GetHeadResponse,
        plain get_checkpoint: GetCheckpointRequest => GetCheckpointResponse,
        plain get_inclusion_proof: GetInclusionProofRequest => GetInclusionProofResponse,
        plain get_consistency_proof: GetConsistencyProofRequest => GetConsistencyProofResponse,
        plain add_cosignature: AddCosignatureRequest => AddCosignatureResponse,
        plain list_keys: ListKeysRequest => ListKeysResponse,
    }
}
