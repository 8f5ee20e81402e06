//! The domain, proven: histories, the golden vector, properties.

mod agreement;
mod agreement_end;
mod amendments;
mod applications;
mod attribution;
mod campaigns;
mod conversions;
mod costs;
mod creators;
mod deliverables;
mod engagement;
mod engagement_changes;
mod history;
mod joint;
mod late_facts;
mod money;
mod negotiation;
mod oracle;
mod payments;
mod properties;
mod publications;
mod refunds;
mod series;
mod stories;
mod values;
