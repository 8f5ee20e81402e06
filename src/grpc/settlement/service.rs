//! `SettlementService`, a row for each call: obligations, no money moved.

use super::{balances, costs, disputes, parse};
use crate::grpc::calls::service::service;
use crate::views::Slice;
use crate::wire::proto::api::*;

service! {
    /// Serves `SettlementService`.
    Settlements: settlement_service_server::SettlementService {
        write record_cost(RecordCostRequest) -> RecordCostResponse { cost }
        write approve_cost(ApproveCostRequest) -> ApproveCostResponse { cost }
        batch batch_approve_costs(BatchApproveCostsRequest)
            -> BatchApproveCostsResponse { approvals }
        write reverse_cost(ReverseCostRequest) -> ReverseCostResponse { cost }
        write record_payment(RecordPaymentRequest) -> RecordPaymentResponse { cost }
        batch batch_record_payments(BatchRecordPaymentsRequest)
            -> BatchRecordPaymentsResponse { payments }
        write adjust_cost(AdjustCostRequest) -> AdjustCostResponse { cost }
        write void_payment(VoidPaymentRequest) -> VoidPaymentResponse { cost }
        write correct_cost(CorrectCostRequest) -> CorrectCostResponse { cost }
        write supply_cost_rate(SupplyCostRateRequest) -> SupplyCostRateResponse { cost }
        write withhold_cost(WithholdCostRequest) -> WithholdCostResponse { cost }
        write release_cost(ReleaseCostRequest) -> ReleaseCostResponse { cost }
        write record_tax(RecordTaxRequest) -> RecordTaxResponse { cost }
        write accrue_bonus(AccrueBonusRequest) -> AccrueBonusResponse { cost }
        write open_dispute(OpenDisputeRequest) -> OpenDisputeResponse { dispute }
        write resolve_dispute(ResolveDisputeRequest) -> ResolveDisputeResponse { dispute }
        list[Many] list_disputes(ListDisputesRequest) -> ListDisputesResponse {
            disputes: |query| Slice::Campaign(query.campaign.clone()), disputes::listed
        }
        list[Many] list_costs(ListCostsRequest) -> ListCostsResponse {
            costs: |query| Slice::Campaign(query.campaign.clone()), costs::listed
        }
        list[Many] list_balances(ListBalancesRequest) -> ListBalancesResponse {
            balances: |query| Slice::of(&query.brand, query.campaign.as_ref()), balances::listed
        }
    }
}
