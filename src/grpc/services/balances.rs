//! What a brand owes its creators, over gRPC.

use tonic::{Request, Response, Status};

use super::campaign::known_campaign;
use crate::domain::CampaignRef;
use crate::domain::state::Balance;
use crate::grpc::calls::{Door, page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;

/// Lists balances of a brand, over all of its campaigns or in one of them.
pub(super) async fn list(
    door: &Door,
    request: Request<api::ListBalancesRequest>,
) -> Result<Response<api::ListBalancesResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListBalances",
        &api::ListBalancesRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_balances(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let slice = Slice::of(&query.brand, query.campaign.as_ref());
    let when = query.when;
    let find = move |rows: &Snapshot| {
        let prefix = match &query.campaign {
            Some(campaign) => {
                let name = CampaignRef {
                    brand: query.brand.clone(),
                    campaign: campaign.clone(),
                };
                known_campaign(rows, &name)?;
                Balance::of_campaign(&name)
            }
            None => Balance::of_brand(&query.brand),
        };
        let prefix = match &query.creator {
            Some(creator) => prefix.text(creator.as_str()),
            None => prefix,
        };
        let (start, size) = (start.as_ref(), query.page.size);
        let listed = page(rows, &prefix, start, size, |key, row: &Balance| {
            let (creator, currency) = Balance::named(key)?;
            let is_open = row.owed_minor() != 0 || row.carried_minor != 0;
            let wanted = query.currency.is_none_or(|only| only == currency)
                && query.open.is_none_or(|open| open == is_open);
            let (brand, campaign) = (&query.brand, query.campaign.as_ref());
            wanted.then(|| render::balance(brand, campaign, &creator, currency, row))
        })?;
        Ok(listed)
    };
    let ((balances, next), position) = calls.read_many(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListBalancesResponse {
        balances,
        next_page_token,
        position,
    }))
}
