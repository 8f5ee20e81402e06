//! Conversions over gRPC: one, and lists of them.

use tonic::{Request, Response, Status};

use super::campaign::id_at;
use crate::domain::rows::{Key, Rows};
use crate::domain::state::Order;
use crate::domain::{BrandId, OrderKey, OrderRef, OrderSource, Reference};
use crate::grpc::calls::{Door, Lookup, page, parsed};
use crate::grpc::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::proto::api;
use crate::store::Store;
use crate::views::Slice;

/// Answers one conversion.
pub(super) async fn get(
    door: &Door,
    request: Request<api::GetConversionRequest>,
) -> Result<Response<api::GetConversionResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_conversion(&request.into_inner()))?;
    let (when, slice) = (query.when, Slice::Order(query.order.clone()));
    let find = move |rows: &Store| {
        let row = rows.get::<Order>(&Order::key(&query.order))?;
        let id = query.order.order.id.as_str();
        let missing = || Lookup::missing(api::ErrorReason::OrderNotFound, "order", id);
        Ok(render::conversion(&query.order, &*row.ok_or_else(missing)?))
    };
    let (conversion, position) = calls.read(when, slice, deadline, find).await?;
    Ok(Response::new(api::GetConversionResponse {
        conversion: Some(conversion),
        position,
    }))
}

/// Lists conversions.
pub(super) async fn list(
    door: &Door,
    request: Request<api::ListConversionsRequest>,
) -> Result<Response<api::ListConversionsResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListConversions",
        &api::ListConversionsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_conversions(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (when, slice) = (query.when, Slice::of(&query.brand, query.campaign.as_ref()));
    let find = move |rows: &Store| {
        let (prefix, size) = (Order::of_brand(&query.brand), query.page.size);
        let listed = page(rows, &prefix, start.as_ref(), size, |key, row: &Order| {
            let name = is_meant(&query, row).then(|| named(&query.brand, key))??;
            Some(render::conversion(&name, row))
        })?;
        Ok(listed)
    };
    let ((conversions, next), position) = calls.read(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListConversionsResponse {
        conversions,
        next_page_token,
        position,
    }))
}

fn is_meant(query: &parse::ConversionsQuery, row: &Order) -> bool {
    let standing = row.conversion.as_ref();
    query
        .campaign
        .as_ref()
        .is_none_or(|campaign| standing.is_some_and(|standing| standing.campaign == *campaign))
}

fn named(brand: &BrandId, key: &Key) -> Option<OrderRef> {
    Some(OrderRef {
        brand: brand.clone(),
        order: OrderKey {
            source: id_at(key, 1, OrderSource::parse)?,
            id: id_at(key, 2, Reference::parse)?,
        },
    })
}
