//! The worklist equals the tasks that follow from the rows, however it came about.

use std::collections::BTreeSet;

use campaign_ledger::domain::rows::{Key, MemoryRows, Row, Rows, Scan};
use campaign_ledger::domain::state::{Campaign, Collaboration, Cost};
use campaign_ledger::domain::{ActorKind, CampaignRef, CollaborationId, CostId};
use campaign_ledger::views::Fold;
use campaign_ledger::views::worklist::{Owner, TaskKind, TaskRow, When, entries};
use proptest::prelude::*;

use super::History;

fn all<R: Row>(rows: &MemoryRows, prefix: &Key) -> Vec<(Key, R)> {
    let Ok(found) = rows.page::<R>(Scan::of(prefix), usize::MAX);
    let owned = found.into_iter();
    owned.map(|(key, row)| (key, R::clone(&row))).collect()
}

/// Returns everything with tasks, from the rows: campaign and owner.
fn owners(rows: &MemoryRows) -> Vec<(CampaignRef, Owner)> {
    let named = |key: &Key| {
        let mut parts = key.parts();
        let mut text = || parts.text().unwrap().to_owned();
        let (brand, campaign, id) = (text(), text(), text());
        let campaign = CampaignRef {
            brand: crate::support::requests::id(&brand),
            campaign: crate::support::requests::id(&campaign),
        };
        (campaign, id)
    };
    let collaborations = all::<Collaboration>(rows, &Key::of::<Collaboration>());
    let collaborations = collaborations.iter().map(|(key, _)| {
        let (campaign, id) = named(key);
        (
            campaign,
            Owner::Collaboration(CollaborationId::parse(&id).unwrap()),
        )
    });
    let costs = all::<Cost>(rows, &Key::of::<Cost>());
    let costs = costs.iter().map(|(key, _)| {
        let (campaign, id) = named(key);
        (campaign, Owner::Cost(CostId::parse(&id).unwrap()))
    });
    let campaigns = all::<Campaign>(rows, &Key::of::<Campaign>());
    let campaigns = campaigns.iter().map(|(key, _)| {
        let mut parts = key.parts();
        let mut text = || parts.text().unwrap().to_owned();
        let campaign = CampaignRef {
            brand: crate::support::requests::id(&text()),
            campaign: crate::support::requests::id(&text()),
        };
        (campaign, Owner::Campaign)
    });
    collaborations.chain(costs).chain(campaigns).collect()
}

/// Returns all tasks, computed directly from the rows.
fn expected(rows: &MemoryRows) -> Vec<(CampaignRef, TaskRow)> {
    let mut expected = Vec::new();
    for (campaign, owner) in owners(rows) {
        let Ok(of_owner) = entries(rows, &campaign, &owner);
        expected.extend(of_owner.into_iter().map(|entry| (campaign.clone(), entry)));
    }
    expected
}

fn shown(rows: impl IntoIterator<Item = TaskRow>) -> Vec<String> {
    let mut shown: Vec<_> = rows.into_iter().map(|row| format!("{row:?}")).collect();
    shown.sort();
    shown
}

fn is_as_the_rows_say(rows: &MemoryRows) {
    let expected = expected(rows);
    let campaigns: BTreeSet<_> = expected.iter().map(|(campaign, _)| campaign).collect();
    let brands: BTreeSet<_> = campaigns.iter().map(|campaign| &campaign.brand).collect();
    let mut entries = 0;
    for brand in brands {
        let listed = all::<TaskRow>(rows, &TaskRow::of_brand(brand));
        let of_brand = expected
            .iter()
            .filter(|(campaign, _)| campaign.brand == *brand);
        let whens: Vec<_> = listed.iter().map(|(_, row)| row.task.when).collect();
        assert!(whens.is_sorted(), "{whens:?}");
        entries += listed.len();
        assert_eq!(
            shown(listed.into_iter().map(|(_, row)| row)),
            shown(of_brand.map(|(_, row)| row.clone()))
        );
    }
    for campaign in campaigns {
        let listed = all::<TaskRow>(rows, &TaskRow::of_campaign(campaign));
        let of_campaign = expected.iter().filter(|(of, _)| of == campaign);
        entries += listed.len();
        assert_eq!(
            shown(listed.into_iter().map(|(_, row)| row)),
            shown(of_campaign.map(|(_, row)| row.clone()))
        );
    }
    // Nothing else is listed anywhere.
    assert_eq!(all::<TaskRow>(rows, &Key::of::<TaskRow>()).len(), entries);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_list_is_what_the_rows_say_is_to_be_done(seed: u64, group in 1_usize..9) {
        let history = History::recorded(seed, 120, 3);
        let (mut rows, mut fold) = (MemoryRows::new(), Fold::default());
        for group in history.records.chunks(group) {
            for record in group {
                fold.apply(&mut rows, record).unwrap();
            }
            let Ok(()) = fold.settle(&mut rows);
            is_as_the_rows_say(&rows);
        }
    }
}

#[test]
fn histories_make_every_kind_of_task() {
    let mut kinds = BTreeSet::new();
    for seed in 0..20 {
        let history = History::recorded(seed, 200, 3);
        let (mut rows, mut fold) = (MemoryRows::new(), Fold::default());
        for record in &history.records {
            fold.apply(&mut rows, record).unwrap();
            let Ok(()) = fold.settle(&mut rows);
            let tasks = all::<TaskRow>(&rows, &Key::of::<TaskRow>());
            for (_, TaskRow { task, .. }) in tasks {
                assert_ne!(task.side, ActorKind::System);
                kinds.insert((task.kind, matches!(task.when, When::Due(_))));
            }
        }
    }
    let due = [
        TaskKind::AnswerOffer,
        TaskKind::SubmitContent,
        TaskKind::ReviewContent,
        TaskKind::Publish,
        TaskKind::ReviewContent,
        TaskKind::AnswerCounter,
        TaskKind::RightsExpiring,
    ];
    let waiting = [
        TaskKind::ReviewContent,
        TaskKind::VerifyPublication,
        TaskKind::Disclose,
        TaskKind::WaiveRejected,
        TaskKind::Complete,
        TaskKind::ApproveCost,
        TaskKind::Pay,
        TaskKind::AnswerApplication,
        TaskKind::AnswerAmendment,
        TaskKind::RaiseBudget,
    ];
    let all: BTreeSet<_> = due
        .map(|kind| (kind, true))
        .into_iter()
        .chain(waiting.map(|kind| (kind, false)))
        .collect();
    assert_eq!(kinds, all);
}
