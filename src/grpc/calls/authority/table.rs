//! Who may call what: one row a method. What has no row nobody may call but `admin`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::identity::{Role, Roles};

/// Where a method takes its caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// One brand, which the request names.
    Brand,
    /// One brand, which the first message of a stream names.
    Stream,
    /// One brand if the request names one, else all that the caller has.
    Brands,
    /// What no brand owns and every brand may see, such as the head of the log.
    Shared,
    /// What no brand owns: only for who has all brands.
    Ledger,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    /// `Service/Method`.
    pub method: &'static str,
    /// Who may call it, besides `admin`.
    pub roles: &'static [Role],
    /// Where it takes the caller.
    pub reach: Reach,
}

use Role::{Auditor, Creator, Manager, Measurer, Privacy, Reader, Settler};

/// All who work with a brand's own data.
const READERS: &[Role] = &[Reader, Manager, Measurer, Settler, Auditor];
/// Those, and who looks for a person.
const FINDERS: &[Role] = &[Reader, Manager, Measurer, Settler, Auditor, Privacy];
/// Those, and the creator for its own collaborations.
const OWNERS: &[Role] = &[Reader, Manager, Measurer, Settler, Auditor, Creator];
/// The brand's side.
const BRAND: &[Role] = &[Manager];
/// The creator's side; the brand's on its behalf.
const CREATOR: &[Role] = &[Creator, Manager];
const FACTS: &[Role] = &[Measurer];
const POSTS: &[Role] = &[Measurer, Manager];
const SEEN: &[Role] = &[Measurer, Creator];
const MONEY: &[Role] = &[Settler];
const PERSONS: &[Role] = &[Privacy];
const LOG: &[Role] = &[Auditor];

/// Makes the table: `Service { Method: ROLES, … }`, with `in Reach` where it is not a brand.
macro_rules! rights {
    ($($service:ident { $($method:ident: $roles:expr $(, in $reach:ident)?;)+ })+) => {
        /// The table, in the order of the services.
        pub const RIGHTS: &[Right] = &[$($(Right {
            method: concat!(stringify!($service), "/", stringify!($method)),
            roles: $roles,
            reach: rights!(@ $($reach)?),
        },)+)+];
    };
    (@) => { Reach::Brand };
    (@ $reach:ident) => { Reach::$reach };
}

rights! {
    CampaignService {
        SetBrandTimeZone: BRAND;
        DefineEmvModel: BRAND;
        GetBrandSettings: READERS;
        CreateCampaign: BRAND;
        OpenCampaign: BRAND;
        PauseCampaign: BRAND;
        ResumeCampaign: BRAND;
        AmendCampaign: BRAND;
        AmendBudget: BRAND;
        CloseCampaign: BRAND;
        CancelCampaign: BRAND;
        GetCampaign: READERS;
        ListCampaigns: READERS;
    }
    CreatorService {
        RecordCreatorProfile: BRAND;
        BatchRecordCreatorProfiles: BRAND;
        BlockCreator: BRAND;
        UnblockCreator: BRAND;
        AssessCreator: BRAND;
        RaiseSafetyFlag: BRAND;
        ClearSafetyFlag: BRAND;
        EraseCreator: PERSONS;
        PlaceLegalHold: PERSONS;
        ReleaseLegalHold: PERSONS;
        ExportCreatorData: PERSONS;
        GetCreator: FINDERS;
        ListCreators: FINDERS;
        ListSafetyFlags: READERS;
        MatchCreator: READERS;
    }
    CollaborationService {
        InviteCreator: BRAND;
        BatchInviteCreators: BRAND;
        AcceptBrief: CREATOR;
        ApplyToCampaign: CREATOR;
        SendOffer: BRAND;
        RejectApplication: BRAND;
        CounterOffer: CREATOR;
        ReviseOffer: BRAND;
        AcceptCounter: BRAND;
        RejectCounter: BRAND;
        DeclineInvitation: CREATOR;
        WithdrawInvitation: BRAND;
        BatchWithdrawInvitations: BRAND;
        AmendTerms: CREATOR;
        AcceptAmendment: CREATOR;
        RejectAmendment: CREATOR;
        WithdrawFromCampaign: CREATOR;
        SubmitContent: CREATOR;
        RequestRevision: BRAND;
        ApproveContent: BRAND;
        BatchApproveContent: BRAND;
        RejectContent: BRAND;
        RecordPublication: CREATOR;
        VerifyPublication: BRAND;
        RescheduleDeadline: BRAND;
        WaiveDeliverable: BRAND;
        ShipProduct: BRAND;
        BatchShipProducts: BRAND;
        ConfirmProductReceived: CREATOR;
        RecordProductReturned: CREATOR;
        CompleteCollaboration: BRAND;
        CancelCollaboration: CREATOR;
        TerminateCollaboration: BRAND;
        PlaceHold: BRAND;
        ReleaseHold: BRAND;
        ListHolds: READERS;
        GetCollaboration: OWNERS;
        ListCollaborations: OWNERS;
        ListUsageRights: OWNERS;
    }
    MeasurementService {
        RecordEngagement: SEEN;
        BatchRecordEngagement: FACTS;
        IngestEngagement: FACTS, in Stream;
        CorrectEngagement: SEEN;
        VoidEngagement: SEEN;
        RecordPostRemoved: POSTS;
        RecordPostRestored: POSTS;
        CheckDisclosure: POSTS;
        CorrectPublication: POSTS;
        RecordConversion: FACTS;
        BatchRecordConversions: FACTS;
        RecordRefund: FACTS;
        AdjustConversion: FACTS;
        CorrectConversion: FACTS;
        VoidConversion: FACTS;
        ReattributeConversion: FACTS;
        VoidRefund: FACTS;
        SupplyRate: FACTS;
        GetPublication: OWNERS;
        ListPublications: READERS;
        GetConversion: READERS;
        ListConversions: READERS;
    }
    SettlementService {
        RecordCost: MONEY;
        ApproveCost: MONEY;
        BatchApproveCosts: MONEY;
        ReverseCost: MONEY;
        RecordPayment: MONEY;
        BatchRecordPayments: MONEY;
        AdjustCost: MONEY;
        VoidPayment: MONEY;
        CorrectCost: MONEY;
        SupplyCostRate: MONEY;
        WithholdCost: MONEY;
        ReleaseCost: MONEY;
        RecordTax: MONEY;
        AccrueBonus: MONEY;
        OpenDispute: &[Settler, Creator];
        ResolveDispute: MONEY;
        ListDisputes: READERS;
        ListCosts: READERS;
        ListBalances: READERS;
    }
    ReportService {
        GetStatement: READERS;
        GetCampaignRoi: READERS;
        GetCollaborationPerformance: READERS;
        GetPartnership: READERS;
        ListPartnerships: READERS;
        GetCreatorRetention: READERS;
        FinaliseReport: BRAND;
        GetReport: READERS;
        ListReports: READERS;
        CompareReports: READERS;
        ListWorklist: READERS;
        GetBrandAwareness: READERS;
        GetComparison: READERS;
    }
    AuditService {
        ReadEvents: LOG, in Brands;
        FollowEvents: LOG, in Brands;
        Subscribe: LOG, in Ledger;
        Acknowledge: LOG, in Ledger;
        ListSubscriptions: LOG, in Ledger;
        DeleteSubscription: LOG, in Ledger;
        TakeBackup: LOG, in Ledger;
        ExplainMetric: LOG;
        GetHead: FINDERS, in Shared;
        GetCheckpoint: LOG, in Shared;
        GetInclusionProof: LOG, in Shared;
        GetConsistencyProof: LOG, in Shared;
        AddCosignature: LOG, in Shared;
        ListKeys: FINDERS, in Shared;
    }
}

/// Finds the row of a method, by its name without the service: no two services share one.
pub fn right(method: &str) -> Option<&'static Right> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Right>> = LazyLock::new(|| {
        let name = |right: &'static Right| right.method.rsplit('/').next().unwrap_or_default();
        RIGHTS.iter().map(|right| (name(right), right)).collect()
    });
    BY_NAME.get(method).copied()
}

impl Right {
    /// Returns the roles of a caller by which it may call the method.
    pub fn granting(&self, of: Roles) -> Roles {
        let granting = self.roles.iter().copied().chain([Role::Admin]);
        of.and(granting.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::log::codec::json::pool;

    #[test]
    fn every_method_has_one_row_and_every_row_is_of_a_method() {
        let services = pool().services();
        let ours = services.filter(|one| one.package_name() == "campaign.ledger.v1");
        let methods: Vec<String> = ours
            .flat_map(|service| {
                let name = service.name().to_owned();
                let methods = service.methods().collect::<Vec<_>>();
                methods
                    .into_iter()
                    .map(move |method| format!("{name}/{}", method.name()))
            })
            .collect();
        let rows: Vec<String> = RIGHTS.iter().map(|row| row.method.to_owned()).collect();
        let sets = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(sets(&methods), sets(&rows));
        assert_eq!(methods.len(), rows.len());
        let names: BTreeSet<_> = rows
            .iter()
            .filter_map(|row| row.rsplit('/').next())
            .collect();
        assert_eq!(names.len(), rows.len());
    }
}
