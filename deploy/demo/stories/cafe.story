# A new café, Kopi Senja, asks food bloggers to taste the menu. A meal and a voucher are the pay:
# the fee is 0. Guests say a code at the cashier, and that proves the visits. One blogger comes on
# her own account and costs nothing at all. For the breakfast menu two of them come again, one for
# a share of the tables he fills.
story cafe
brand kopi-senja

# Rani plans the campaign: bloggers with 20,000 to 50,000 followers, Rp500,000 in meals. She does
# not know her margin.
call CampaignService/CreateCampaign
by brand rani at 2019-08-25T03:00:00Z
{
  "campaign_id": "menu-baru",
  "plan": {
    "title": "Menu baru: come and taste", "objective": "CAMPAIGN_OBJECTIVE_AWARENESS",
    "niches": ["local-food"],
    "followers": {"min_followers": "20000", "max_followers": "50000"},
    "formats": ["CONTENT_FORMAT_REVIEW", "CONTENT_FORMAT_EXPERIENCE"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "50000000"},
    "start_at": "2019-09-01T00:00:00Z", "end_at": "2019-09-30T00:00:00Z"
  }
}

call CampaignService/OpenCampaign
by brand rani at 2019-08-25T03:10:00Z
{"campaign_id": "menu-baru"}

# Four bloggers from the town.
call CreatorService/RecordCreatorProfile
by brand rani at 2019-08-25T04:00:00Z
{
  "creator_id": "eka",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "25000",
      "observed_at": "2019-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Yogyakarta", "display_name": "Eka",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@eka.makan"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand rani at 2019-08-25T04:05:00Z
{
  "creator_id": "fajar",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "50000", "observed_at": "2019-08-25T00:00:00Z"
    }],
    "niches": ["local-food", "travel"],
    "locality": "Yogyakarta", "display_name": "Fajar",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@fajarjajan"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand rani at 2019-08-25T04:10:00Z
{
  "creator_id": "gita",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "30000",
      "observed_at": "2019-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Sleman", "display_name": "Gita",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@gita.ngopi"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand rani at 2019-08-25T04:15:00Z
{
  "creator_id": "hadi",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "20000",
      "observed_at": "2019-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Bantul", "display_name": "Hadi",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@hadi.kuliner"}]
  }
}

# A fifth has a smaller audience than the café looks for; the ledger says so when it is asked.
call CreatorService/RecordCreatorProfile
by brand rani at 2019-08-25T04:20:00Z
{
  "creator_id": "intan",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "8000", "observed_at": "2019-08-25T00:00:00Z"
    }],
    "niches": ["local-food"],
    "locality": "Klaten", "display_name": "Intan",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@intan.icip"}]
  }
}

# An offer without a fee: one post, and a code to say at the cashier. Eka must say that she
# was invited.
call CollaborationService/InviteCreator
by brand rani at 2019-08-26T02:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "creator_id": "eka",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2019-09-12T00:00:00Z"
    }],
    "attribution": {"code": "EKA"},
    "disclosure": {"connection": "CONNECTION_TYPE_GIFTED", "required_label": "#undangan"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand rani at 2019-08-26T02:01:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "creator_id": "fajar",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "visit", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2019-09-12T00:00:00Z"
    }],
    "attribution": {"code": "FAJAR"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand rani at 2019-08-26T02:02:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "creator_id": "gita",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "visit", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2019-09-12T00:00:00Z"
    }],
    "attribution": {"code": "GITA"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand rani at 2019-08-26T02:03:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "hadi-1", "creator_id": "hadi",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2019-09-12T00:00:00Z"
    }],
    "attribution": {"code": "HADI"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# Fajar asks for three more days. Rani takes his version as it is; she cannot take the first one
# any more, for an answer names what it answers.
call CollaborationService/CounterOffer
by creator fajar at 2019-08-26T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "offer_version": 1,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "visit", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2019-09-15T00:00:00Z"
    }],
    "attribution": {"code": "FAJAR"}
  },
  "note": "I am in Surabaya until the tenth"
}

call CollaborationService/AcceptCounter
by brand rani at 2019-08-26T10:00:00Z
refused STALE_OFFER, later COLLABORATION_STATE
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1", "offer_version": 1}

call CollaborationService/AcceptCounter
by brand rani at 2019-08-26T10:01:00Z
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1", "offer_version": 2}

# The others say yes.
call CollaborationService/AcceptBrief
by creator eka at 2019-08-27T02:00:00Z
{"campaign_id": "menu-baru", "collaboration_id": "eka-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator gita at 2019-08-27T02:02:00Z
{"campaign_id": "menu-baru", "collaboration_id": "gita-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator hadi at 2019-08-27T02:03:00Z
{"campaign_id": "menu-baru", "collaboration_id": "hadi-1", "offer_version": 1}

# Eka, Fajar and Hadi come to taste. The evening is worth Rp250,000 to a guest and costs the café
# Rp50,000 for the meal and Rp50,000 for what the voucher buys.
call CollaborationService/ShipProduct
by brand rani at 2019-09-02T12:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "shipment_id": "tasting",
  "product": "Tasting menu and a voucher",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "25000000"}
  },
  "shipped_at": "2019-09-02T12:00:00Z"
}

call SettlementService/RecordCost
by brand rani at 2019-09-02T14:00:00Z
{
  "campaign_id": "menu-baru", "cost_id": "meal-eka", "collaboration_id": "eka-1",
  "type": "COST_TYPE_TRAVEL_MEAL",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2019-09-02T14:00:00Z"
}

call SettlementService/RecordCost
by brand rani at 2019-09-02T14:00:30Z
{
  "campaign_id": "menu-baru", "cost_id": "voucher-eka", "collaboration_id": "eka-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2019-09-02T14:00:30Z"
}

call CollaborationService/ShipProduct
by brand rani at 2019-09-02T12:01:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "shipment_id": "tasting",
  "product": "Tasting menu and a voucher",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "25000000"}
  },
  "shipped_at": "2019-09-02T12:01:00Z"
}

call SettlementService/RecordCost
by brand rani at 2019-09-02T14:01:00Z
{
  "campaign_id": "menu-baru", "cost_id": "meal-fajar", "collaboration_id": "fajar-1",
  "type": "COST_TYPE_TRAVEL_MEAL",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2019-09-02T14:01:00Z"
}

call SettlementService/RecordCost
by brand rani at 2019-09-02T14:01:30Z
{
  "campaign_id": "menu-baru", "cost_id": "voucher-fajar", "collaboration_id": "fajar-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2019-09-02T14:01:30Z"
}

call CollaborationService/ShipProduct
by brand rani at 2019-09-02T12:02:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "hadi-1", "shipment_id": "tasting",
  "product": "Tasting menu and a voucher",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "25000000"}
  },
  "shipped_at": "2019-09-02T12:02:00Z"
}

call SettlementService/RecordCost
by brand rani at 2019-09-02T14:02:00Z
{
  "campaign_id": "menu-baru", "cost_id": "meal-hadi", "collaboration_id": "hadi-1",
  "type": "COST_TYPE_TRAVEL_MEAL",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2019-09-02T14:02:00Z"
}

call SettlementService/RecordCost
by brand rani at 2019-09-02T14:02:30Z
{
  "campaign_id": "menu-baru", "cost_id": "voucher-hadi", "collaboration_id": "hadi-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "5000000"},
  "incurred_at": "2019-09-02T14:02:30Z"
}

# Eka and Fajar post.
call CollaborationService/SubmitContent
by creator eka at 2019-09-04T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review",
  "content_ref": "drafts/eka/review-v1",
  "content_sha256": "cgiUBJYqjmpOUIm34gULEqmxxviDAEE7f8ouKfgbsT8="
}

call CollaborationService/ApproveContent
by brand rani at 2019-09-04T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator eka at 2019-09-05T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review",
  "publication_id": "eka-post", "url": "https://instagram.example/p/eka-kopi-senja",
  "platform_post_id": "ig-3001", "published_at": "2019-09-05T04:00:00Z", "disclosed": true
}

call CollaborationService/SubmitContent
by creator fajar at 2019-09-05T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit",
  "content_ref": "drafts/fajar/visit-v1",
  "content_sha256": "pTnav4ouiOJsubVCOo5NbL9uQ9H5fCToq5+qv8rq80g="
}

call CollaborationService/ApproveContent
by brand rani at 2019-09-05T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator fajar at 2019-09-06T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit",
  "publication_id": "fajar-post", "url": "https://tiktok.example/v/fajar-kopi-senja",
  "platform_post_id": "tt-3002", "published_at": "2019-09-06T04:00:00Z", "disclosed": true
}

# Gita pays for her own coffee and posts all the same. Her first draft does not name the café; the
# post is a day late. It counts all the same.
call CollaborationService/SubmitContent
by creator gita at 2019-09-07T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "content_ref": "drafts/gita/visit-v1",
  "content_sha256": "nMrKesZ+ZsivS5LhtyVDe2PAkYN/AFGXC6NnSTUI3yE="
}

call CollaborationService/RequestRevision
by brand rani at 2019-09-08T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "submission_version": 1,
  "reasons": ["nobody can tell which café it is"]
}

call CollaborationService/SubmitContent
by creator gita at 2019-09-12T04:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "content_ref": "drafts/gita/visit-v2",
  "content_sha256": "K53tJh5wDr9vSj23U8dIBh/HnElMUcOPIN52hYRFxJY="
}

call CollaborationService/ApproveContent
by brand rani at 2019-09-12T09:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "submission_version": 2, "rating": 3
}

call CollaborationService/RecordPublication
by creator gita at 2019-09-13T00:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit",
  "publication_id": "gita-post", "url": "https://instagram.example/p/gita-kopi-senja",
  "platform_post_id": "ig-3003", "published_at": "2019-09-13T00:00:00Z", "disclosed": true
}

# Rani looks whether Eka's post says what it must. It does.
call MeasurementService/CheckDisclosure
by brand rani at 2019-09-13T08:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "publication_id": "eka-post",
  "checked_at": "2019-09-13T08:00:00Z", "label_found": "#undangan", "sufficient": true,
  "evidence": "screens/eka-post.png"
}

# Hadi falls ill. The café does without his post.
call CollaborationService/WaiveDeliverable
by brand rani at 2019-09-11T02:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "hadi-1", "deliverable_id": "review",
  "reason": "he is in hospital; the meal was a gift"
}

# What the platforms measured.
call MeasurementService/RecordEngagement
by brand rani at 2019-09-20T00:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "eka-1", "publication_id": "eka-post",
  "observed_at": "2019-09-20T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "1200", "comments": "150", "shares": "50", "saves": "100", "views": "15000",
    "reach": "20000"
  }
}

call MeasurementService/RecordEngagement
by brand rani at 2019-09-20T00:05:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "fajar-1", "publication_id": "fajar-post",
  "observed_at": "2019-09-20T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "3600", "comments": "300", "shares": "400", "saves": "200", "views": "60000",
    "reach": "40000"
  }
}

# Gita sends a picture of her screen. That is reported, not measured, and never added to the
# others.
call MeasurementService/RecordEngagement
by creator gita at 2019-09-20T00:10:00Z
save SCREEN observationPosition
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "publication_id": "gita-post",
  "observed_at": "2019-09-20T00:10:00Z", "source": "OBSERVATION_SOURCE_CREATOR",
  "kind": "MEASUREMENT_KIND_REPORTED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {"likes": "1700", "comments": "50", "saves": "150"}
}

# Guests say a code at the cashier. A visit has no price; capitals do not matter.
call MeasurementService/RecordConversion
by brand rani at 2019-09-06T11:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-1",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-06T11:00:00Z", "code": "EKA"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-07T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-2",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-07T10:00:00Z", "code": "FAJAR"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-07T10:30:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-3",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-07T10:30:00Z", "code": "fajar"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-09T11:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-4",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-09T11:00:00Z", "code": "EKA"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-14T09:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-5",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-14T09:00:00Z", "code": "GITA"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-12T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-6",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-12T10:00:00Z", "code": "Fajar"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-13T12:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-7",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-13T12:00:00Z", "code": "eka"
}

call MeasurementService/RecordConversion
by brand rani at 2019-09-19T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-8",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-19T10:00:00Z", "code": "FAJAR"
}

# Nobody gave out this code: the visit is recorded and credited to nobody.
call MeasurementService/RecordConversion
by brand rani at 2019-09-20T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "V-9",
  "type": "CONVERSION_TYPE_VISIT", "ordered_at": "2019-09-20T10:00:00Z", "code": "SENJA"
}

# A group pays ahead for a table, with Eka's code, and calls it off. The money goes back, and
# nothing is left of it but the fact.
call MeasurementService/RecordConversion
by brand rani at 2019-09-21T10:00:00Z
{
  "campaign_id": "menu-baru", "order_source": "cashier", "order_id": "T-1",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "40000000"},
  "ordered_at": "2019-09-21T10:00:00Z", "code": "EKA"
}

call MeasurementService/RecordRefund
by brand rani at 2019-09-24T10:00:00Z
{
  "order_source": "cashier", "order_id": "T-1", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "40000000"},
  "refunded_at": "2019-09-24T10:00:00Z"
}

# All is checked and closed.
call CollaborationService/VerifyPublication
by brand rani at 2019-09-28T02:00:00Z
{"campaign_id": "menu-baru", "collaboration_id": "eka-1", "deliverable_id": "review"}

call CollaborationService/VerifyPublication
by brand rani at 2019-09-28T02:01:00Z
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1", "deliverable_id": "visit"}

call CollaborationService/VerifyPublication
by brand rani at 2019-09-28T02:02:00Z
{"campaign_id": "menu-baru", "collaboration_id": "gita-1", "deliverable_id": "visit"}

call CollaborationService/CompleteCollaboration
by brand rani at 2019-09-28T03:00:00Z
{"campaign_id": "menu-baru", "collaboration_id": "eka-1"}

call CollaborationService/CompleteCollaboration
by brand rani at 2019-09-28T03:01:00Z
{"campaign_id": "menu-baru", "collaboration_id": "fajar-1"}

call CollaborationService/CompleteCollaboration
by brand rani at 2019-09-28T03:02:00Z
{"campaign_id": "menu-baru", "collaboration_id": "gita-1"}

call CollaborationService/CompleteCollaboration
by brand rani at 2019-09-28T03:03:00Z
{"campaign_id": "menu-baru", "collaboration_id": "hadi-1"}

call CampaignService/CloseCampaign
by brand rani at 2019-09-30T12:00:00Z
{"campaign_id": "menu-baru"}

# In October there is breakfast. Fajar brought most guests, so he is asked again: a breakfast, and
# 5 % of the tables that are paid with his code, once a week has passed.
call CampaignService/CreateCampaign
by brand rani at 2019-10-01T03:00:00Z
{
  "campaign_id": "sarapan",
  "plan": {
    "title": "Sarapan: breakfast at Kopi Senja", "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
    "niches": ["local-food"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "30000000"},
    "start_at": "2019-10-01T00:00:00Z", "end_at": "2019-10-31T00:00:00Z"
  }
}

call CampaignService/OpenCampaign
by brand rani at 2019-10-01T03:10:00Z
{"campaign_id": "sarapan"}

call CollaborationService/InviteCreator
by brand rani at 2019-10-01T04:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "creator_id": "fajar",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "breakfast", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2019-10-12T00:00:00Z"
    }],
    "attribution": {"code": "FAJARPAGI", "lock_days": 7},
    "commission": {"rate_bp": 500}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator fajar at 2019-10-02T02:00:00Z
{"campaign_id": "sarapan", "collaboration_id": "fajar-2", "offer_version": 1}

# Gita asks by herself, and this time she is the café's guest.
call CollaborationService/ApplyToCampaign
by creator gita at 2019-10-02T03:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2", "creator_id": "gita",
  "message": "I live around the corner"
}

call CollaborationService/SendOffer
by brand rani at 2019-10-02T04:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "0"},
    "deliverables": [{
      "deliverable_id": "breakfast", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2019-10-12T00:00:00Z"
    }],
    "attribution": {"code": "GITAPAGI", "lock_days": 7}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator gita at 2019-10-02T05:00:00Z
{"campaign_id": "sarapan", "collaboration_id": "gita-2", "offer_version": 1}

# A breakfast is worth Rp120,000 to a guest and costs the café Rp50,000. Serving it and booking its
# cost are one step.
call CollaborationService/ShipProduct
by brand rani at 2019-10-05T02:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "shipment_id": "breakfast",
  "product": "Breakfast for two",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "5000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "12000000"}
  },
  "shipped_at": "2019-10-05T02:00:00Z", "cost_id": "breakfast-fajar"
}

call CollaborationService/ShipProduct
by brand rani at 2019-10-05T02:10:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2", "shipment_id": "breakfast",
  "product": "Breakfast for two",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "5000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "12000000"}
  },
  "shipped_at": "2019-10-05T02:10:00Z", "cost_id": "breakfast-gita"
}

call CollaborationService/ConfirmProductReceived
by creator fajar at 2019-10-05T03:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "shipment_id": "breakfast",
  "received_at": "2019-10-05T03:00:00Z"
}

call CollaborationService/SubmitContent
by creator fajar at 2019-10-08T04:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "deliverable_id": "breakfast",
  "content_ref": "drafts/fajar/breakfast-v1",
  "content_sha256": "ObeqWNtwWCX6NkFWw6mYZHXEdwn3GvbA60bDeDpRlAI="
}

call CollaborationService/ApproveContent
by brand rani at 2019-10-08T09:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "deliverable_id": "breakfast",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator fajar at 2019-10-09T04:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "deliverable_id": "breakfast",
  "publication_id": "fajar-breakfast", "url": "https://tiktok.example/v/fajar-sarapan",
  "platform_post_id": "tt-3004", "published_at": "2019-10-09T04:00:00Z", "disclosed": true
}

call CollaborationService/SubmitContent
by creator gita at 2019-10-09T04:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2", "deliverable_id": "breakfast",
  "content_ref": "drafts/gita/breakfast-v1",
  "content_sha256": "77UEySQE/DLolYjVA5//e5zHhA7pzggUg5kW1trZ5F4="
}

call CollaborationService/ApproveContent
by brand rani at 2019-10-09T09:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2", "deliverable_id": "breakfast",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator gita at 2019-10-10T04:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2", "deliverable_id": "breakfast",
  "publication_id": "gita-breakfast", "url": "https://instagram.example/p/gita-sarapan",
  "platform_post_id": "ig-3005", "published_at": "2019-10-10T04:00:00Z", "disclosed": true
}

call MeasurementService/RecordEngagement
by brand rani at 2019-10-28T00:00:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "fajar-2", "publication_id": "fajar-breakfast",
  "observed_at": "2019-10-28T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2600", "comments": "200", "shares": "120", "saves": "80", "views": "40000",
    "reach": "30000"
  }
}

call MeasurementService/RecordEngagement
by brand rani at 2019-10-28T00:05:00Z
{
  "campaign_id": "sarapan", "collaboration_id": "gita-2", "publication_id": "gita-breakfast",
  "observed_at": "2019-10-28T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "1000", "comments": "100", "shares": "40", "saves": "60", "views": "12000",
    "reach": "15000"
  }
}

# Three tables are paid ahead. Half of the second party falls ill and gets its money back; half of
# the commission on it goes the same way.
call MeasurementService/RecordConversion
by brand rani at 2019-10-13T02:00:00Z
{
  "campaign_id": "sarapan", "order_source": "cashier", "order_id": "T-11",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "60000000"},
  "ordered_at": "2019-10-13T02:00:00Z", "code": "FAJARPAGI"
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "cashier", "order_id": "T-11"}

call MeasurementService/RecordConversion
by brand rani at 2019-10-15T02:00:00Z
{
  "campaign_id": "sarapan", "order_source": "cashier", "order_id": "T-12",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "40000000"},
  "ordered_at": "2019-10-15T02:00:00Z", "code": "FAJARPAGI"
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "cashier", "order_id": "T-12"}

call MeasurementService/RecordConversion
by brand rani at 2019-10-18T02:00:00Z
{
  "campaign_id": "sarapan", "order_source": "cashier", "order_id": "T-13",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "30000000"},
  "ordered_at": "2019-10-18T02:00:00Z", "code": "GITAPAGI"
}

call MeasurementService/RecordRefund
by brand rani at 2019-10-24T02:00:00Z
{
  "order_source": "cashier", "order_id": "T-12", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "20000000"},
  "refunded_at": "2019-10-24T02:00:00Z"
}

call CollaborationService/VerifyPublication
by brand rani at 2019-10-29T02:00:00Z
{"campaign_id": "sarapan", "collaboration_id": "fajar-2", "deliverable_id": "breakfast"}

call CollaborationService/VerifyPublication
by brand rani at 2019-10-29T02:01:00Z
{"campaign_id": "sarapan", "collaboration_id": "gita-2", "deliverable_id": "breakfast"}

call CollaborationService/CompleteCollaboration
by brand rani at 2019-10-29T03:00:00Z
{"campaign_id": "sarapan", "collaboration_id": "fajar-2"}

call CollaborationService/CompleteCollaboration
by brand rani at 2019-10-29T03:01:00Z
{"campaign_id": "sarapan", "collaboration_id": "gita-2"}

call CampaignService/CloseCampaign
by brand rani at 2019-10-31T03:00:00Z
{"campaign_id": "sarapan"}

# Rani fixes the report of the tasting.
call ReportService/FinaliseReport
by brand rani at 2019-10-31T04:00:00Z
{"campaign_id": "menu-baru", "revision": 1}

# Gita looks again: 700 likes, not 1,700. Only what was reported changes; what was measured stands.
call MeasurementService/CorrectEngagement
by creator gita at 2019-10-31T05:00:00Z
{
  "campaign_id": "menu-baru", "collaboration_id": "gita-1", "publication_id": "gita-post",
  "observation_position": "$SCREEN",
  "counters": {"likes": "700", "comments": "50", "saves": "150"},
  "reason": "read from the wrong post"
}

call ReportService/FinaliseReport
by brand rani at 2019-10-31T06:00:00Z
{"campaign_id": "menu-baru", "revision": 2}

# Workings, in rupiah.
#
# Menu baru
#   C committed   no fees; meals 3 x 50,000 + vouchers 3 x 50,000 = 300,000
#   C accrued     the same = 300,000; nothing is marked paid: 0
#   gross         visits have no value; the table 400,000, refunded 400,000: R = 0
#   net return    0 - 300,000 = -300,000
#   ROI           (0 - 300,000) / 300,000 = -1; on paid cost absent: ZERO_COST
#   on margin     absent: MARGIN_UNKNOWN
#   CPA           8 credited visits and 1 table: 300,000 / 9 = 100,000/3; one visit is nobody's
#   cost per post 300,000 / 3 = 100,000
#   E measured    1,500 + 4,500 = 6,000      CPE = 300,000 / 6,000 = 50
#   ER followers  1,500/25,000 = 6 %, 4,500/50,000 = 9 %; all: 6,000 / 75,000 = 2/25
#   ER reach      6,000 / 60,000 = 1/10      ER views 6,000 / 75,000 = 2/25
#   CPV           300,000 / 75,000 = 4       CPM by views 4,000, by reach 300,000 / 60 = 5,000
#   CPM, CPC      absent: NO_OBSERVATION
#   E reported    900 of 30,000 followers = 3/100
#   post rate     gifted Eka, Fajar, Hadi; of those Eka and Fajar posted = 2/3
#   completion    3 verified of 4 accepted = 3/4
#   on time       2 of 3: Gita is a day late = 86,400 seconds; Fajar's date is that of his version
#   revisions     1 round, 3 handed in = 1/3
#   ratings       4, 5, 3: mean 4, variance 2/3
#
# Revision 1 and revision 2, what was reported
#   likes         1,700, then 700; E 1,900, then 900
#   ER followers  1,900 / 30,000 = 19/300, then 3/100; overall, mean and median of one post
#   CPE           300,000 / 1,900 = 3,000/19, then 300,000 / 900 = 1,000/3; on paid cost 0
#
# Sarapan
#   C             breakfasts 2 x 50,000 + commission 30,000 + 10,000 = 140,000
#   commission    5 % of 600,000, and 5 % of 400,000 - 200,000
#   R             600,000 + 400,000 + 300,000 - 200,000 = 1,100,000
#   ROI           960,000 / 140,000 = 48/7
#
# Gita's visit    C = 0, R = 0, one visit: ROI absent: ZERO_COST; net return 0
#
# Fajar over both campaigns
#   C             100,000 + 50,000 + 40,000 = 190,000
#   R             600,000 + 200,000 = 800,000; ROI = 610,000 / 190,000 = 61/19
#   CPA           four visits and two tables: 190,000 / 6 = 95,000/3
#   E             4,500 + 3,000 = 7,500 of 2 x 50,000 followers = 3/40; 9 %, then 6 %
#   repeat rate   1/2; accepted on 26 August, 10:01, and 2 October, 2:00 = 36 days, 15:59 hours
#
# The partnerships, by lifetime ROI on accrued cost
#   Gita          C = 50,000; R = 300,000; ROI 5; one of two posts on time
#   Fajar         61/19
#   Eka, Hadi     C = 100,000 each; R = 0; ROI -1
#   retention     four accepted in August, of them Fajar and Gita in October = 1/2
#
# The café was seen on five days; nobody measured Gita's first post. The longest gap is from her
# first post on 13 September to Fajar's breakfast on 9 October = 26 days.

# What the tasting cost and brought, and what the correction changed.
ask ReportService/GetCampaignRoi
{"campaign_id": "menu-baru"}

ask ReportService/CompareReports
{"campaign_id": "menu-baru", "from_revision": 1, "to_revision": 2}

# What came of Gita's own visit; what the café and Fajar did together; who is worth the next
# breakfast.
ask ReportService/GetCollaborationPerformance
show performance.creatorId performance.state performance.tierAtAcceptance
show performance.tierNow performance.delivery.onTimeRate performance.delivery.breachesLate
show performance.delivery.breachesUndisclosed performance.total.revenue.grossMinor
show performance.total.revenue.refundsMinor performance.total.returns.basis
show performance.total.returns.netReturn performance.total.returns.roi
show performance.commission
{"campaign_id": "menu-baru", "collaboration_id": "gita-1"}

ask ReportService/GetPartnership
show partnership.creatorId partnership.blocked partnership.collaborations
show partnership.repeatRate partnership.acceptanceRate partnership.longestGapSeconds
show partnership.delivery.completionRate partnership.delivery.onTimeRate
show partnership.delivery.revisionRate partnership.quality.mean
show partnership.lifetime.revenue.netMinor partnership.lifetime.returns.basis
show partnership.lifetime.returns.cost partnership.lifetime.returns.roi
show partnership.campaigns.campaignId partnership.campaigns.figures.revenue.netMinor
show partnership.campaigns.figures.engagement.erFollowers.overall
show partnership.meanDaysUntilPaid partnership.flags partnership.disputes partnership.assessments
{"creator_id": "fajar"}

ask ReportService/ListPartnerships
show partnerships.creatorId partnerships.acceptedCollaborations partnerships.repeatRate
show partnerships.delivery.onTimeRate partnerships.lifetime.currencyCode
show partnerships.lifetime.returns.basis partnerships.lifetime.returns.netReturn
show partnerships.lifetime.returns.roi
{"order_by": "PARTNERSHIP_ORDER_LIFETIME_ROI", "currency_code": "IDR"}

# What the breakfast brought; who came back; when the café was seen; and how Intan fits.
ask ReportService/GetCampaignRoi
show roi.campaignId roi.total.revenue.grossMinor roi.total.revenue.refundsMinor
show roi.total.returns.basis roi.total.returns.cost roi.total.returns.netReturn
show roi.total.returns.roi
{"campaign_id": "sarapan"}

ask ReportService/GetCreatorRetention
{
  "first_from": "2019-08-01T00:00:00Z", "first_until": "2019-10-01T00:00:00Z",
  "second_from": "2019-10-01T00:00:00Z", "second_until": "2019-11-01T00:00:00Z"
}

ask ReportService/GetBrandAwareness
{"from_day": "2019-09-01", "until_day": "2019-10-31"}

ask CreatorService/MatchCreator
{"campaign_id": "menu-baru", "creator_id": "intan"}
