# A small skincare brand, Sari Kulit, lets three creators try its morning serum: an honest review,
# a before-after picture, a week of usage. Margin matters: a sale is not yet a gain. Later one of
# the three comes back for the night serum.
story skincare
brand sari-kulit

# Maya plans the campaign: at most Rp4,000,000, a gross margin of 60 %, disclosed posts only.
call CampaignService/CreateCampaign
by brand maya at 2026-08-20T03:00:00Z
{
  "campaign_id": "serum-pagi",
  "plan": {
    "title": "Serum Pagi: try it for a week", "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
    "niches": ["skincare"],
    "followers": {"min_followers": "10000", "max_followers": "100000"},
    "formats": [
      "CONTENT_FORMAT_REVIEW",
      "CONTENT_FORMAT_BEFORE_AFTER",
      "CONTENT_FORMAT_EXPERIENCE"
    ],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "400000000"},
    "start_at": "2026-09-01T00:00:00Z", "end_at": "2026-09-30T00:00:00Z",
    "measure_until": "2026-10-31T00:00:00Z", "gross_margin_bp": 6000,
    "policy": {"disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand maya at 2026-08-21T03:00:00Z
{"campaign_id": "serum-pagi"}

# She knows four creators who fit.
call CreatorService/RecordCreatorProfile
by brand maya at 2026-08-21T04:00:00Z
{
  "creator_id": "ayu",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "40000",
      "observed_at": "2026-08-20T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Bandung", "display_name": "Ayu",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@ayu.kulit"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand maya at 2026-08-21T04:05:00Z
{
  "creator_id": "bima",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "95000", "observed_at": "2026-08-20T00:00:00Z"
    }],
    "niches": ["skincare", "grooming"],
    "locality": "Surabaya", "display_name": "Bima",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@bimaglow"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand maya at 2026-08-21T04:10:00Z
{
  "creator_id": "citra",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "25000",
      "observed_at": "2026-08-20T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Malang", "display_name": "Citra",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@citra.sehari"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand maya at 2026-08-21T04:15:00Z
{
  "creator_id": "dewi",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "60000",
      "observed_at": "2026-08-20T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Medan", "display_name": "Dewi",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@dewi.daily"}]
  }
}

# Each gets an offer: a fee, one post with a due date, a code for the audience.
call CollaborationService/InviteCreator
by brand maya at 2026-08-22T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "creator_id": "ayu",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "75000000"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2026-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "AYU10"},
    "min_live_days": 30
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand maya at 2026-08-22T02:05:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "creator_id": "bima",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "100000000"},
    "deliverables": [{
      "deliverable_id": "before-after", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_BEFORE_AFTER", "due_at": "2026-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "BIMA10"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand maya at 2026-08-22T02:10:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "creator_id": "citra",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "25000000"},
    "deliverables": [{
      "deliverable_id": "usage", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2026-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "CITRA10"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand maya at 2026-08-22T02:15:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "dewi-1", "creator_id": "dewi",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "90000000"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2026-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "DEWI10"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

# Ayu and Bima accept. Citra says yes in a voice message; the ledger remembers that Maya accepted
# for her. Dewi has no time.
call CollaborationService/AcceptBrief
by creator ayu at 2026-08-23T05:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator bima at 2026-08-23T06:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by brand maya at 2026-08-23T07:00:00Z
for creator citra because she said yes in a voice message
{"campaign_id": "serum-pagi", "collaboration_id": "citra-1", "offer_version": 1}

call CollaborationService/DeclineInvitation
by creator dewi at 2026-08-24T01:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "dewi-1", "reason": "fully booked in September"}

# A serum goes to each: Rp80,000 in the making, Rp200,000 in the shop. Making and shipping are
# costs.
call CollaborationService/ShipProduct
by brand maya at 2026-08-25T03:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "shipment_id": "serum",
  "product": "Serum Pagi 30 ml",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "8000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "20000000"}
  },
  "shipped_at": "2026-08-25T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2026-08-25T03:00:30Z
{
  "campaign_id": "serum-pagi", "cost_id": "serum-ayu", "collaboration_id": "ayu-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "8000000"},
  "incurred_at": "2026-08-25T03:00:30Z"
}

call SettlementService/RecordCost
by brand maya at 2026-08-25T03:00:45Z
{
  "campaign_id": "serum-pagi", "cost_id": "courier-ayu", "collaboration_id": "ayu-1",
  "type": "COST_TYPE_SHIPPING",
  "amount": {"currency_code": "IDR", "minor_units": "2000000"},
  "incurred_at": "2026-08-25T03:00:45Z"
}

call CollaborationService/ShipProduct
by brand maya at 2026-08-25T03:01:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "shipment_id": "serum",
  "product": "Serum Pagi 30 ml",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "8000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "20000000"}
  },
  "shipped_at": "2026-08-25T03:01:00Z"
}

call SettlementService/RecordCost
by brand maya at 2026-08-25T03:01:30Z
{
  "campaign_id": "serum-pagi", "cost_id": "serum-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "8000000"},
  "incurred_at": "2026-08-25T03:01:30Z"
}

call SettlementService/RecordCost
by brand maya at 2026-08-25T03:01:45Z
{
  "campaign_id": "serum-pagi", "cost_id": "courier-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_SHIPPING",
  "amount": {"currency_code": "IDR", "minor_units": "2000000"},
  "incurred_at": "2026-08-25T03:01:45Z"
}

call CollaborationService/ShipProduct
by brand maya at 2026-08-25T03:02:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "shipment_id": "serum",
  "product": "Serum Pagi 30 ml",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "8000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "20000000"}
  },
  "shipped_at": "2026-08-25T03:02:00Z"
}

call SettlementService/RecordCost
by brand maya at 2026-08-25T03:02:30Z
{
  "campaign_id": "serum-pagi", "cost_id": "serum-citra", "collaboration_id": "citra-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "8000000"},
  "incurred_at": "2026-08-25T03:02:30Z"
}

call SettlementService/RecordCost
by brand maya at 2026-08-25T03:02:45Z
{
  "campaign_id": "serum-pagi", "cost_id": "courier-citra", "collaboration_id": "citra-1",
  "type": "COST_TYPE_SHIPPING",
  "amount": {"currency_code": "IDR", "minor_units": "2000000"},
  "incurred_at": "2026-08-25T03:02:45Z"
}

# Ayu's review is good at once.
call CollaborationService/SubmitContent
by creator ayu at 2026-09-03T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review",
  "content_ref": "drafts/ayu/review-v1",
  "content_sha256": "/MalpmBOZibtdC+rAMdmAy8nEIJcotOCjyZiYF0CXOg="
}

call CollaborationService/ApproveContent
by brand maya at 2026-09-04T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator ayu at 2026-09-05T11:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review",
  "publication_id": "ayu-review", "url": "https://instagram.example/p/ayu-review",
  "platform_post_id": "ig-1001", "published_at": "2026-09-05T11:00:00Z", "disclosed": true
}

# So is Bima's before-after picture.
call CollaborationService/SubmitContent
by creator bima at 2026-09-05T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after",
  "content_ref": "drafts/bima/before-after-v1",
  "content_sha256": "BvDseC9dsZGCIQvAIUH28R3lAR6x0XPyDuD2ZaXNHKk="
}

call CollaborationService/ApproveContent
by brand maya at 2026-09-06T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator bima at 2026-09-07T11:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after",
  "publication_id": "bima-before-after", "url": "https://tiktok.example/v/bima-before-after",
  "platform_post_id": "tt-2001", "published_at": "2026-09-07T11:00:00Z", "disclosed": true
}

# Citra forgot to show the label: one revision, and the post is two days late. It counts all the
# same.
call CollaborationService/SubmitContent
by creator citra at 2026-09-08T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "content_ref": "drafts/citra/usage-v1",
  "content_sha256": "lxSN6MjVFO63H2G0gjArMExdl1H2IRPGxGYNRCBoy6E="
}

call CollaborationService/RequestRevision
by brand maya at 2026-09-09T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "submission_version": 1,
  "reasons": ["the label is never in the picture"]
}

call CollaborationService/SubmitContent
by creator citra at 2026-09-11T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "content_ref": "drafts/citra/usage-v2",
  "content_sha256": "ioc2Ue47OMoD3c005CEeNA4ZN/MBYWS9RN9nxwscKKY="
}

call CollaborationService/ApproveContent
by brand maya at 2026-09-11T12:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "submission_version": 2, "rating": 3
}

call CollaborationService/RecordPublication
by creator citra at 2026-09-12T00:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "publication_id": "citra-usage", "url": "https://instagram.example/p/citra-usage",
  "platform_post_id": "ig-1002", "published_at": "2026-09-12T00:00:00Z", "disclosed": true
}

# Counters are what was seen at a time, not increments. The later ones stand.
call MeasurementService/RecordEngagement
by brand maya at 2026-09-08T00:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "publication_id": "ayu-review",
  "observed_at": "2026-09-08T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "900", "comments": "60", "shares": "20", "saves": "20", "views": "20000",
    "reach": "18000", "impressions": "24000", "clicks": "300"
  }
}

call MeasurementService/RecordEngagement
by brand maya at 2026-09-25T00:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "publication_id": "ayu-review",
  "observed_at": "2026-09-25T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "1600", "comments": "120", "shares": "130", "saves": "150", "views": "40000",
    "reach": "32000", "impressions": "50000", "clicks": "1000"
  }
}

call MeasurementService/RecordEngagement
by brand maya at 2026-09-25T00:05:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "publication_id": "bima-before-after",
  "observed_at": "2026-09-25T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "7500", "comments": "400", "shares": "900", "saves": "700", "views": "210000",
    "reach": "160000", "impressions": "180000", "clicks": "3600"
  }
}

# A carousel has no views: absent, not 0.
call MeasurementService/RecordEngagement
by brand maya at 2026-09-25T00:10:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "publication_id": "citra-usage",
  "observed_at": "2026-09-25T00:10:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "850", "comments": "70", "shares": "30", "saves": "50", "reach": "8000",
    "impressions": "20000", "clicks": "400"
  }
}

# Nine sets are sold with a code, Rp750,000 each.
call MeasurementService/RecordConversion
by brand maya at 2026-09-06T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-101",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-06T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-08T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-102",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-08T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-08T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-103",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-08T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-09T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-104",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-09T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-10T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-105",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-10T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-13T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-106",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-13T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-14T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-107",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-14T11:00:00Z", "code": "CITRA10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-17T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-108",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-17T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2026-09-21T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-109",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-09-21T11:00:00Z", "code": "AYU10"
}

# The fees fall due, and Bima earns a bonus. A fee line draws on what acceptance committed
# already.
call SettlementService/RecordCost
by brand maya at 2026-09-12T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-ayu", "collaboration_id": "ayu-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "75000000"},
  "incurred_at": "2026-09-12T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2026-09-12T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "incurred_at": "2026-09-12T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2026-09-12T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-citra", "collaboration_id": "citra-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "incurred_at": "2026-09-12T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2026-09-26T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "bonus-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_BONUS",
  "amount": {"currency_code": "IDR", "minor_units": "20000000"},
  "incurred_at": "2026-09-26T03:00:00Z", "note": "more than 200,000 views"
}

# The three fees are approved and paid after seven days; the bonus is still owed.
call SettlementService/ApproveCost
by brand maya at 2026-09-18T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "fee-ayu"}

call SettlementService/RecordPayment
by brand maya at 2026-09-19T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-ayu", "payment_id": "pay-ayu",
  "amount": {"currency_code": "IDR", "minor_units": "75000000"},
  "external_reference": "TRF-0919-ayu", "paid_at": "2026-09-19T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2026-09-18T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "fee-bima"}

call SettlementService/RecordPayment
by brand maya at 2026-09-19T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-bima", "payment_id": "pay-bima",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "external_reference": "TRF-0919-bima", "paid_at": "2026-09-19T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2026-09-18T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "fee-citra"}

call SettlementService/RecordPayment
by brand maya at 2026-09-19T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-citra", "payment_id": "pay-citra",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "external_reference": "TRF-0919-citra", "paid_at": "2026-09-19T03:00:00Z"
}

# All posts are checked, the collaborations completed, the campaign closed.
call CollaborationService/VerifyPublication
by brand maya at 2026-09-28T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review"}

call CollaborationService/CompleteCollaboration
by brand maya at 2026-09-28T03:30:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "ayu-1"}

call CollaborationService/VerifyPublication
by brand maya at 2026-09-28T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after"}

call CollaborationService/CompleteCollaboration
by brand maya at 2026-09-28T03:30:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1"}

call CollaborationService/VerifyPublication
by brand maya at 2026-09-28T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage"}

call CollaborationService/CompleteCollaboration
by brand maya at 2026-09-28T03:30:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "citra-1"}

call CampaignService/CloseCampaign
by brand maya at 2026-10-01T03:00:00Z
{"campaign_id": "serum-pagi"}

# A closed campaign goes on being measured: this sale is late, and shown apart.
call MeasurementService/RecordConversion
by brand maya at 2026-10-02T10:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-110",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-10-02T10:00:00Z", "code": "BIMA10"
}

# A good relation lasts: Ayu is asked again, for the night serum. Her audience has grown.
call CampaignService/CreateCampaign
by brand maya at 2026-10-01T04:00:00Z
{
  "campaign_id": "serum-malam",
  "plan": {
    "title": "Serum Malam: the same skin, at night", "objective": "CAMPAIGN_OBJECTIVE_LOYALTY",
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "100000000"},
    "start_at": "2026-10-01T00:00:00Z", "end_at": "2026-10-31T00:00:00Z", "gross_margin_bp": 6000,
    "policy": {"disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand maya at 2026-10-01T04:10:00Z
{"campaign_id": "serum-malam"}

call CreatorService/RecordCreatorProfile
by brand maya at 2026-10-01T04:20:00Z
{
  "creator_id": "ayu",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "50000",
      "observed_at": "2026-10-01T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Bandung", "display_name": "Ayu",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@ayu.kulit"}]
  }
}

call CollaborationService/InviteCreator
by brand maya at 2026-10-01T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "creator_id": "ayu",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "65000000"},
    "deliverables": [{
      "deliverable_id": "night-review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2026-10-15T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "AYUMALAM"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator ayu at 2026-10-02T05:00:00Z
{"campaign_id": "serum-malam", "collaboration_id": "ayu-2", "offer_version": 1}

call CollaborationService/SubmitContent
by creator ayu at 2026-10-08T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review",
  "content_ref": "drafts/ayu/night-review-v1",
  "content_sha256": "Bq6v5YdFXArTmDvUKYiROJC8DoduvR1h7iMwqlQZ4Iw="
}

call CollaborationService/ApproveContent
by brand maya at 2026-10-09T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator ayu at 2026-10-10T11:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review",
  "publication_id": "ayu-night-review", "url": "https://instagram.example/p/ayu-night-review",
  "platform_post_id": "ig-1003", "published_at": "2026-10-10T11:00:00Z", "disclosed": true
}

call MeasurementService/RecordEngagement
by brand maya at 2026-10-25T00:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "publication_id": "ayu-night-review",
  "observed_at": "2026-10-25T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2400", "comments": "200", "shares": "150", "saves": "250", "views": "45000",
    "reach": "40000", "impressions": "60000", "clicks": "1200"
  }
}

call MeasurementService/RecordConversion
by brand maya at 2026-10-12T10:00:00Z
{
  "campaign_id": "serum-malam", "order_source": "shop", "order_id": "S-201",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-10-12T10:00:00Z", "code": "AYUMALAM"
}

call MeasurementService/RecordConversion
by brand maya at 2026-10-20T10:00:00Z
{
  "campaign_id": "serum-malam", "order_source": "shop", "order_id": "S-202",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2026-10-20T10:00:00Z", "code": "AYUMALAM"
}

call SettlementService/RecordCost
by brand maya at 2026-10-12T03:00:00Z
{
  "campaign_id": "serum-malam", "cost_id": "fee-ayu", "collaboration_id": "ayu-2",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "65000000"},
  "incurred_at": "2026-10-12T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2026-10-20T03:00:00Z
{"campaign_id": "serum-malam", "cost_id": "fee-ayu"}

call SettlementService/RecordPayment
by brand maya at 2026-10-29T03:00:00Z
{
  "campaign_id": "serum-malam", "cost_id": "fee-ayu", "payment_id": "pay-ayu",
  "amount": {"currency_code": "IDR", "minor_units": "65000000"},
  "external_reference": "TRF-1029-ayu", "paid_at": "2026-10-29T03:00:00Z"
}

call CollaborationService/VerifyPublication
by brand maya at 2026-10-26T03:00:00Z
{"campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review"}

call CollaborationService/CompleteCollaboration
by brand maya at 2026-10-26T03:30:00Z
{"campaign_id": "serum-malam", "collaboration_id": "ayu-2"}

call CampaignService/CloseCampaign
by brand maya at 2026-10-31T03:00:00Z
{"campaign_id": "serum-malam"}

# Workings, in rupiah.
#
# Serum Pagi
#   C committed   fees 750,000 + 1,000,000 + 250,000 = 2,000,000
#                 + serum 3 x 80,000 + courier 3 x 20,000 + bonus 200,000 = 2,500,000
#   C accrued     the same lines = 2,500,000
#   C paid        the three fees = 2,000,000
#   R             10 x 750,000 = 7,500,000; without the late one 9 x 750,000 = 6,750,000
#   ROI           (7,500,000 - 2,500,000) / 2,500,000 = 2; on paid cost 5,500,000 / 2,000,000 = 11/4
#                 on time (6,750,000 - 2,500,000) / 2,500,000 = 17/10
#   on margin     (7,500,000 x 60 % - 2,500,000) / 2,500,000 = 2,000,000 / 2,500,000 = 4/5
#   E             2,000 + 9,500 + 1,000 = 12,500     CPE = 2,500,000 / 12,500 = 200
#   ER followers  2,000/40,000 = 5 %, 9,500/95,000 = 10 %, 1,000/25,000 = 4 %
#                 all: 12,500 / 160,000 = 5/64; mean 19/300; median 1/20
#   ER reach      12,500 / 200,000 = 1/16    ER views, two posts: 11,500 / 250,000 = 23/500
#   CPV           2,500,000 / 250,000 = 10      CPC = 2,500,000 / 5,000 = 500
#   CPM           2,500,000 / 250 = 10,000 by impressions and by views; / 200 = 12,500 by reach
#   CTR           5,000 / 250,000 = 1/50        CVR = 10 / 5,000 = 1/500
#   CPA           2,500,000 / 10 = 250,000      cost per post = 2,500,000 / 3
#   accepted      3 of 4 asked = 3/4            on time = 2 of 3; 172,800 seconds late
#   ratings       5, 4, 3: mean 4, variance (1 + 0 + 1) / 3 = 2/3
#
# Ayu over both campaigns
#   C             (750,000 + 80,000 + 20,000) + 650,000 = 1,500,000
#   R             4 x 750,000 + 2 x 750,000 = 4,500,000
#   ROI           3,000,000 / 1,500,000 = 2
#   E             2,000 + 3,000 = 5,000 of 40,000 + 50,000 followers = 1/18; 5 %, then 6 %
#   days to pay   7 and 17: mean 12
#   repeat rate   1 of 2 accepted came after the first = 1/2

# What the campaign cost and brought, and what the brand and Ayu did together.
ask ReportService/GetCampaignRoi
{"campaign_id": "serum-pagi"}

ask ReportService/GetPartnership
{"creator_id": "ayu"}
