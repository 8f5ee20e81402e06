# A new café, Kopi Senja, asks food bloggers to taste the menu. A meal and a voucher are the pay:
# the fee is 0. Guests say a code at the cashier, and that proves the visits. One blogger comes on
# her own account and costs nothing at all.
story cafe
brand kopi-senja

# Rani plans the campaign: bloggers with 20,000 to 50,000 followers, Rp500,000 in meals. She does
# not know her margin.
call CampaignService/CreateCampaign
by brand rani at 2026-08-25T03:00:00Z
{
  "campaign_id": "menu-baru",
  "plan": {
    "title": "Menu baru: come and taste", "objective": "CAMPAIGN_OBJECTIVE_AWARENESS",
    "niches": ["local-food"],
    "followers": {"min_followers": "20000", "max_followers": "50000"},
    "formats": ["CONTENT_FORMAT_REVIEW", "CONTENT_FORMAT_EXPERIENCE"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "50000000"},
    "start_at": "2026-09-01T00:00:00Z", "end_at": "2026-09-30T00:00:00Z"
  }
}

call CampaignService/OpenCampaign
by brand rani at 2026-08-25T03:10:00Z
{"campaign_id": "menu-baru"}

# Four bloggers from the town.
call CreatorService/RecordCreatorProfile
by brand rani at 2026-08-25T04:00:00Z
{
  "creator_id": "eka",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "25000",
      "observed_at": "2026-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Yogyakarta", "display_name": "Eka",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@eka.makan"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand rani at 2026-08-25T04:05:00Z
{
  "creator_id": "fajar",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "50000", "observed_at": "2026-08-25T00:00:00Z"
    }],
    "niches": ["local-food", "travel"],
    "locality": "Yogyakarta", "display_name": "Fajar",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@fajarjajan"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand rani at 2026-08-25T04:10:00Z
{
  "creator_id": "gita",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "30000",
      "observed_at": "2026-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Sleman", "display_name": "Gita",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@gita.ngopi"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand rani at 2026-08-25T04:15:00Z
{
  "creator_id": "hadi",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "20000",
      "observed_at": "2026-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Bantul", "display_name": "Hadi",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@hadi.kuliner"}]
  }
}

# An offer without a fee: one post, and a code to say at the cashier.
call CollaborationService/InviteCreator
by brand rani at 2026-08-26T02:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "creator_id": "eka",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2026-09-12T00:00:00Z"
    }],
    "attribution": {"code": "EKA"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand rani at 2026-08-26T02:01:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "creator_id": "fajar",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "visit", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2026-09-12T00:00:00Z"
    }],
    "attribution": {"code": "FAJAR"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand rani at 2026-08-26T02:02:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "creator_id": "gita",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "visit", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2026-09-12T00:00:00Z"
    }],
    "attribution": {"code": "GITA"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand rani at 2026-08-26T02:03:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "hadi-1", "creator_id": "hadi",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2026-09-12T00:00:00Z"
    }],
    "attribution": {"code": "HADI"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator eka at 2026-08-27T02:00:00Z
{"campaign_id": "menu-baru", "collaboration_id": "eka-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator fajar at 2026-08-27T02:01:00Z
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator gita at 2026-08-27T02:02:00Z
{"campaign_id": "menu-baru", "collaboration_id": "gita-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator hadi at 2026-08-27T02:03:00Z
{"campaign_id": "menu-baru", "collaboration_id": "hadi-1", "offer_version": 1}

# Eka, Fajar and Hadi come to taste. The evening is worth Rp250,000 to a guest and costs the café
# Rp50,000 for the meal and Rp50,000 for what the voucher buys.
call CollaborationService/ShipProduct
by brand rani at 2026-09-02T12:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "shipment_id": "tasting",
  "product": "Tasting menu and a voucher",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "25000000"}
  },
  "shipped_at": "2026-09-02T12:00:00Z"
}

call SettlementService/RecordCost
by brand rani at 2026-09-02T14:00:00Z
{
  "campaign_id": "menu-baru", "cost_id": "meal-eka", "collaboration_id": "eka-1",
  "type": "COST_TYPE_TRAVEL_MEAL",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2026-09-02T14:00:00Z"
}

call SettlementService/RecordCost
by brand rani at 2026-09-02T14:00:30Z
{
  "campaign_id": "menu-baru", "cost_id": "voucher-eka", "collaboration_id": "eka-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2026-09-02T14:00:30Z"
}

call CollaborationService/ShipProduct
by brand rani at 2026-09-02T12:01:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "shipment_id": "tasting",
  "product": "Tasting menu and a voucher",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "25000000"}
  },
  "shipped_at": "2026-09-02T12:01:00Z"
}

call SettlementService/RecordCost
by brand rani at 2026-09-02T14:01:00Z
{
  "campaign_id": "menu-baru", "cost_id": "meal-fajar", "collaboration_id": "fajar-1",
  "type": "COST_TYPE_TRAVEL_MEAL",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2026-09-02T14:01:00Z"
}

call SettlementService/RecordCost
by brand rani at 2026-09-02T14:01:30Z
{
  "campaign_id": "menu-baru", "cost_id": "voucher-fajar", "collaboration_id": "fajar-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2026-09-02T14:01:30Z"
}

call CollaborationService/ShipProduct
by brand rani at 2026-09-02T12:02:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "hadi-1", "shipment_id": "tasting",
  "product": "Tasting menu and a voucher",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "25000000"}
  },
  "shipped_at": "2026-09-02T12:02:00Z"
}

call SettlementService/RecordCost
by brand rani at 2026-09-02T14:02:00Z
{
  "campaign_id": "menu-baru", "cost_id": "meal-hadi", "collaboration_id": "hadi-1",
  "type": "COST_TYPE_TRAVEL_MEAL",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2026-09-02T14:02:00Z"
}

call SettlementService/RecordCost
by brand rani at 2026-09-02T14:02:30Z
{
  "campaign_id": "menu-baru", "cost_id": "voucher-hadi", "collaboration_id": "hadi-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2026-09-02T14:02:30Z"
}

# Eka and Fajar post.
call CollaborationService/SubmitContent
by creator eka at 2026-09-04T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review",
  "content_ref": "drafts/eka/review-v1",
  "content_sha256": "cgiUBJYqjmpOUIm34gULEqmxxviDAEE7f8ouKfgbsT8="
}

call CollaborationService/ApproveContent
by brand rani at 2026-09-04T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator eka at 2026-09-05T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review",
  "publication_id": "eka-post", "url": "https://instagram.example/p/eka-kopi-senja",
  "platform_post_id": "ig-3001", "published_at": "2026-09-05T04:00:00Z", "disclosed": true
}

call CollaborationService/SubmitContent
by creator fajar at 2026-09-05T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit",
  "content_ref": "drafts/fajar/visit-v1",
  "content_sha256": "pTnav4ouiOJsubVCOo5NbL9uQ9H5fCToq5+qv8rq80g="
}

call CollaborationService/ApproveContent
by brand rani at 2026-09-05T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator fajar at 2026-09-06T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit",
  "publication_id": "fajar-post", "url": "https://tiktok.example/v/fajar-kopi-senja",
  "platform_post_id": "tt-3002", "published_at": "2026-09-06T04:00:00Z", "disclosed": true
}

# Gita pays for her own coffee and posts all the same.
call CollaborationService/SubmitContent
by creator gita at 2026-09-07T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "content_ref": "drafts/gita/visit-v1",
  "content_sha256": "nMrKesZ+ZsivS5LhtyVDe2PAkYN/AFGXC6NnSTUI3yE="
}

call CollaborationService/ApproveContent
by brand rani at 2026-09-07T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "submission_version": 1, "rating": 3
}

call CollaborationService/RecordPublication
by creator gita at 2026-09-08T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "publication_id": "gita-post", "url": "https://instagram.example/p/gita-kopi-senja",
  "platform_post_id": "ig-3003", "published_at": "2026-09-08T04:00:00Z", "disclosed": true
}

# Hadi falls ill. The café does without his post.
call CollaborationService/WaiveDeliverable
by brand rani at 2026-09-11T02:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "hadi-1", "deliverable_id": "review",
  "reason": "he is in hospital; the meal was a gift"
}

# What the platforms measured.
call MeasurementService/RecordEngagement
by brand rani at 2026-09-20T00:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "publication_id": "eka-post",
  "observed_at": "2026-09-20T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "1200", "comments": "150", "shares": "50", "saves": "100", "views": "15000",
    "reach": "20000"
  }
}

call MeasurementService/RecordEngagement
by brand rani at 2026-09-20T00:05:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "publication_id": "fajar-post",
  "observed_at": "2026-09-20T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "3600", "comments": "300", "shares": "400", "saves": "200", "views": "60000",
    "reach": "40000"
  }
}

# Gita sends a picture of her screen. That is reported, not measured, and never added to the
# others.
call MeasurementService/RecordEngagement
by creator gita at 2026-09-20T00:10:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "publication_id": "gita-post",
  "observed_at": "2026-09-20T00:10:00Z", "source": "OBSERVATION_SOURCE_CREATOR",
  "kind": "MEASUREMENT_KIND_REPORTED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {"likes": "700", "comments": "50", "saves": "150"}
}

# Guests say a code at the cashier. A visit has no price; capitals do not matter.
call MeasurementService/RecordConversion
by brand rani at 2026-09-06T11:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-1",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-06T11:00:00Z", "code": "EKA"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-07T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-2",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-07T10:00:00Z", "code": "FAJAR"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-07T10:30:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-3",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-07T10:30:00Z", "code": "fajar"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-09T11:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-4",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-09T11:00:00Z", "code": "EKA"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-10T09:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-5",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-10T09:00:00Z", "code": "GITA"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-12T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-6",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-12T10:00:00Z", "code": "Fajar"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-13T12:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-7",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-13T12:00:00Z", "code": "eka"
}

call MeasurementService/RecordConversion
by brand rani at 2026-09-19T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-8",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-19T10:00:00Z", "code": "FAJAR"
}

# Nobody gave out this code: the visit is recorded and credited to nobody.
call MeasurementService/RecordConversion
by brand rani at 2026-09-20T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-9",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2026-09-20T10:00:00Z", "code": "SENJA"
}

# All is checked and closed.
call CollaborationService/VerifyPublication
by brand rani at 2026-09-28T02:00:00Z
{"campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review"}

call CollaborationService/VerifyPublication
by brand rani at 2026-09-28T02:01:00Z
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit"}

call CollaborationService/VerifyPublication
by brand rani at 2026-09-28T02:02:00Z
{"campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit"}

call CollaborationService/CompleteCollaboration
by brand rani at 2026-09-28T03:00:00Z
{"campaign_id": "menu-baru", "collaboration_id": "eka-1"}

call CollaborationService/CompleteCollaboration
by brand rani at 2026-09-28T03:01:00Z
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1"}

call CollaborationService/CompleteCollaboration
by brand rani at 2026-09-28T03:02:00Z
{"campaign_id": "menu-baru", "collaboration_id": "gita-1"}

call CollaborationService/CompleteCollaboration
by brand rani at 2026-09-28T03:03:00Z
{"campaign_id": "menu-baru", "collaboration_id": "hadi-1"}

call CampaignService/CloseCampaign
by brand rani at 2026-09-30T12:00:00Z
{"campaign_id": "menu-baru"}

# Workings, in rupiah.
#
# Menu baru
#   C committed   no fees; meals 3 x 50,000 + vouchers 3 x 50,000 = 300,000
#   C accrued     the same = 300,000; nothing is marked paid: 0
#   R             visits have no value: 0
#   net return    0 - 300,000 = -300,000
#   ROI           (0 - 300,000) / 300,000 = -1; on paid cost absent: ZERO_COST
#   on margin     absent: MARGIN_UNKNOWN
#   CPA           8 credited visits: 300,000 / 8 = 37,500; one visit is credited to nobody
#   cost per post 300,000 / 3 = 100,000
#   E measured    1,500 + 4,500 = 6,000      CPE = 300,000 / 6,000 = 50
#   ER followers  1,500/25,000 = 6 %, 4,500/50,000 = 9 %; all: 6,000 / 75,000 = 2/25
#   ER reach      6,000 / 60,000 = 1/10      ER views 6,000 / 75,000 = 2/25
#   CPV           300,000 / 75,000 = 4       CPM by views 4,000, by reach 300,000 / 60 = 5,000
#   CPM, CPC      absent: NO_OBSERVATION
#   E reported    900 of 30,000 followers = 3/100
#   post rate     gifted Eka, Fajar, Hadi; of those Eka and Fajar posted = 2/3
#   completion    3 verified of 4 accepted = 3/4; on time 3 of 3
#   ratings       4, 5, 3: mean 4, variance 2/3
#
# Gita            C = 0, R = 0, one visit: ROI absent: ZERO_COST; net return 0
#
# Fajar           C = 100,000, R = 0, four visits: CPA 25,000; E 4,500; ROI -1

# What the tasting cost and brought; what came of Gita's own visit; what the café and Fajar did
# together.
ask ReportService/GetCampaignRoi
{"campaign_id": "menu-baru"}

ask ReportService/GetCollaborationPerformance
{"campaign_id": "menu-baru", "collaboration_id": "gita-1"}

ask ReportService/GetPartnership
{"creator_id": "fajar"}
