//! Tables of money: what it was spent on, what nobody is credited with, and what went back.

use maud::Markup;

use super::super::words::{amount, moment, title};
use super::super::{Refunded, Statement, Uncredited};
use super::name;
use super::tables::{Cell, cell, rows, section};
use crate::wire::proto::api;

/// Rows that a table of orders shows; the CSV has all.
const MAX_ORDERS: usize = 400;

/// Cost by type: what was spent on what.
pub fn costs(total: &api::Figures) -> Markup {
    let currency = &total.currency_code;
    let cost = total.cost.clone().unwrap_or_default();
    let row = |of: &api::CostByType| {
        vec![
            cell(name(of.r#type().as_str_name(), "COST_TYPE_")),
            cell(amount(of.accrued_minor, currency)),
            cell(amount(of.paid_minor, currency)),
        ]
    };
    let columns = [("Type", false), ("Accrued", true), ("Paid", true)];
    let types = rows(cost.by_type.iter().map(row));
    section("Cost by type", currency, &columns, &types, None)
}

/// Orders that are credited to nobody, and why.
pub fn uncredited(statement: &Statement) -> Markup {
    let (all, zone) = (&statement.uncredited, &statement.zone);
    let columns = [
        ("Order", false),
        ("When", false),
        ("Type", false),
        ("Value", true),
        ("Reason", false),
    ];
    let row = |of: &Uncredited| {
        vec![
            cell(&of.order),
            cell(moment(&of.at, zone)),
            cell(title(of.kind)),
            cell(&of.value),
            cell(title(of.reason)),
        ]
    };
    let shown = rows(latest(all).iter().map(row));
    let note = left_out(all.len());
    section("Orders credited to nobody", "", &columns, &shown, note)
}

/// Refunds, and what became of each.
pub fn refunds(statement: &Statement) -> Markup {
    let (all, zone) = (&statement.refunds, &statement.zone);
    let columns = [
        ("Order", false),
        ("Refund", false),
        ("When", false),
        ("Amount", true),
        ("State", false),
        ("Reason", false),
    ];
    let row = |of: &Refunded| -> Vec<Cell> {
        vec![
            cell(&of.order),
            cell(&of.refund_id),
            cell(moment(&of.at, zone)),
            cell(&of.amount),
            cell(title(of.state)),
            cell(title(of.reason)),
        ]
    };
    let shown = rows(latest(all).iter().map(row));
    section("Refunds", "", &columns, &shown, left_out(all.len()))
}

fn latest<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(MAX_ORDERS)..]
}

fn left_out(all: usize) -> Option<String> {
    let more = all.checked_sub(MAX_ORDERS).filter(|more| *more > 0)?;
    Some(format!(
        "And {more} earlier ones: the table as CSV has them."
    ))
}
