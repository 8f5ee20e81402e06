//! Moves of disputes: opened by either side, resolved by either.

use campaign_ledger::domain::rows;
use campaign_ledger::domain::state::{Collaboration, Cost, Dispute};
use campaign_ledger::domain::*;

use super::{Dice, Teller};
use crate::support::requests::*;

impl Teller {
    pub(super) fn dispute(&self, dice: &mut Dice) -> Request {
        let disputes = self.all::<Dispute>(&Dispute::of_campaign(&self.campaign));
        let mut open = disputes.clone();
        open.retain(|(_, row)| row.resolved.is_none());
        let side = *dice.pick(&[ActorKind::Brand, ActorKind::Creator]);
        let request = match dice.pick_any(&open).filter(|_| dice.chance(70)) {
            Some((key, row)) => dispute(
                row.collaboration.as_str(),
                &last(key),
                DisputeVerb::Resolve(some_resolution(dice, row)),
            )
            .by(if dice.chance(80) { row.opened_by } else { side }),
            None => {
                let agreed = self.agreed();
                let Some((name, row)) = dice.pick_any(&agreed) else {
                    return self.settlement(dice);
                };
                let verb = DisputeVerb::Open {
                    subject: self.some_subject(dice, name, row),
                    reason: "not as agreed".into(),
                    evidence: Vec::new(),
                };
                dispute(name, &format!("d-{}", disputes.len()), verb).by(side)
            }
        };
        self.here(request)
    }

    fn some_subject(&self, dice: &mut Dice, name: &str, row: &Collaboration) -> DisputeSubject {
        let mut lines = self.all::<Cost>(&Cost::of_campaign(&self.campaign));
        lines.retain(|(_, line)| line.collaboration == Some(id(name)) && !line.reversed);
        match (dice.pick_any(&lines), dice.roll(10)) {
            (Some((key, _)), 0..=5) => DisputeSubject::Cost(id(&last(key))),
            (_, 6..=7) => DisputeSubject::Number {
                publication: None,
                metric: "reach".to_owned(),
            },
            _ => DisputeSubject::Deliverable(dice.pick(&row.deliverables).terms.id.clone()),
        }
    }
}

fn some_resolution(dice: &mut Dice, dispute: &Dispute) -> Resolution {
    let is_line = matches!(dispute.subject, DisputeSubject::Cost(_));
    let ruling = match dice.roll(4) {
        0 => DisputeRuling::Upheld,
        1 => DisputeRuling::Overturned,
        2 if is_line => DisputeRuling::Split {
            share_bp: dice.roll(10_001) as u32,
        },
        _ => DisputeRuling::Withdrawn,
    };
    Resolution {
        ruling,
        arbiter: Some(arbiter()),
        reason: "both were heard".into(),
    }
}

pub(super) fn last(key: &rows::Key) -> String {
    let mut parts = key.parts();
    let (_, _, name) = (parts.text(), parts.text(), parts.text());
    name.unwrap_or_default().to_owned()
}
