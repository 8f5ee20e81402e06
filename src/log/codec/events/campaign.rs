//! Events of a campaign, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{CampaignEvent, CampaignPlan, Drawn, Event, Money, ReportFinalised};
use crate::wire::fields::{Checked, Fields};
use crate::wire::plan::read_plan;
use crate::wire::values::{read_position, read_positive_amount, write_digest};

/// Writes an event of the track.
pub fn write(event: &CampaignEvent) -> Wire {
    match event {
        CampaignEvent::CampaignCreated { plan } => write_created(plan),
        CampaignEvent::CampaignOpened => Wire::CampaignOpened(wire::CampaignOpened {}),
        CampaignEvent::CampaignPaused { reason } => write_paused(reason),
        CampaignEvent::CampaignResumed => Wire::CampaignResumed(wire::CampaignResumed {}),
        CampaignEvent::BudgetAmended {
            cap,
            previous,
            reason,
        } => write_budget_amended(*cap, *previous, reason),
        CampaignEvent::CampaignClosed => Wire::CampaignClosed(wire::CampaignClosed {}),
        CampaignEvent::CampaignCancelled { reason } => write_cancelled(reason),
        CampaignEvent::ReportFinalised(report) => write_finalised(report),
    }
}

impl Stored for wire::CampaignCreated {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let plan = fields.required("plan", self.plan, read_plan)?;
        Ok(Event::Campaign(CampaignEvent::CampaignCreated { plan }))
    }
}

fn write_created(plan: &CampaignPlan) -> Wire {
    Wire::CampaignCreated(wire::CampaignCreated {
        plan: Some(plan.into()),
    })
}

fn write_paused(reason: &str) -> Wire {
    Wire::CampaignPaused(wire::CampaignPaused {
        reason: reason.to_owned(),
    })
}

impl Stored for wire::BudgetAmended {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let cap = fields.required("budget_cap", self.budget_cap, read_positive_amount);
        let previous = fields.optional("previous_cap", self.previous_cap, read_positive_amount);
        Ok(Event::Campaign(CampaignEvent::BudgetAmended {
            cap: cap?,
            previous: previous?,
            reason: self.reason,
        }))
    }
}

fn write_budget_amended(cap: Money, previous: Option<Money>, reason: &str) -> Wire {
    Wire::BudgetAmended(wire::BudgetAmended {
        budget_cap: Some(cap.into()),
        previous_cap: previous.map(Into::into),
        reason: reason.to_owned(),
    })
}

fn write_cancelled(reason: &str) -> Wire {
    Wire::CampaignCancelled(wire::CampaignCancelled {
        reason: reason.to_owned(),
    })
}

impl Stored for wire::CampaignOpened {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        Ok(Event::Campaign(CampaignEvent::CampaignOpened))
    }
}

impl Stored for wire::CampaignPaused {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Campaign(CampaignEvent::CampaignPaused { reason }))
    }
}

impl Stored for wire::CampaignResumed {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        Ok(Event::Campaign(CampaignEvent::CampaignResumed))
    }
}

impl Stored for wire::CampaignClosed {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        Ok(Event::Campaign(CampaignEvent::CampaignClosed))
    }
}

impl Stored for wire::CampaignCancelled {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Campaign(CampaignEvent::CampaignCancelled { reason }))
    }
}

impl Stored for wire::ReportFinalised {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        fields.check("revision", self.revision > 0, "must be 1 or more");
        let as_of = read_position(fields, "as_of_position", self.as_of_position);
        let sha256 = fields.bytes("report_sha256", &self.report_sha256)?;
        Ok(Event::Campaign(CampaignEvent::ReportFinalised(
            ReportFinalised {
                revision: self.revision,
                drawn: Drawn {
                    as_of,
                    definitions: self.definitions,
                    sha256,
                },
            },
        )))
    }
}

fn write_finalised(report: &ReportFinalised) -> Wire {
    Wire::ReportFinalised(wire::ReportFinalised {
        revision: report.revision,
        as_of_position: report.drawn.as_of.get(),
        definitions: report.drawn.definitions.clone(),
        report_sha256: write_digest(&report.drawn.sha256),
    })
}
