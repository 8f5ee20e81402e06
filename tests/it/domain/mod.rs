//! The domain, proven: histories, the golden vector, properties.

mod accruals;
mod agreement;
mod agreement_end;
mod attribution;
mod campaigns;
mod commissions;
mod conversions;
mod costs;
mod creators;
mod deliverables;
mod disputes;
mod engagement;
mod engagement_changes;
mod history;
mod joint;
mod late_facts;
mod lines;
mod money;
mod oracle;
mod payments;
mod properties;
mod publications;
mod refunds;
mod series;
mod stories;
mod values;
