# A small skincare brand, Sari Kulit, lets three creators try its morning serum: an honest review,
# a before-after picture, a week of usage. Margin matters: a sale is not yet a gain. Two of the
# three come back for the night serum.
story skincare
brand sari-kulit

# Maya plans the campaign: at most Rp4,000,000, a gross margin of 60 %, disclosed posts only,
# and nobody is asked before somebody has looked at how they fit.
call CampaignService/CreateCampaign
by brand maya at 2019-08-20T03:00:00Z
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
    "start_at": "2019-09-01T00:00:00Z", "end_at": "2019-09-30T00:00:00Z",
    "measure_until": "2019-10-31T00:00:00Z", "gross_margin_bp": 6000,
    "policy": {"vetting_required": true, "disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand maya at 2019-08-21T03:00:00Z
{"campaign_id": "serum-pagi"}

# She knows four creators who fit.
call CreatorService/RecordCreatorProfile
by brand maya at 2019-08-21T04:00:00Z
{
  "creator_id": "ayu",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "40000",
      "observed_at": "2019-08-20T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Bandung", "display_name": "Ayu",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@ayu.kulit"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand maya at 2019-08-21T04:05:00Z
{
  "creator_id": "bima",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "95000", "observed_at": "2019-08-20T00:00:00Z"
    }],
    "niches": ["skincare", "grooming"],
    "locality": "Surabaya", "display_name": "Bima",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@bimaglow"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand maya at 2019-08-21T04:10:00Z
{
  "creator_id": "citra",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "25000",
      "observed_at": "2019-08-20T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Malang", "display_name": "Citra",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@citra.sehari"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand maya at 2019-08-21T04:15:00Z
{
  "creator_id": "dewi",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "60000",
      "observed_at": "2019-08-20T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Medan", "display_name": "Dewi",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@dewi.daily"}]
  }
}

# The campaign demands that a creator is looked at first. An invitation before that is refused.
call CollaborationService/InviteCreator
by brand maya at 2019-08-22T01:00:00Z
refused VETTING_MISSING, later ALREADY_EXISTS
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "creator_id": "ayu",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "75000000"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "AYU10"},
    "min_live_days": 30
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# So Maya reads the last thirty posts of each.
call CreatorService/AssessCreator
by brand maya at 2019-08-22T01:10:00Z
{
  "creator_id": "ayu",
  "assessment": {
    "niche_fit": "FIT_FITS", "style_fit": "FIT_FITS", "values_fit": "FIT_FITS",
    "controversy": "CONTROVERSY_CHECK_CLEAR", "note": "calm, names what does not work as well",
    "evidence": [{"reference": "vetting/ayu/last-30-posts"}],
    "assessed_at": "2019-08-22T01:10:00Z",
    "niches": ["skincare"]
  }
}

call CreatorService/AssessCreator
by brand maya at 2019-08-22T01:20:00Z
{
  "creator_id": "bima",
  "assessment": {
    "niche_fit": "FIT_FITS", "style_fit": "FIT_FITS", "values_fit": "FIT_FITS",
    "controversy": "CONTROVERSY_CHECK_CLEAR", "note": "shows skin as it is",
    "evidence": [{"reference": "vetting/bima/last-30-posts"}],
    "assessed_at": "2019-08-22T01:20:00Z",
    "niches": ["skincare"]
  }
}

call CreatorService/AssessCreator
by brand maya at 2019-08-22T01:30:00Z
{
  "creator_id": "citra",
  "assessment": {
    "niche_fit": "FIT_FITS", "style_fit": "FIT_PARTLY", "values_fit": "FIT_FITS",
    "controversy": "CONTROVERSY_CHECK_CLEAR", "note": "good eye, careless with details",
    "evidence": [{"reference": "vetting/citra/last-30-posts"}],
    "assessed_at": "2019-08-22T01:30:00Z",
    "niches": ["skincare"]
  }
}

call CreatorService/AssessCreator
by brand maya at 2019-08-22T01:40:00Z
{
  "creator_id": "dewi",
  "assessment": {
    "niche_fit": "FIT_FITS", "style_fit": "FIT_FITS", "values_fit": "FIT_FITS",
    "controversy": "CONTROVERSY_CHECK_CLEAR", "note": "explains ingredients",
    "evidence": [{"reference": "vetting/dewi/last-30-posts"}],
    "assessed_at": "2019-08-22T01:40:00Z",
    "niches": ["skincare"]
  }
}

# Each gets an offer: a fee, one post with a due date, a code for the audience. Ayu's
# pictures may be advertised until the end of the year.
call CollaborationService/InviteCreator
by brand maya at 2019-08-22T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "creator_id": "ayu",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "75000000"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "AYU10"},
    "min_live_days": 30,
    "usage_rights": [{
      "rights_id": "ads", "scope": "USAGE_SCOPE_PAID", "channels": ["instagram"],
      "territories": ["ID"],
      "starts_at": "2019-09-05T00:00:00Z", "ends_at": "2019-12-31T00:00:00Z"
    }]
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand maya at 2019-08-22T02:05:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "creator_id": "bima",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "90000000"},
    "deliverables": [{
      "deliverable_id": "before-after", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_BEFORE_AFTER", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "BIMA10"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand maya at 2019-08-22T02:10:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "creator_id": "citra",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "25000000"},
    "deliverables": [{
      "deliverable_id": "usage", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_EXPERIENCE", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "CITRA10"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand maya at 2019-08-22T02:15:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "dewi-1", "creator_id": "dewi",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "90000000"},
    "deliverables": [{
      "deliverable_id": "review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "DEWI10"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# Bima asks for Rp1,100,000. Maya offers Rp1,000,000 and a bonus of Rp200,000 when 200,000 views
# are reached.
call CollaborationService/CounterOffer
by creator bima at 2019-08-22T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "offer_version": 1,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "110000000"},
    "deliverables": [{
      "deliverable_id": "before-after", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_BEFORE_AFTER", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "BIMA10"}
  },
  "note": "two videos' worth of editing"
}

call CollaborationService/ReviseOffer
by brand maya at 2019-08-22T09:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "offer_version": 2,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "100000000"},
    "deliverables": [{
      "deliverable_id": "before-after", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_BEFORE_AFTER", "due_at": "2019-09-10T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "BIMA10"},
    "bonuses": [{
      "bonus_id": "views-200k", "counter": "COUNTER_VIEWS", "at_least": "200000",
      "amount": {"currency_code": "IDR", "minor_units": "20000000"}
    }]
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# Bima's page still shows the first offer. An acceptance names its version, so it cannot hit
# another one than he has read.
call CollaborationService/AcceptBrief
by creator bima at 2019-08-23T05:50:00Z
refused STALE_OFFER, later COLLABORATION_STATE
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1", "offer_version": 1}

# Ayu and Bima accept. Citra says yes in a voice message; the ledger remembers that Maya accepted
# for her. Dewi has no time.
call CollaborationService/AcceptBrief
by creator ayu at 2019-08-23T05:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator bima at 2019-08-23T06:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1", "offer_version": 3}

call CollaborationService/AcceptBrief
by brand maya at 2019-08-23T07:00:00Z
for creator citra because she said yes in a voice message
{"campaign_id": "serum-pagi", "collaboration_id": "citra-1", "offer_version": 1}

call CollaborationService/DeclineInvitation
by creator dewi at 2019-08-24T01:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "dewi-1", "reason": "fully booked in September"}

# A serum goes to each: Rp80,000 in the making, Rp200,000 in the shop. Making and shipping are
# costs.
call CollaborationService/ShipProduct
by brand maya at 2019-08-25T03:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "shipment_id": "serum",
  "product": "Serum Pagi 30 ml",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "8000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "20000000"}
  },
  "shipped_at": "2019-08-25T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-08-25T03:00:30Z
{
  "campaign_id": "serum-pagi", "cost_id": "serum-ayu", "collaboration_id": "ayu-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "8000000"},
  "incurred_at": "2019-08-25T03:00:30Z"
}

call SettlementService/RecordCost
by brand maya at 2019-08-25T03:00:45Z
{
  "campaign_id": "serum-pagi", "cost_id": "courier-ayu", "collaboration_id": "ayu-1",
  "type": "COST_TYPE_SHIPPING",
  "amount": {"currency_code": "IDR", "minor_units": "2000000"},
  "incurred_at": "2019-08-25T03:00:45Z"
}

call CollaborationService/ShipProduct
by brand maya at 2019-08-25T03:01:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "shipment_id": "serum",
  "product": "Serum Pagi 30 ml",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "8000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "20000000"}
  },
  "shipped_at": "2019-08-25T03:01:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-08-25T03:01:30Z
{
  "campaign_id": "serum-pagi", "cost_id": "serum-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "8000000"},
  "incurred_at": "2019-08-25T03:01:30Z"
}

call SettlementService/RecordCost
by brand maya at 2019-08-25T03:01:45Z
{
  "campaign_id": "serum-pagi", "cost_id": "courier-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_SHIPPING",
  "amount": {"currency_code": "IDR", "minor_units": "2000000"},
  "incurred_at": "2019-08-25T03:01:45Z"
}

call CollaborationService/ShipProduct
by brand maya at 2019-08-25T03:02:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "shipment_id": "serum",
  "product": "Serum Pagi 30 ml",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "8000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "20000000"}
  },
  "shipped_at": "2019-08-25T03:02:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-08-25T03:02:30Z
{
  "campaign_id": "serum-pagi", "cost_id": "serum-citra", "collaboration_id": "citra-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "8000000"},
  "incurred_at": "2019-08-25T03:02:30Z"
}

call SettlementService/RecordCost
by brand maya at 2019-08-25T03:02:45Z
{
  "campaign_id": "serum-pagi", "cost_id": "courier-citra", "collaboration_id": "citra-1",
  "type": "COST_TYPE_SHIPPING",
  "amount": {"currency_code": "IDR", "minor_units": "2000000"},
  "incurred_at": "2019-08-25T03:02:45Z"
}

# Ayu's review is good at once.
call CollaborationService/SubmitContent
by creator ayu at 2019-09-03T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review",
  "content_ref": "drafts/ayu/review-v1",
  "content_sha256": "/MalpmBOZibtdC+rAMdmAy8nEIJcotOCjyZiYF0CXOg="
}

call CollaborationService/ApproveContent
by brand maya at 2019-09-04T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator ayu at 2019-09-05T11:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review",
  "publication_id": "ayu-review", "url": "https://instagram.example/p/ayu-review",
  "platform_post_id": "ig-1001", "published_at": "2019-09-05T11:00:00Z", "disclosed": true
}

# So is Bima's before-after picture.
call CollaborationService/SubmitContent
by creator bima at 2019-09-05T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after",
  "content_ref": "drafts/bima/before-after-v1",
  "content_sha256": "BvDseC9dsZGCIQvAIUH28R3lAR6x0XPyDuD2ZaXNHKk="
}

call CollaborationService/ApproveContent
by brand maya at 2019-09-06T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator bima at 2019-09-07T11:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after",
  "publication_id": "bima-before-after", "url": "https://tiktok.example/v/bima-before-after",
  "platform_post_id": "tt-2001", "published_at": "2019-09-07T11:00:00Z", "disclosed": true
}

# Citra forgot to show the label: one revision, and the post is two days late. It counts all the
# same.
call CollaborationService/SubmitContent
by creator citra at 2019-09-08T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "content_ref": "drafts/citra/usage-v1",
  "content_sha256": "lxSN6MjVFO63H2G0gjArMExdl1H2IRPGxGYNRCBoy6E="
}

call CollaborationService/RequestRevision
by brand maya at 2019-09-09T02:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "submission_version": 1,
  "reasons": ["the label is never in the picture"]
}

call CollaborationService/SubmitContent
by creator citra at 2019-09-11T08:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "content_ref": "drafts/citra/usage-v2",
  "content_sha256": "ioc2Ue47OMoD3c005CEeNA4ZN/MBYWS9RN9nxwscKKY="
}

call CollaborationService/ApproveContent
by brand maya at 2019-09-11T12:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "submission_version": 2, "rating": 3
}

call CollaborationService/RecordPublication
by creator citra at 2019-09-12T00:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage",
  "publication_id": "citra-usage", "url": "https://instagram.example/p/citra-usage",
  "platform_post_id": "ig-1002", "published_at": "2019-09-12T00:00:00Z", "disclosed": true
}

# Counters are what was seen at a time, not increments. The later ones stand.
call MeasurementService/RecordEngagement
by brand maya at 2019-09-08T00:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "publication_id": "ayu-review",
  "observed_at": "2019-09-08T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "900", "comments": "60", "shares": "20", "saves": "20", "views": "20000",
    "reach": "18000", "impressions": "24000", "clicks": "300"
  }
}

call MeasurementService/RecordEngagement
by brand maya at 2019-09-25T00:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "publication_id": "ayu-review",
  "observed_at": "2019-09-25T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "1600", "comments": "120", "shares": "130", "saves": "150", "views": "40000",
    "reach": "32000", "impressions": "50000", "clicks": "1000"
  }
}

call MeasurementService/RecordEngagement
by brand maya at 2019-09-25T00:05:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "bima-1", "publication_id": "bima-before-after",
  "observed_at": "2019-09-25T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "7500", "comments": "400", "shares": "900", "saves": "700", "views": "210000",
    "reach": "160000", "impressions": "180000", "clicks": "3600"
  }
}

# A carousel has no views: absent, not 0.
call MeasurementService/RecordEngagement
by brand maya at 2019-09-25T00:10:00Z
save CITRA observationPosition
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "publication_id": "citra-usage",
  "observed_at": "2019-09-25T00:10:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "850", "comments": "70", "shares": "30", "saves": "50", "reach": "8000",
    "impressions": "20000", "clicks": "900"
  }
}

# Ten sets are sold with a code, Rp750,000 each.
call MeasurementService/RecordConversion
by brand maya at 2019-09-06T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-101",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-06T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-08T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-102",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-08T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-08T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-103",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-08T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-09T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-104",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-09T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-10T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-105",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-10T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-13T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-106",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-13T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-14T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-107",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-14T11:00:00Z", "code": "CITRA10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-17T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-108",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-17T11:00:00Z", "code": "BIMA10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-21T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-109",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-21T11:00:00Z", "code": "AYU10"
}

call MeasurementService/RecordConversion
by brand maya at 2019-09-22T11:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-111",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-09-22T11:00:00Z", "code": "BIMA10"
}

# One buyer's skin does not bear it. The set comes back, and its money goes back: of that order
# nothing remains, neither revenue nor margin.
call MeasurementService/RecordRefund
by brand maya at 2019-09-27T09:00:00Z
{
  "order_source": "shop", "order_id": "S-111", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "75000000"},
  "refunded_at": "2019-09-27T09:00:00Z"
}

# The fees fall due, and Bima earns the bonus of his terms: the ledger knows his views. A fee
# line draws on what acceptance committed already.
call SettlementService/RecordCost
by brand maya at 2019-09-12T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-ayu", "collaboration_id": "ayu-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "75000000"},
  "incurred_at": "2019-09-12T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-09-12T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-bima", "collaboration_id": "bima-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "incurred_at": "2019-09-12T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-09-12T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-citra", "collaboration_id": "citra-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "incurred_at": "2019-09-12T03:00:00Z"
}

call SettlementService/AccrueBonus
by brand maya at 2019-09-26T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1", "bonus_id": "views-200k"}

# Half of Bima's fee is the base of his income tax, and 5 % of that is withheld. The ledger keeps
# what was worked out; it computes no tax.
call SettlementService/RecordTax
by brand maya at 2019-09-18T02:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-bima", "tax_id": "pph21",
  "gross": {"currency_code": "IDR", "minor_units": "100000000"},
  "base": {"currency_code": "IDR", "minor_units": "50000000"},
  "rate_percent": "5",
  "amount": {"currency_code": "IDR", "minor_units": "2500000"},
  "article": "PPh 21", "period": "2019-09"
}

# The three fees are approved and paid after seven days; the bonus is approved and still owed.
call SettlementService/ApproveCost
by brand maya at 2019-09-18T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "fee-ayu"}

call SettlementService/RecordPayment
by brand maya at 2019-09-19T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-ayu", "payment_id": "pay-ayu",
  "amount": {"currency_code": "IDR", "minor_units": "75000000"},
  "external_reference": "TRF-0919-ayu", "paid_at": "2019-09-19T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2019-09-18T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "fee-bima"}

call SettlementService/RecordPayment
by brand maya at 2019-09-19T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-bima", "payment_id": "pay-bima",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "external_reference": "TRF-0919-bima", "paid_at": "2019-09-19T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2019-09-18T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "fee-citra"}

call SettlementService/RecordPayment
by brand maya at 2019-09-19T03:00:00Z
{
  "campaign_id": "serum-pagi", "cost_id": "fee-citra", "payment_id": "pay-citra",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "external_reference": "TRF-0919-citra", "paid_at": "2019-09-19T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2019-09-27T03:00:00Z
{"campaign_id": "serum-pagi", "cost_id": "bonus-97c2afc50422bff8fbcca5619afd5851"}

# All posts are checked, the collaborations completed, the campaign closed.
call CollaborationService/VerifyPublication
by brand maya at 2019-09-28T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "ayu-1", "deliverable_id": "review"}

call CollaborationService/CompleteCollaboration
by brand maya at 2019-09-28T03:30:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "ayu-1"}

call CollaborationService/VerifyPublication
by brand maya at 2019-09-28T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1", "deliverable_id": "before-after"}

call CollaborationService/CompleteCollaboration
by brand maya at 2019-09-28T03:30:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1"}

call CollaborationService/VerifyPublication
by brand maya at 2019-09-28T03:00:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "citra-1", "deliverable_id": "usage"}

call CollaborationService/CompleteCollaboration
by brand maya at 2019-09-28T03:30:00Z
{"campaign_id": "serum-pagi", "collaboration_id": "citra-1"}

call CampaignService/CloseCampaign
by brand maya at 2019-10-01T03:00:00Z
{"campaign_id": "serum-pagi"}

# A closed campaign goes on being measured: this sale is late, and shown apart.
call MeasurementService/RecordConversion
by brand maya at 2019-10-02T10:00:00Z
{
  "campaign_id": "serum-pagi", "order_source": "shop", "order_id": "S-110",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-10-02T10:00:00Z", "code": "BIMA10"
}

# A good relation lasts: Ayu is asked again, for the night serum. Her audience has grown. Her fee
# is smaller this time, and she gets 10 % of what she sells once it can no longer be sent back.
call CampaignService/CreateCampaign
by brand maya at 2019-10-01T04:00:00Z
{
  "campaign_id": "serum-malam",
  "plan": {
    "title": "Serum Malam: the same skin, at night", "objective": "CAMPAIGN_OBJECTIVE_LOYALTY",
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "100000000"},
    "start_at": "2019-10-01T00:00:00Z", "end_at": "2019-10-31T00:00:00Z", "gross_margin_bp": 6000,
    "policy": {"vetting_required": true, "disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand maya at 2019-10-01T04:10:00Z
{"campaign_id": "serum-malam"}

call CreatorService/RecordCreatorProfile
by brand maya at 2019-10-01T04:20:00Z
{
  "creator_id": "ayu",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "50000", "observed_at": "2019-10-01T00:00:00Z"
    }],
    "niches": ["skincare"],
    "locality": "Bandung", "display_name": "Ayu",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@ayu.kulit"}]
  }
}

call CollaborationService/InviteCreator
by brand maya at 2019-10-01T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "creator_id": "ayu",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "50000000"},
    "deliverables": [{
      "deliverable_id": "night-review", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_REVIEW", "due_at": "2019-10-15T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "AYUMALAM", "lock_days": 7},
    "commission": {"rate_bp": 1000}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator ayu at 2019-10-02T05:00:00Z
{"campaign_id": "serum-malam", "collaboration_id": "ayu-2", "offer_version": 1}

# Bima hears of it and asks to take part, for Rp400,000. He is offered Rp300,000, and takes it.
call CollaborationService/ApplyToCampaign
by creator bima at 2019-10-02T06:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2", "creator_id": "bima",
  "message": "my skin at night, four weeks of it",
  "fee": {"currency_code": "IDR", "minor_units": "40000000"}
}

call CollaborationService/SendOffer
by brand maya at 2019-10-02T07:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "30000000"},
    "deliverables": [{
      "deliverable_id": "night-picture", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_BEFORE_AFTER", "due_at": "2019-10-20T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "BIMAMALAM"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator bima at 2019-10-03T05:00:00Z
{"campaign_id": "serum-malam", "collaboration_id": "bima-2", "offer_version": 1}

call CollaborationService/SubmitContent
by creator ayu at 2019-10-08T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review",
  "content_ref": "drafts/ayu/night-review-v1",
  "content_sha256": "Bq6v5YdFXArTmDvUKYiROJC8DoduvR1h7iMwqlQZ4Iw="
}

call CollaborationService/ApproveContent
by brand maya at 2019-10-09T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator ayu at 2019-10-10T11:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review",
  "publication_id": "ayu-night-review", "url": "https://instagram.example/p/ayu-night-review",
  "platform_post_id": "ig-1003", "published_at": "2019-10-10T11:00:00Z", "disclosed": true
}

# Bima's picture needs a second try, and is two days late.
call CollaborationService/SubmitContent
by creator bima at 2019-10-18T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2", "deliverable_id": "night-picture",
  "content_ref": "drafts/bima/night-picture-v1",
  "content_sha256": "8iuIg5jWcv3Z4D3HKqVA6D/WahsKkRaBJ8mTGqCx1N4="
}

call CollaborationService/RequestRevision
by brand maya at 2019-10-19T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2", "deliverable_id": "night-picture",
  "submission_version": 1,
  "reasons": ["the light differs before and after"]
}

call CollaborationService/SubmitContent
by creator bima at 2019-10-20T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2", "deliverable_id": "night-picture",
  "content_ref": "drafts/bima/night-picture-v2",
  "content_sha256": "7yy9oLjkqvmH0YtTdW9GwvN8pvf4OhTBMS/uSqXGj5o="
}

call CollaborationService/ApproveContent
by brand maya at 2019-10-21T05:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2", "deliverable_id": "night-picture",
  "submission_version": 2, "rating": 4
}

call CollaborationService/RecordPublication
by creator bima at 2019-10-22T00:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2", "deliverable_id": "night-picture",
  "publication_id": "bima-night-picture", "url": "https://tiktok.example/v/bima-night-picture",
  "platform_post_id": "tt-2002", "published_at": "2019-10-22T00:00:00Z", "disclosed": true
}

call MeasurementService/RecordEngagement
by brand maya at 2019-10-25T00:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "ayu-2", "publication_id": "ayu-night-review",
  "observed_at": "2019-10-25T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2400", "comments": "200", "shares": "150", "saves": "250", "views": "45000",
    "reach": "40000", "impressions": "60000", "clicks": "1200"
  }
}

call MeasurementService/RecordEngagement
by brand maya at 2019-10-29T00:00:00Z
{
  "campaign_id": "serum-malam", "collaboration_id": "bima-2",
  "publication_id": "bima-night-picture", "observed_at": "2019-10-29T00:00:00Z",
  "source": "OBSERVATION_SOURCE_API", "kind": "MEASUREMENT_KIND_MEASURED",
  "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "3800", "comments": "250", "shares": "400", "saves": "300", "views": "100000",
    "reach": "80000", "impressions": "100000", "clicks": "1000"
  }
}

# Seven days after an order it is locked, and the ledger accrues the commission by itself: Rp75,000
# on the first order, Rp100,000 on the second.
call MeasurementService/RecordConversion
by brand maya at 2019-10-12T10:00:00Z
{
  "campaign_id": "serum-malam", "order_source": "shop", "order_id": "S-201",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-10-12T10:00:00Z", "code": "AYUMALAM"
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "shop", "order_id": "S-201"}

call MeasurementService/RecordConversion
by brand maya at 2019-10-20T10:00:00Z
{
  "campaign_id": "serum-malam", "order_source": "shop", "order_id": "S-202",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "100000000"},
  "ordered_at": "2019-10-20T10:00:00Z", "code": "AYUMALAM"
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "shop", "order_id": "S-202"}

call MeasurementService/RecordConversion
by brand maya at 2019-10-24T10:00:00Z
{
  "campaign_id": "serum-malam", "order_source": "shop", "order_id": "S-203",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "75000000"},
  "ordered_at": "2019-10-24T10:00:00Z", "code": "BIMAMALAM"
}

# A quarter of the second order comes back, and a quarter of its commission with it.
call MeasurementService/RecordRefund
by brand maya at 2019-10-28T10:00:00Z
{
  "order_source": "shop", "order_id": "S-202", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "refunded_at": "2019-10-28T10:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-10-12T03:00:00Z
{
  "campaign_id": "serum-malam", "cost_id": "fee-ayu", "collaboration_id": "ayu-2",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "50000000"},
  "incurred_at": "2019-10-12T03:00:00Z"
}

call SettlementService/RecordCost
by brand maya at 2019-10-26T03:00:00Z
{
  "campaign_id": "serum-malam", "cost_id": "fee-bima", "collaboration_id": "bima-2",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "30000000"},
  "incurred_at": "2019-10-26T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2019-10-20T03:00:00Z
{"campaign_id": "serum-malam", "cost_id": "fee-ayu"}

call SettlementService/RecordPayment
by brand maya at 2019-10-29T03:00:00Z
{
  "campaign_id": "serum-malam", "cost_id": "fee-ayu", "payment_id": "pay-ayu",
  "amount": {"currency_code": "IDR", "minor_units": "50000000"},
  "external_reference": "TRF-1029-ayu", "paid_at": "2019-10-29T03:00:00Z"
}

call SettlementService/ApproveCost
by brand maya at 2019-10-30T03:00:00Z
{"campaign_id": "serum-malam", "cost_id": "fee-bima"}

call CollaborationService/VerifyPublication
by brand maya at 2019-10-26T03:00:00Z
{"campaign_id": "serum-malam", "collaboration_id": "ayu-2", "deliverable_id": "night-review"}

call CollaborationService/CompleteCollaboration
by brand maya at 2019-10-26T03:30:00Z
{"campaign_id": "serum-malam", "collaboration_id": "ayu-2"}

call CollaborationService/VerifyPublication
by brand maya at 2019-10-29T03:00:00Z
{"campaign_id": "serum-malam", "collaboration_id": "bima-2", "deliverable_id": "night-picture"}

call CollaborationService/CompleteCollaboration
by brand maya at 2019-10-29T03:30:00Z
{"campaign_id": "serum-malam", "collaboration_id": "bima-2"}

call CampaignService/CloseCampaign
by brand maya at 2019-10-31T03:00:00Z
{"campaign_id": "serum-malam"}

# The first campaign is over and measured. Maya fixes its report: revision 1 stays as it is.
call ReportService/FinaliseReport
by brand maya at 2019-10-31T04:00:00Z
{"campaign_id": "serum-pagi", "revision": 1}

# Then she sees that Citra's clicks have those on her profile among them: 400 are right, not 900.
# The observation is corrected, revision 1 stays, revision 2 has the right number, and the two can
# be compared.
call MeasurementService/CorrectEngagement
by brand maya at 2019-10-31T05:00:00Z
{
  "campaign_id": "serum-pagi", "collaboration_id": "citra-1", "publication_id": "citra-usage",
  "observation_position": "$CITRA",
  "counters": {
    "likes": "850", "comments": "70", "shares": "30", "saves": "50", "reach": "8000",
    "impressions": "20000", "clicks": "400"
  },
  "reason": "clicks on the profile were counted too"
}

call ReportService/FinaliseReport
by brand maya at 2019-10-31T06:00:00Z
{"campaign_id": "serum-pagi", "revision": 2}

# Workings, in rupiah.
#
# Serum Pagi
#   C committed   fees 750,000 + 1,000,000 + 250,000 = 2,000,000
#                 + serum 3 x 80,000 + courier 3 x 20,000 + bonus 200,000 = 2,500,000
#   C accrued     the same lines = 2,500,000
#   C paid        the three fees = 2,000,000
#   gross         11 x 750,000 = 8,250,000; without the late one 10 x 750,000 = 7,500,000
#   refunds       S-111: 750,000
#   R             7,500,000; without the late one 6,750,000
#   ROI           (7,500,000 - 2,500,000) / 2,500,000 = 2; on paid cost 5,500,000 / 2,000,000 = 11/4
#                 on time (6,750,000 - 2,500,000) / 2,500,000 = 17/10
#   on margin     (7,500,000 x 60 % - 2,500,000) / 2,500,000 = 2,000,000 / 2,500,000 = 4/5
#   E             2,000 + 9,500 + 1,000 = 12,500     CPE = 2,500,000 / 12,500 = 200
#   ER followers  2,000/40,000 = 5 %, 9,500/95,000 = 10 %, 1,000/25,000 = 4 %
#                 all: 12,500 / 160,000 = 5/64; mean 19/300; median 1/20
#   ER reach      12,500 / 200,000 = 1/16    ER views, two posts: 11,500 / 250,000 = 23/500
#   CPV           2,500,000 / 250,000 = 10      CPC = 2,500,000 / 5,000 = 500
#   CPM           2,500,000 / 250 = 10,000 by impressions and by views; / 200 = 12,500 by reach
#   CTR           5,000 / 250,000 = 1/50        CVR = 11 / 5,000
#   CPA           2,500,000 / 11: an order that came back was an order
#   per post      2,500,000 / 3
#   accepted      3 of 4 asked = 3/4            on time = 2 of 3; 172,800 seconds late
#   ratings       5, 4, 3: mean 4, variance (1 + 0 + 1) / 3 = 2/3
#
# Revision 1 and revision 2
#   clicks        1,000 + 3,600 + 900 = 5,500, then 5,000
#   CTR           5,500 / 250,000 = 11/500, then 1/50
#   CVR           11 / 5,500 = 1/500, then 11/5,000; on time 10 / 5,500 = 1/550, then 1/500
#   CPC           2,500,000 / 5,500 = 5,000/11, then 500; on paid cost 4,000/11, then 400
#   Nothing else is made of clicks, so nothing else differs. The event behind it is the correction.
#
# Ayu over both campaigns
#   C             (750,000 + 80,000 + 20,000) + 500,000 + commission 75,000 + 75,000 = 1,500,000
#   C paid        750,000 + 500,000 = 1,250,000
#   commission    10 % of 750,000, and 10 % of 1,000,000 - 250,000
#   R             4 x 750,000 + 750,000 + 1,000,000 - 250,000 = 4,500,000
#   ROI           3,000,000 / 1,500,000 = 2; on paid cost 3,250,000 / 1,250,000 = 13/5
#   E             2,000 + 3,000 = 5,000 of 40,000 + 50,000 followers = 1/18; 5 %, then 6 %
#   days to pay   7 and 17: mean 12
#   repeat rate   1 of 2 accepted came after the first = 1/2; 40 days from 23 August to 2 October
#
# The partnerships, by lifetime ROI on accrued cost
#   Ayu           2
#   Bima          C = 1,000,000 + 80,000 + 20,000 + bonus 200,000 + 300,000 = 1,600,000
#                 R = 6 x 750,000 - 750,000 + 750,000 = 4,500,000
#                 ROI = 2,900,000 / 1,600,000 = 29/16; one of his two posts was late
#   Citra         C = 250,000 + 80,000 + 20,000 = 350,000; R = 750,000; ROI = 8/7
#   Dewi          cost nothing and brought nothing: no ROI, ZERO_COST; last
#   retention     Ayu, Bima and Citra accepted in August, Ayu and Bima again in October = 2/3
#
# Still to be paid: Bima's bonus of 200,000 and his second fee of 300,000.

# What the campaign cost and brought, and what the correction changed.
ask ReportService/GetCampaignRoi
{"campaign_id": "serum-pagi"}

ask ReportService/CompareReports
{"campaign_id": "serum-pagi", "from_revision": 1, "to_revision": 2}

# What the brand and Ayu did together; all partnerships, the best return first; who came back.
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
{"creator_id": "ayu"}

ask ReportService/ListPartnerships
show partnerships.creatorId partnerships.acceptedCollaborations partnerships.repeatRate
show partnerships.delivery.onTimeRate partnerships.lifetime.currencyCode
show partnerships.lifetime.returns.basis partnerships.lifetime.returns.netReturn
show partnerships.lifetime.returns.roi
{
  "order_by": "PARTNERSHIP_ORDER_LIFETIME_ROI", "currency_code": "IDR",
  "basis": "COST_BASIS_ACCRUED"
}

ask ReportService/GetCreatorRetention
{
  "first_from": "2019-08-01T00:00:00Z", "first_until": "2019-10-01T00:00:00Z",
  "second_from": "2019-10-01T00:00:00Z", "second_until": "2019-11-01T00:00:00Z"
}

# Bima's lines, with his tax; what is approved and not paid; whose pictures may no longer be used
# soon.
ask SettlementService/ListCosts
show costs.costId costs.type costs.trigger costs.orderId costs.reportingMinor
show costs.approvedMinor costs.paidMinor costs.state
show costs.taxes.article costs.taxes.base costs.taxes.amount
{"campaign_id": "serum-pagi", "collaboration_id": "bima-1"}

ask ReportService/ListWorklist
{"kinds": ["TASK_KIND_PAY"]}

ask CollaborationService/ListUsageRights
{"ends_before": "2020-01-01T00:00:00Z"}
