//! Settlement over gRPC: obligations, no money moved.

use tonic::{Request, Response, Status};

use super::balances;
use super::campaign::{id_at, known_campaign};
use crate::domain::rows::Key;
use crate::domain::state::{Cost, Dispute};
use crate::domain::{CostId, DisputeId};
use crate::grpc::calls::{Door, page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{many, parse, render};
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;
use crate::wire::proto::api::settlement_service_server;

/// Serves `SettlementService`.
pub struct Settlements {
    door: Door,
}

impl Settlements {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

#[tonic::async_trait]
impl settlement_service_server::SettlementService for Settlements {
    async fn record_cost(
        &self,
        request: Request<api::RecordCostRequest>,
    ) -> Result<Response<api::RecordCostResponse>, Status> {
        let written = self.door.write(request, parse::record_cost).await?;
        Ok(Response::new(api::RecordCostResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn approve_cost(
        &self,
        request: Request<api::ApproveCostRequest>,
    ) -> Result<Response<api::ApproveCostResponse>, Status> {
        let written = self.door.write(request, parse::approve_cost).await?;
        Ok(Response::new(api::ApproveCostResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_approve_costs(
        &self,
        request: Request<api::BatchApproveCostsRequest>,
    ) -> Result<Response<api::BatchApproveCostsResponse>, Status> {
        let request = request.into_inner();
        let items = ("approvals", request.approvals.len());
        let written = many::write(&self.door, request, items, parse::batch_approve_costs);
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchApproveCostsResponse {
            results,
            last_position,
        }))
    }

    async fn reverse_cost(
        &self,
        request: Request<api::ReverseCostRequest>,
    ) -> Result<Response<api::ReverseCostResponse>, Status> {
        let written = self.door.write(request, parse::reverse_cost).await?;
        Ok(Response::new(api::ReverseCostResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_payment(
        &self,
        request: Request<api::RecordPaymentRequest>,
    ) -> Result<Response<api::RecordPaymentResponse>, Status> {
        let written = self.door.write(request, parse::record_payment).await?;
        Ok(Response::new(api::RecordPaymentResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn batch_record_payments(
        &self,
        request: Request<api::BatchRecordPaymentsRequest>,
    ) -> Result<Response<api::BatchRecordPaymentsResponse>, Status> {
        let request = request.into_inner();
        let items = ("payments", request.payments.len());
        let written = many::write(&self.door, request, items, parse::batch_record_payments);
        let (results, last_position) = written.await?;
        Ok(Response::new(api::BatchRecordPaymentsResponse {
            results,
            last_position,
        }))
    }

    async fn adjust_cost(
        &self,
        request: Request<api::AdjustCostRequest>,
    ) -> Result<Response<api::AdjustCostResponse>, Status> {
        let written = self.door.write(request, parse::adjust_cost).await?;
        Ok(Response::new(api::AdjustCostResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn withhold_cost(
        &self,
        request: Request<api::WithholdCostRequest>,
    ) -> Result<Response<api::WithholdCostResponse>, Status> {
        let written = self.door.write(request, parse::withhold_cost).await?;
        Ok(Response::new(api::WithholdCostResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn release_cost(
        &self,
        request: Request<api::ReleaseCostRequest>,
    ) -> Result<Response<api::ReleaseCostResponse>, Status> {
        let written = self.door.write(request, parse::release_cost).await?;
        Ok(Response::new(api::ReleaseCostResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn record_tax(
        &self,
        request: Request<api::RecordTaxRequest>,
    ) -> Result<Response<api::RecordTaxResponse>, Status> {
        let written = self.door.write(request, parse::record_tax).await?;
        Ok(Response::new(api::RecordTaxResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn accrue_bonus(
        &self,
        request: Request<api::AccrueBonusRequest>,
    ) -> Result<Response<api::AccrueBonusResponse>, Status> {
        let written = self.door.write(request, parse::accrue_bonus).await?;
        Ok(Response::new(api::AccrueBonusResponse {
            cost: written.cost(),
            receipt: Some(written.receipt),
        }))
    }

    async fn open_dispute(
        &self,
        request: Request<api::OpenDisputeRequest>,
    ) -> Result<Response<api::OpenDisputeResponse>, Status> {
        let written = self.door.write(request, parse::open_dispute).await?;
        Ok(Response::new(api::OpenDisputeResponse {
            dispute: written.dispute(),
            receipt: Some(written.receipt),
        }))
    }

    async fn resolve_dispute(
        &self,
        request: Request<api::ResolveDisputeRequest>,
    ) -> Result<Response<api::ResolveDisputeResponse>, Status> {
        let written = self.door.write(request, parse::resolve_dispute).await?;
        Ok(Response::new(api::ResolveDisputeResponse {
            dispute: written.dispute(),
            receipt: Some(written.receipt),
        }))
    }

    async fn list_disputes(
        &self,
        request: Request<api::ListDisputesRequest>,
    ) -> Result<Response<api::ListDisputesResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let same_query = Query::new(
            "ListDisputes",
            &api::ListDisputesRequest {
                page_size: 0,
                page_token: String::new(),
                min_position: 0,
                ..request.clone()
            },
        );
        let query = parsed(parse::list_disputes(request))?;
        let start = calls.page_start(same_query, &query.page)?;
        let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
        let find = move |rows: &Snapshot| {
            known_campaign(rows, &query.campaign)?;
            let prefix = Dispute::of_campaign(&query.campaign);
            let keep = |key: &Key, row: &Dispute| {
                let of = query.collaboration.as_ref();
                let is_of = of.is_none_or(|of| *of == row.collaboration);
                let is_open = row.resolved.is_none();
                let wanted = is_of && query.open.is_none_or(|open| open == is_open);
                let id = id_at(key, 2, DisputeId::parse)?;
                wanted.then(|| render::dispute(&query.campaign, &id, row))
            };
            Ok(page(rows, &prefix, start.as_ref(), query.page.size, keep)?)
        };
        let ((disputes, next), position) = calls.read_many(when, slice, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListDisputesResponse {
            disputes,
            next_page_token,
            position,
        }))
    }

    async fn list_costs(
        &self,
        request: Request<api::ListCostsRequest>,
    ) -> Result<Response<api::ListCostsResponse>, Status> {
        let calls = self.door.enter()?;
        let deadline = Deadline::of(&request);
        let request = request.into_inner();
        let same_query = Query::new(
            "ListCosts",
            &api::ListCostsRequest {
                page_size: 0,
                page_token: String::new(),
                min_position: 0,
                ..request.clone()
            },
        );
        let query = parsed(parse::list_costs(request))?;
        let start = calls.page_start(same_query, &query.page)?;
        let (when, slice) = (query.when, Slice::Campaign(query.campaign.clone()));
        let find = move |rows: &Snapshot| {
            known_campaign(rows, &query.campaign)?;
            let prefix = Cost::of_campaign(&query.campaign);
            let listed = page(
                rows,
                &prefix,
                start.as_ref(),
                query.page.size,
                |key, row: &Cost| {
                    let of = query.collaboration.as_ref();
                    let wanted = (of.is_none() || of == row.collaboration.as_ref())
                        && (query.kinds.is_empty() || query.kinds.contains(&row.kind))
                        && (query.states.is_empty() || query.states.contains(&row.state()));
                    let id = id_at(key, 2, CostId::parse)?;
                    wanted.then(|| render::cost(&query.campaign, &id, row))
                },
            )?;
            Ok(listed)
        };
        let ((costs, next), position) = calls.read_many(when, slice, deadline, find).await?;
        let next_page_token = calls.next_page(same_query, next);
        Ok(Response::new(api::ListCostsResponse {
            costs,
            next_page_token,
            position,
        }))
    }

    async fn list_balances(
        &self,
        request: Request<api::ListBalancesRequest>,
    ) -> Result<Response<api::ListBalancesResponse>, Status> {
        balances::list(&self.door, request).await
    }
}
