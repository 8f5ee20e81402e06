# A tech start-up, Belajar Kilat, wants its learning app explained. Two creators make tutorials.
# What counts is installs and sign-ups, which have no price; earned media value is computed by a
# named model and stays out of ROI. When a paid plan is launched, the same two explain that, and
# there are sales.
story startup
brand belajar-kilat

# To Tono, a thousand impressions on YouTube are worth Rp20,000.
call CampaignService/DefineEmvModel
by brand tono at 2019-08-26T02:50:00Z
{
  "emv_model": {
    "version": "cpm-2026", "currency_code": "IDR",
    "prices": [{
      "platform": "PLATFORM_YOUTUBE", "counter": "COUNTER_IMPRESSIONS",
      "price_per_thousand": {"currency_code": "IDR", "minor_units": "2000000"}
    }]
  }
}

# He plans the campaign.
call CampaignService/CreateCampaign
by brand tono at 2019-08-26T03:00:00Z
{
  "campaign_id": "cara-pakai",
  "plan": {
    "title": "Cara pakai: learn it in ten minutes", "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
    "niches": ["technology", "education"],
    "formats": ["CONTENT_FORMAT_TUTORIAL"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "90000000"},
    "start_at": "2019-09-01T00:00:00Z", "end_at": "2019-09-30T00:00:00Z",
    "measure_until": "2019-10-15T00:00:00Z"
  }
}

call CampaignService/OpenCampaign
by brand tono at 2019-08-26T03:10:00Z
{"campaign_id": "cara-pakai"}

call CreatorService/RecordCreatorProfile
by brand tono at 2019-08-26T04:00:00Z
{
  "creator_id": "kirana",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_YOUTUBE", "followers": "90000", "observed_at": "2019-08-26T00:00:00Z"
    }],
    "niches": ["technology"],
    "locality": "Jakarta", "display_name": "Kirana",
    "handles": [{"platform": "PLATFORM_YOUTUBE", "handle": "@kiranakoding"}]
  }
}

# Lukman has 10,000 followers, just enough to be micro.
call CreatorService/RecordCreatorProfile
by brand tono at 2019-08-26T04:05:00Z
{
  "creator_id": "lukman",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_YOUTUBE", "followers": "10000", "observed_at": "2019-08-26T00:00:00Z"
    }],
    "niches": ["education"],
    "locality": "Makassar", "display_name": "Lukman",
    "handles": [{"platform": "PLATFORM_YOUTUBE", "handle": "@lukmanlearns"}]
  }
}

call CreatorService/RecordCreatorProfile
by brand tono at 2019-08-26T04:10:00Z
{
  "creator_id": "mira",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "70000", "observed_at": "2019-08-26T00:00:00Z"
    }],
    "niches": ["technology"],
    "locality": "Depok", "display_name": "Mira",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@miratech"}]
  }
}

# Kirana asks to take part, for Rp750,000. Tono offers Rp600,000.
call CollaborationService/ApplyToCampaign
by creator kirana at 2019-08-26T12:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "creator_id": "kirana",
  "message": "I use it to teach my own viewers",
  "fee": {"currency_code": "IDR", "minor_units": "75000000"}
}

call CollaborationService/SendOffer
by brand tono at 2019-08-27T02:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "60000000"},
    "deliverables": [{
      "deliverable_id": "tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-09-20T00:00:00Z"
    }],
    "max_revisions": 1,
    "attribution": {
      "window_days": 30, "code": "KIRANAAPP", "link": "https://belajar.example/?by=kirana"
    }
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# Mira is invited without having asked.
call CollaborationService/InviteCreator
by brand tono at 2019-08-27T02:05:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "mira-1", "creator_id": "mira",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "25000000"},
    "deliverables": [{
      "deliverable_id": "tutorial", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-09-20T00:00:00Z"
    }],
    "max_revisions": 1,
    "attribution": {
      "window_days": 30, "code": "MIRAAPP", "link": "https://belajar.example/?by=mira"
    }
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# Mira's old posts come up: the offer is withdrawn, and she is blocked.
call CollaborationService/WithdrawInvitation
by brand tono at 2019-08-28T02:00:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "mira-1", "reason": "her style does not fit"}

call CreatorService/BlockCreator
by brand tono at 2019-08-28T02:05:00Z
{"creator_id": "mira", "reason": "insulted her viewers in a live"}

# The Rp250,000 that were held for her are free again, and go to Lukman: he is offered Rp200,000,
# asks for Rp300,000, and they meet at Rp250,000. He presses the button of the first offer, which
# is no longer there.
call CollaborationService/InviteCreator
by brand tono at 2019-08-28T02:10:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "creator_id": "lukman",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "20000000"},
    "deliverables": [{
      "deliverable_id": "tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-09-15T00:00:00Z"
    }],
    "max_revisions": 1,
    "attribution": {
      "window_days": 30, "code": "LUKMANAPP", "link": "https://belajar.example/?by=lukman"
    }
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/CounterOffer
by creator lukman at 2019-08-28T08:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "offer_version": 1,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "30000000"},
    "deliverables": [{
      "deliverable_id": "tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-09-15T00:00:00Z"
    }],
    "max_revisions": 1,
    "attribution": {
      "window_days": 30, "code": "LUKMANAPP", "link": "https://belajar.example/?by=lukman"
    }
  },
  "note": "it takes a week"
}

call CollaborationService/ReviseOffer
by brand tono at 2019-08-28T09:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "offer_version": 2,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "25000000"},
    "deliverables": [{
      "deliverable_id": "tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-09-15T00:00:00Z"
    }],
    "max_revisions": 1,
    "attribution": {
      "window_days": 30, "code": "LUKMANAPP", "link": "https://belajar.example/?by=lukman"
    }
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator lukman at 2019-08-29T02:59:00Z
refused STALE_OFFER, later COLLABORATION_STATE
{"campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator kirana at 2019-08-29T02:00:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator lukman at 2019-08-29T03:00:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "offer_version": 3}

# The cap goes up, so that Kirana's video can be advertised.
call CampaignService/AmendBudget
by brand tono at 2019-09-01T03:00:00Z
{
  "campaign_id": "cara-pakai",
  "budget_cap": {"currency_code": "IDR", "minor_units": "120000000"},
  "reason": "room for advertising"
}

# For that he needs the right to use it, which is not in what they agreed on. He asks, and she
# agrees; what they agreed on before stays what it was until then.
call CollaborationService/AmendTerms
by brand tono at 2019-09-02T03:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "60000000"},
    "deliverables": [{
      "deliverable_id": "tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-09-20T00:00:00Z"
    }],
    "max_revisions": 1,
    "attribution": {
      "window_days": 30, "code": "KIRANAAPP", "link": "https://belajar.example/?by=kirana"
    },
    "usage_rights": [{
      "rights_id": "ads", "scope": "USAGE_SCOPE_PAID",
      "channels": ["youtube"],
      "starts_at": "2019-09-20T00:00:00Z", "ends_at": "2019-11-30T00:00:00Z"
    }]
  },
  "reason": "the tutorial is to be advertised until the end of November"
}

call CollaborationService/AcceptAmendment
by creator kirana at 2019-09-02T08:00:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "terms_version": 2}

# Kirana's tutorial needs one revision.
call CollaborationService/SubmitContent
by creator kirana at 2019-09-14T04:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "deliverable_id": "tutorial",
  "content_ref": "drafts/kirana/tutorial-v1",
  "content_sha256": "/Bnjt9QKbxavyrV5vOP4P7+CkFrq/2oYbx1XN/xESRw="
}

call CollaborationService/RequestRevision
by brand tono at 2019-09-15T04:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "deliverable_id": "tutorial",
  "submission_version": 1,
  "reasons": ["the sign-up step is missing", "the sound is low after minute four"]
}

call CollaborationService/SubmitContent
by creator kirana at 2019-09-17T04:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "deliverable_id": "tutorial",
  "content_ref": "drafts/kirana/tutorial-v2",
  "content_sha256": "ZVspBu4HVpbF1Pqits3PY9v6tW6TD4HjrOJzXuxUgJI="
}

call CollaborationService/ApproveContent
by brand tono at 2019-09-18T04:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "deliverable_id": "tutorial",
  "submission_version": 2, "rating": 5
}

call CollaborationService/RecordPublication
by creator kirana at 2019-09-19T04:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "deliverable_id": "tutorial",
  "publication_id": "kirana-tutorial", "url": "https://youtube.example/w/kirana-cara-pakai",
  "platform_post_id": "yt-5001", "published_at": "2019-09-19T04:00:00Z", "disclosed": true
}

# Lukman publishes at the very minute it is due, before anybody has approved it. It happened, so
# it is recorded: on time, and a breach.
call CollaborationService/SubmitContent
by creator lukman at 2019-09-14T06:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "deliverable_id": "tutorial",
  "content_ref": "drafts/lukman/tutorial-v1",
  "content_sha256": "R5AcLK/5YGyVmcxI3rHDmgOpcwnEw4DiQE3dxS/WX5Y="
}

call CollaborationService/RecordPublication
by creator lukman at 2019-09-15T00:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "deliverable_id": "tutorial",
  "publication_id": "lukman-tutorial", "url": "https://youtube.example/w/lukman-cara-pakai",
  "platform_post_id": "yt-5002", "published_at": "2019-09-15T00:00:00Z", "disclosed": true
}

# Kirana's likes fall by 100 between two readings: the platform removed false accounts. The latest
# reading stands, and the fall is marked.
call MeasurementService/RecordEngagement
by brand tono at 2019-09-22T00:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "publication_id": "kirana-tutorial",
  "observed_at": "2019-09-22T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2900", "comments": "350", "shares": "150", "saves": "400", "views": "50000",
    "reach": "45000", "impressions": "65000", "clicks": "2400"
  }
}

call MeasurementService/RecordEngagement
by brand tono at 2019-09-29T00:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "publication_id": "kirana-tutorial",
  "observed_at": "2019-09-29T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2800", "comments": "300", "shares": "150", "saves": "350", "views": "60000",
    "reach": "55000", "impressions": "80000", "clicks": "3000"
  }
}

# The advertised part is kept apart from the whole.
call MeasurementService/RecordEngagement
by brand tono at 2019-09-29T00:05:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "publication_id": "kirana-tutorial",
  "observed_at": "2019-09-29T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_PAID",
  "counters": {"views": "9000", "impressions": "30000", "clicks": "500"}
}

# Somebody reads Lukman's numbers and types a 0 too many. Nobody sees it yet.
call MeasurementService/RecordEngagement
by brand tono at 2019-09-29T00:10:00Z
save MISTYPED observationPosition
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "publication_id": "lukman-tutorial",
  "observed_at": "2019-09-29T00:10:00Z", "source": "OBSERVATION_SOURCE_BRAND",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "9000", "comments": "200", "shares": "100", "saves": "200", "views": "20000",
    "reach": "15000", "impressions": "20000", "clicks": "1000"
  }
}

# This reading is of another video. It is taken out.
call MeasurementService/RecordEngagement
by brand tono at 2019-09-29T12:00:00Z
save FOREIGN observationPosition
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "publication_id": "lukman-tutorial",
  "observed_at": "2019-09-29T12:00:00Z", "source": "OBSERVATION_SOURCE_BRAND",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {"likes": "12", "views": "80"}
}

call MeasurementService/VoidEngagement
by brand tono at 2019-09-29T13:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "publication_id": "lukman-tutorial",
  "observation_position": "$FOREIGN", "reason": "read from another video"
}

# Installs and sign-ups, by link and by code.
call MeasurementService/RecordConversion
by brand tono at 2019-09-16T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-1",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-09-16T10:00:00Z",
  "touches": [{"collaboration_id": "lukman-1", "touched_at": "2019-09-16T09:30:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-17T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-2",
  "type": "CONVERSION_TYPE_SIGNUP", "ordered_at": "2019-09-17T10:00:00Z",
  "touches": [{"collaboration_id": "lukman-1", "touched_at": "2019-09-17T09:30:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-20T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-3",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-09-20T10:00:00Z", "code": "KIRANAAPP"
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-20T11:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-4",
  "type": "CONVERSION_TYPE_SIGNUP", "ordered_at": "2019-09-20T11:00:00Z",
  "touches": [{"collaboration_id": "kirana-1", "touched_at": "2019-09-20T09:30:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-21T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-5",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-09-21T10:00:00Z",
  "touches": [{"collaboration_id": "kirana-1", "touched_at": "2019-09-21T09:30:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-22T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-6",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-09-22T10:00:00Z", "code": "KIRANAAPP"
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-23T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-7",
  "type": "CONVERSION_TYPE_SIGNUP", "ordered_at": "2019-09-23T10:00:00Z",
  "touches": [{"collaboration_id": "kirana-1", "touched_at": "2019-09-23T09:30:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-24T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-8",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-09-24T10:00:00Z",
  "touches": [{"collaboration_id": "lukman-1", "touched_at": "2019-09-24T09:30:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-09-25T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-9",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-09-25T10:00:00Z", "code": "KIRANAAPP"
}

# A sign-up after the end is late and counts. An install after the measurement is recorded, and in
# no total.
call MeasurementService/RecordConversion
by brand tono at 2019-10-05T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-10",
  "type": "CONVERSION_TYPE_SIGNUP", "ordered_at": "2019-10-05T10:00:00Z",
  "touches": [{"collaboration_id": "kirana-1", "touched_at": "2019-09-28T10:00:00Z"}]
}

call MeasurementService/RecordConversion
by brand tono at 2019-10-20T10:00:00Z
{
  "campaign_id": "cara-pakai", "order_source": "app-store", "order_id": "U-11",
  "type": "CONVERSION_TYPE_INSTALL", "ordered_at": "2019-10-20T10:00:00Z",
  "touches": [{"collaboration_id": "kirana-1", "touched_at": "2019-10-19T10:00:00Z"}]
}

# Fees and advertising; Kirana is paid after ten days.
call SettlementService/RecordCost
by brand tono at 2019-09-19T05:00:00Z
{
  "campaign_id": "cara-pakai", "cost_id": "fee-kirana", "collaboration_id": "kirana-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "60000000"},
  "incurred_at": "2019-09-19T05:00:00Z"
}

call SettlementService/RecordCost
by brand tono at 2019-09-16T03:00:00Z
{
  "campaign_id": "cara-pakai", "cost_id": "fee-lukman", "collaboration_id": "lukman-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "incurred_at": "2019-09-16T03:00:00Z"
}

call SettlementService/RecordCost
by brand tono at 2019-09-21T03:00:00Z
{
  "campaign_id": "cara-pakai", "cost_id": "ads-kirana", "collaboration_id": "kirana-1",
  "type": "COST_TYPE_PAID_AMPLIFICATION",
  "amount": {"currency_code": "IDR", "minor_units": "15000000"},
  "incurred_at": "2019-09-21T03:00:00Z"
}

call SettlementService/ApproveCost
by brand tono at 2019-09-29T03:00:00Z
{"campaign_id": "cara-pakai", "cost_id": "fee-kirana"}

call SettlementService/RecordPayment
by brand tono at 2019-09-29T05:00:00Z
{
  "campaign_id": "cara-pakai", "cost_id": "fee-kirana", "payment_id": "pay-kirana",
  "amount": {"currency_code": "IDR", "minor_units": "60000000"},
  "external_reference": "TRF-0929-kirana", "paid_at": "2019-09-29T05:00:00Z"
}

call CollaborationService/VerifyPublication
by brand tono at 2019-09-29T14:00:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "kirana-1", "deliverable_id": "tutorial"}

call CollaborationService/CompleteCollaboration
by brand tono at 2019-09-29T15:00:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "kirana-1"}

call CollaborationService/VerifyPublication
by brand tono at 2019-09-29T14:01:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "deliverable_id": "tutorial"}

call CollaborationService/CompleteCollaboration
by brand tono at 2019-09-29T15:01:00Z
{"campaign_id": "cara-pakai", "collaboration_id": "lukman-1"}

# A pause, a second thought, and the end.
call CampaignService/PauseCampaign
by brand tono at 2019-09-29T16:00:00Z
{"campaign_id": "cara-pakai", "reason": "waiting for the next version"}

call CampaignService/ResumeCampaign
by brand tono at 2019-09-29T17:00:00Z
{"campaign_id": "cara-pakai"}

call CampaignService/CloseCampaign
by brand tono at 2019-09-30T03:00:00Z
{"campaign_id": "cara-pakai"}

# In October there is a plan to pay for. Kirana gets a quarter of her fee when she accepts and the
# rest when the post is verified, a bonus for 2,000 clicks, and 20 % of what she sells. The ledger
# books all of that as it falls due.
call CampaignService/CreateCampaign
by brand tono at 2019-10-05T03:00:00Z
{
  "campaign_id": "belajar-plus",
  "plan": {
    "title": "Belajar Plus: the paid plan", "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
    "niches": ["technology", "education"],
    "formats": ["CONTENT_FORMAT_TUTORIAL"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "100000000"},
    "start_at": "2019-10-05T00:00:00Z", "end_at": "2019-10-31T00:00:00Z"
  }
}

call CampaignService/OpenCampaign
by brand tono at 2019-10-05T03:10:00Z
{"campaign_id": "belajar-plus"}

call CollaborationService/InviteCreator
by brand tono at 2019-10-05T04:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "creator_id": "kirana",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "40000000"},
    "deliverables": [{
      "deliverable_id": "plus-tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-10-18T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "KIRANAPLUS", "lock_days": 7},
    "fee_parts": [
      {"trigger": "SETTLEMENT_TRIGGER_ACCEPTANCE", "part_bp": 2500},
      {"trigger": "SETTLEMENT_TRIGGER_VERIFICATION", "part_bp": 7500}
    ],
    "bonuses": [{
      "bonus_id": "clicks-2k", "counter": "COUNTER_CLICKS", "at_least": "2000",
      "amount": {"currency_code": "IDR", "minor_units": "10000000"}
    }],
    "commission": {"rate_bp": 2000}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand tono at 2019-10-05T04:05:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "creator_id": "lukman",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "15000000"},
    "deliverables": [{
      "deliverable_id": "plus-tutorial", "platform": "PLATFORM_YOUTUBE",
      "format": "CONTENT_FORMAT_TUTORIAL", "due_at": "2019-10-20T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "LUKMANPLUS"},
    "disclosure": {"connection": "CONNECTION_TYPE_PAID", "required_label": "#ad"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator kirana at 2019-10-06T02:00:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator lukman at 2019-10-06T03:00:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "offer_version": 1}

call CollaborationService/SubmitContent
by creator kirana at 2019-10-12T04:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "deliverable_id": "plus-tutorial",
  "content_ref": "drafts/kirana/plus-tutorial-v1",
  "content_sha256": "vT2ZBacA7eLo0hUEg8rdXYCRFxLXmM1wYDvnXBa4hIc="
}

call CollaborationService/ApproveContent
by brand tono at 2019-10-13T04:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "deliverable_id": "plus-tutorial",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator kirana at 2019-10-14T04:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "deliverable_id": "plus-tutorial",
  "publication_id": "kirana-plus", "url": "https://youtube.example/w/kirana-plus",
  "platform_post_id": "yt-5003", "published_at": "2019-10-14T04:00:00Z", "disclosed": true
}

# A viewer claims that Lukman buys followers. Tono flags it and holds the work until he knows more.
# It is not so: the flag is cleared, the hold released, and the history of both stays. The post is
# a day late, and the start-up knows why.
call CollaborationService/SubmitContent
by creator lukman at 2019-10-15T04:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "deliverable_id": "plus-tutorial",
  "content_ref": "drafts/lukman/plus-tutorial-v1",
  "content_sha256": "3vIL4FzBjz7XTNX9YxK/sjaNxdkQV525zWaIu8SkGAw="
}

call CreatorService/RaiseSafetyFlag
by brand tono at 2019-10-16T02:00:00Z
{
  "creator_id": "lukman", "flag_id": "followers", "severity": "FLAG_SEVERITY_HIGH",
  "category": "FLAG_CATEGORY_FAKE_FOLLOWERS",
  "evidence": [{"reference": "mail/2019-10-15-viewer"}],
  "note": "a jump of 2,000 followers in a night"
}

call CollaborationService/PlaceHold
by brand tono at 2019-10-16T02:05:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "hold_id": "followers",
  "flag_id": "followers", "reason": "until the followers are looked at"
}

call CollaborationService/ApproveContent
by brand tono at 2019-10-17T04:00:00Z
refused ON_HOLD, later COLLABORATION_STATE
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "deliverable_id": "plus-tutorial",
  "submission_version": 1, "rating": 4
}

call CreatorService/ClearSafetyFlag
by brand tono at 2019-10-20T06:00:00Z
{
  "creator_id": "lukman", "flag_id": "followers", "reason": "a school shared his video that night",
  "evidence": [{"reference": "mail/2019-10-20-school"}]
}

call CollaborationService/ReleaseHold
by brand tono at 2019-10-20T06:05:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "hold_id": "followers",
  "reason": "cleared"
}

call CollaborationService/ApproveContent
by brand tono at 2019-10-20T07:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "deliverable_id": "plus-tutorial",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator lukman at 2019-10-21T00:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "deliverable_id": "plus-tutorial",
  "publication_id": "lukman-plus", "url": "https://youtube.example/w/lukman-plus",
  "platform_post_id": "yt-5004", "published_at": "2019-10-21T00:00:00Z", "disclosed": true
}

call MeasurementService/CheckDisclosure
by brand tono at 2019-10-21T06:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "publication_id": "lukman-plus",
  "checked_at": "2019-10-21T06:00:00Z", "label_found": "#ad", "sufficient": true
}

# Two buy the plan with Kirana's code, one with Lukman's. One of hers gets half a year's money
# back, and half of the commission goes with it.
call MeasurementService/RecordConversion
by brand tono at 2019-10-16T10:00:00Z
{
  "campaign_id": "belajar-plus", "order_source": "app-store", "order_id": "P-1",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2019-10-16T10:00:00Z", "code": "KIRANAPLUS"
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "app-store", "order_id": "P-1"}

call MeasurementService/RecordConversion
by brand tono at 2019-10-17T10:00:00Z
{
  "campaign_id": "belajar-plus", "order_source": "app-store", "order_id": "P-2",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2019-10-17T10:00:00Z", "code": "KIRANAPLUS"
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "app-store", "order_id": "P-2"}

call MeasurementService/RecordConversion
by brand tono at 2019-10-22T10:00:00Z
{
  "campaign_id": "belajar-plus", "order_source": "app-store", "order_id": "P-3",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "25000000"},
  "ordered_at": "2019-10-22T10:00:00Z", "code": "LUKMANPLUS"
}

call MeasurementService/RecordRefund
by brand tono at 2019-10-28T10:00:00Z
{
  "order_source": "app-store", "order_id": "P-2", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "refunded_at": "2019-10-28T10:00:00Z"
}

call MeasurementService/RecordEngagement
by brand tono at 2019-10-28T00:00:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "publication_id": "kirana-plus",
  "observed_at": "2019-10-28T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2000", "comments": "300", "shares": "200", "saves": "200", "views": "40000",
    "reach": "36000", "impressions": "50000", "clicks": "2100"
  }
}

call MeasurementService/RecordEngagement
by brand tono at 2019-10-28T00:05:00Z
{
  "campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "publication_id": "lukman-plus",
  "observed_at": "2019-10-28T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "400", "comments": "50", "shares": "20", "saves": "30", "views": "8000",
    "reach": "6000", "impressions": "10000", "clicks": "300"
  }
}

call SettlementService/AccrueBonus
by brand tono at 2019-10-28T02:00:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "bonus_id": "clicks-2k"}

call SettlementService/RecordCost
by brand tono at 2019-10-29T02:00:00Z
{
  "campaign_id": "belajar-plus", "cost_id": "fee-lukman", "collaboration_id": "lukman-2",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "15000000"},
  "incurred_at": "2019-10-29T02:00:00Z"
}

call CollaborationService/VerifyPublication
by brand tono at 2019-10-29T03:00:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "kirana-2", "deliverable_id": "plus-tutorial"}

call CollaborationService/VerifyPublication
by brand tono at 2019-10-29T03:05:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "lukman-2", "deliverable_id": "plus-tutorial"}

call CollaborationService/CompleteCollaboration
by brand tono at 2019-10-29T04:00:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "kirana-2"}

call CollaborationService/CompleteCollaboration
by brand tono at 2019-10-29T04:05:00Z
{"campaign_id": "belajar-plus", "collaboration_id": "lukman-2"}

call CampaignService/CloseCampaign
by brand tono at 2019-10-31T03:00:00Z
{"campaign_id": "belajar-plus"}

# The report of the first campaign is made, with the 0 too many in it.
call ReportService/FinaliseReport
by brand tono at 2019-10-31T04:00:00Z
{"campaign_id": "cara-pakai", "revision": 1}

# Now somebody sees it. The observation is corrected in place, the log keeps both, and the report
# gets a second revision.
call MeasurementService/CorrectEngagement
by brand tono at 2019-10-31T05:00:00Z
{
  "campaign_id": "cara-pakai", "collaboration_id": "lukman-1", "publication_id": "lukman-tutorial",
  "observation_position": "$MISTYPED",
  "counters": {
    "likes": "900", "comments": "200", "shares": "100", "saves": "200", "views": "20000",
    "reach": "15000", "impressions": "20000", "clicks": "1000"
  },
  "reason": "a 0 too many"
}

call ReportService/FinaliseReport
by brand tono at 2019-10-31T06:00:00Z
{"campaign_id": "cara-pakai", "revision": 2}

# Workings, in rupiah.
#
# Cara pakai
#   C committed   fees 600,000 + 250,000 + advertising 150,000 = 1,000,000
#   C accrued     the same = 1,000,000
#   C paid        600,000
#   R             installs and sign-ups have no value: 0
#   net return    -1,000,000; ROI = -1
#   conversions   installs: Lukman 2, Kirana 4 = 6; sign-ups: Lukman 1, Kirana 3 = 4; together 10
#                 on time 9; one more install after measure_until is in no total
#   CPA           1,000,000 / 10 = 100,000; on time 1,000,000 / 9
#   E             Kirana 2,800 + 300 + 150 + 350 = 3,600; Lukman 900 + 200 + 100 + 200 = 1,400
#                 together 5,000              CPE = 1,000,000 / 5,000 = 200
#   ER followers  3,600/90,000 = 4 %, 1,400/10,000 = 14 %: all 5,000/100,000 = 1/20
#                 mean and median of the two = 9/100
#   CPV           1,000,000 / 80,000 = 25/2   CPC = 1,000,000 / 4,000 = 250
#   CPM           1,000,000 / 100 = 10,000    CTR = 4,000 / 100,000 = 1/25
#   CVR           10 / 4,000 = 1/400
#   EMV           100,000 impressions x 20,000 / 1,000 = 2,000,000; in no ROI
#   delivery      2 of 2 on time; 3 submissions, 1 revision of 2 handed in = 1/2; one unapproved
#   asked         2 accepted; Mira's offer was withdrawn, so 2 of 2 answered = 1
#
# Revision 1 and revision 2: Lukman's likes 9,000, then 900
#   likes         2,800 + 9,000 = 11,800, then 3,700
#   E             3,600 + 9,500 = 13,100, then 5,000
#   ER followers  13,100/100,000 = 131/1,000, then 1/20
#                 mean and median of 1/25 and 9,500/10,000: 99/200, then 9/100
#   ER reach      13,100 / 70,000 = 131/700, then 1/14
#                 mean of 3,600/55,000 and 9,500/15,000 = 1,153/3,300
#                 then of 3,600/55,000 and 1,400/15,000 = 131/1,650
#   ER views      13,100 / 80,000 = 131/800, then 1/16
#                 mean of 3,600/60,000 and 9,500/20,000 = 107/400, then 13/200
#   CPE           1,000,000 / 13,100 = 10,000/131, then 200; on paid cost 6,000/131, then 120
#
# Belajar Plus
#   commission    20 % of 500,000, and 20 % of 500,000 - 250,000 = 150,000
#   C             fees 100,000 + 300,000 + 150,000 + bonus 100,000 + commission = 800,000
#   R             500,000 + 500,000 - 250,000 + 250,000 = 1,000,000
#   ROI           200,000 / 800,000 = 1/4
#   delivery      1 of 2 on time; Lukman is a day late = 86,400 seconds; one hold, released
#
# Kirana          C = 600,000 + 150,000 + 400,000 + 100,000 + 150,000 = 1,400,000
#                 R = 750,000; ROI = -650,000 / 1,400,000 = -13/28
#                 on paid cost 150,000 / 600,000 = 1/4; paid after 10 days
#                 7 and 2 conversions: CPA = 1,400,000 / 9
#                 E 3,600 + 2,700 = 6,300 of 2 x 90,000 = 7/200; 4 %, then 3 %
#                 accepted on 29 August, 2:00, and 6 October, 2:00 = 38 days
# Lukman          C = 250,000 + 150,000 = 400,000; R = 250,000; ROI = -150,000 / 400,000 = -3/8
#                 one of two posts on time; one flag, cleared
# Mira            nothing came of it: no rate, ZERO_DENOMINATOR
# retention       Kirana and Lukman, both times: 1

# What the campaign cost and brought, and what the 0 too many changed.
ask ReportService/GetCampaignRoi
{"campaign_id": "cara-pakai"}

ask ReportService/CompareReports
{"campaign_id": "cara-pakai", "from_revision": 1, "to_revision": 2}

# What the paid plan brought, and what the ledger booked by itself.
ask ReportService/GetCampaignRoi
show roi.campaignId roi.total.revenue.grossMinor roi.total.revenue.refundsMinor
show roi.total.returns.basis roi.total.returns.cost roi.total.returns.netReturn
show roi.total.returns.roi
{"campaign_id": "belajar-plus"}

ask SettlementService/ListCosts
show costs.costId costs.type costs.trigger costs.orderId costs.reportingMinor
show costs.approvedMinor costs.paidMinor costs.state
show costs.taxes.article costs.taxes.base costs.taxes.amount
{"campaign_id": "belajar-plus", "collaboration_id": "kirana-2"}

# What the start-up did with Kirana and with Mira; all of them, the most punctual first; who came
# back.
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
{"creator_id": "kirana"}

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
{"creator_id": "mira"}

ask ReportService/ListPartnerships
show partnerships.creatorId partnerships.acceptedCollaborations partnerships.repeatRate
show partnerships.delivery.onTimeRate partnerships.lifetime.currencyCode
show partnerships.lifetime.returns.basis partnerships.lifetime.returns.netReturn
show partnerships.lifetime.returns.roi
{"order_by": "PARTNERSHIP_ORDER_ON_TIME"}

ask ReportService/GetCreatorRetention
{
  "first_from": "2019-08-01T00:00:00Z", "first_until": "2019-10-01T00:00:00Z",
  "second_from": "2019-10-01T00:00:00Z", "second_until": "2019-11-01T00:00:00Z"
}

# What was said of Lukman, and what became of it; the right that ends soonest.
ask CreatorService/GetCreator
{"creator_id": "lukman"}

ask CollaborationService/ListUsageRights
{"ends_before": "2020-01-01T00:00:00Z"}
