//! Moves of selection and safety: assessments, flags, holds, termination.

use campaign_ledger::domain::state::{Collaboration, Dispute};
use campaign_ledger::domain::*;

use super::disputes::last;
use super::{CREATORS, Dice, Teller};
use crate::support::requests::*;

impl Teller {
    /// Releases a hold more often than it places one, so that work goes on.
    pub(super) fn safety(&self, dice: &mut Dice) -> Request {
        let agreed = self.agreed();
        let held = agreed.iter().find(|(_, row)| row.hold_over(None).is_some());
        match (held, dice.roll(10)) {
            (Some((name, row)), 0..=7) => self.release(dice, name, row),
            (_, 0..=4) => self.stop(dice, &agreed),
            _ => self.about_safety(dice),
        }
    }

    fn release(&self, dice: &mut Dice, name: &str, row: &Collaboration) -> Request {
        let chosen = match dice.chance(95) {
            true => row.hold_over(None),
            false => row.open_holds.last(),
        };
        let hold = chosen.expect("a held collaboration has a hold");
        self.here(release_hold(name, hold.id.as_str()))
    }

    /// Places a hold, or ends an active collaboration when there is a ground.
    fn stop(&self, dice: &mut Dice, agreed: &[Named]) -> Request {
        let Some((name, row)) = agreed.iter().find(|(_, row)| row.state.is_working()) else {
            return self.about_safety(dice);
        };
        let creator = self.find_creator(row.creator.as_str());
        let mut flags = creator.iter().flat_map(|creator| &creator.open_flags);
        let flag = flags.next().cloned();
        if let (Some(flag), CollaborationState::Active) = (&flag, row.state)
            && dice.chance(30)
        {
            return self.here(terminate(name, flag.as_str()));
        }
        let mut ruled = self.all::<Dispute>(&Dispute::of_campaign(&self.campaign));
        ruled.retain(|(_, one)| one.collaboration.as_str() == name);
        let ruled = ruled.iter().find(|(_, one)| one.is_ground_to_terminate());
        if let (Some((key, _)), CollaborationState::Active) = (ruled, row.state)
            && dice.chance(30)
        {
            return self.here(terminate_for(name, Ground::Dispute(id(&last(key)))));
        }
        let deliverable = dice.pick(&row.deliverables).terms.id.clone();
        let placed = HoldPlaced {
            deliverable: dice.chance(50).then_some(deliverable),
            flag: flag.filter(|_| dice.chance(50)),
            ..hold(&format!("h-{}", self.ledger.head().get()))
        };
        self.here(place_hold(name, placed))
    }

    fn about_safety(&self, dice: &mut Dice) -> Request {
        let name = *dice.pick(&CREATORS);
        let Some(row) = self.find_creator(name) else {
            let profile = followed_by(dice.roll(150_000));
            return creator(name, CreatorVerb::RecordProfile { profile });
        };
        let open = row.open_flags.first();
        match (open, dice.roll(10)) {
            (Some(known), 0..=4) => clear(name, known.as_str()),
            (_, 5..=7) => raise(name, &format!("f-{}", self.ledger.head().get())),
            _ => assess(name, fitting()),
        }
    }
}

/// A collaboration with its id.
type Named = (String, std::sync::Arc<Collaboration>);
