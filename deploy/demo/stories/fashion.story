# A fashion label, Lurik Muda, shows its outfits on two creators. Orders come by code and by link.
# Some outfits are sent back, so revenue is net of refunds, also of one that arrives before its
# order.
story fashion
brand lurik-muda

# Sekar plans the campaign: Rp3,000,000, a margin of 50 %. Returns count for a month after the
# end.
call CampaignService/CreateCampaign
by brand sekar at 2026-08-28T03:00:00Z
{
  "campaign_id": "lurik-harian",
  "plan": {
    "title": "Lurik harian: wear it every day", "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
    "niches": ["fashion"],
    "formats": ["CONTENT_FORMAT_SHOWCASE"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "300000000"},
    "start_at": "2026-09-01T00:00:00Z", "end_at": "2026-10-15T00:00:00Z",
    "measure_until": "2026-11-15T00:00:00Z", "gross_margin_bp": 5000,
    "policy": {"disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand sekar at 2026-08-28T03:10:00Z
{"campaign_id": "lurik-harian"}

call CreatorService/RecordCreatorProfile
by brand sekar at 2026-08-28T04:00:00Z
{
  "creator_id": "indah",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "60000",
      "observed_at": "2026-08-28T00:00:00Z"
    }],
    "niches": ["fashion"],
    "locality": "Solo", "display_name": "Indah",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@indah.outfit"}]
  }
}

# With 100,000 followers Joko is still a micro-influencer; one more and he would not be.
call CreatorService/RecordCreatorProfile
by brand sekar at 2026-08-28T04:05:00Z
{
  "creator_id": "joko",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "100000", "observed_at": "2026-08-28T00:00:00Z"
    }],
    "niches": ["fashion"],
    "locality": "Semarang", "display_name": "Joko",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@jokostyle"}]
  }
}

# Indah gets a code and a link that counts for 30 days, Joko a link that counts for 7.
call CollaborationService/InviteCreator
by brand sekar at 2026-08-29T02:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "creator_id": "indah",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "65000000"},
    "deliverables": [{
      "deliverable_id": "showcase", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2026-09-15T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "INDAH", "link": "https://lurik.example/?by=indah"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand sekar at 2026-08-29T02:05:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "creator_id": "joko",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "95000000"},
    "deliverables": [{
      "deliverable_id": "showcase", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2026-09-15T00:00:00Z"
    }],
    "attribution": {"window_days": 7, "link": "https://lurik.example/?by=joko"}
  },
  "expires_at": "2099-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator indah at 2026-08-30T02:00:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator joko at 2026-08-30T03:00:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1", "offer_version": 1}

# Each gets an outfit: Rp100,000 in the making.
call CollaborationService/ShipProduct
by brand sekar at 2026-09-01T03:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "shipment_id": "outfit",
  "product": "Lurik outfit",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "40000000"}
  },
  "shipped_at": "2026-09-01T03:00:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2026-09-01T03:00:30Z
{
  "campaign_id": "lurik-harian", "cost_id": "outfit-indah", "collaboration_id": "indah-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "10000000"},
  "incurred_at": "2026-09-01T03:00:30Z"
}

call CollaborationService/ShipProduct
by brand sekar at 2026-09-01T03:01:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "shipment_id": "outfit",
  "product": "Lurik outfit",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "40000000"}
  },
  "shipped_at": "2026-09-01T03:01:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2026-09-01T03:01:30Z
{
  "campaign_id": "lurik-harian", "cost_id": "outfit-joko", "collaboration_id": "joko-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "10000000"},
  "incurred_at": "2026-09-01T03:01:30Z"
}

call CollaborationService/SubmitContent
by creator indah at 2026-09-08T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase",
  "content_ref": "drafts/indah/showcase-v1",
  "content_sha256": "PiqhNCu9NMoxA0UJ0I2MFFQZOWQIb8LsCfYP9zx7YO0="
}

call CollaborationService/ApproveContent
by brand sekar at 2026-09-09T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator indah at 2026-09-10T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase",
  "publication_id": "indah-showcase", "url": "https://instagram.example/p/indah-lurik",
  "platform_post_id": "ig-4001", "published_at": "2026-09-10T04:00:00Z", "disclosed": true
}

# Joko's parcel was late: he gets another week, and the first date is kept. He forgets to disclose
# the cooperation; that is recorded, not refused.
call CollaborationService/RescheduleDeadline
by brand sekar at 2026-09-12T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "due_at": "2026-09-22T00:00:00Z", "reason": "the parcel was late"
}

call CollaborationService/SubmitContent
by creator joko at 2026-09-18T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "content_ref": "drafts/joko/showcase-v1",
  "content_sha256": "nShxdJ4iaTu0QJ5C2UDlKXSvShrzWExXdzLyFzqmjrw="
}

call CollaborationService/ApproveContent
by brand sekar at 2026-09-19T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "submission_version": 1, "rating": 4
}

call CollaborationService/RecordPublication
by creator joko at 2026-09-20T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "publication_id": "joko-showcase", "url": "https://tiktok.example/v/joko-lurik",
  "platform_post_id": "tt-4002", "published_at": "2026-09-20T04:00:00Z"
}

call MeasurementService/RecordEngagement
by brand sekar at 2026-10-05T00:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "publication_id": "indah-showcase",
  "observed_at": "2026-10-05T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2400", "comments": "200", "shares": "150", "saves": "250", "views": "50000",
    "reach": "45000", "impressions": "40000", "clicks": "1000"
  }
}

call MeasurementService/RecordEngagement
by brand sekar at 2026-10-05T00:05:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "publication_id": "joko-showcase",
  "observed_at": "2026-10-05T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "4000", "comments": "300", "shares": "400", "saves": "300", "views": "110000",
    "reach": "75000", "impressions": "60000", "clicks": "1500"
  }
}

# An outfit is Rp500,000. The first order comes with Indah's code, the second as well.
call MeasurementService/RecordConversion
by brand sekar at 2026-09-12T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-1",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2026-09-12T10:00:00Z", "code": "INDAH"
}

call MeasurementService/RecordConversion
by brand sekar at 2026-09-14T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-2",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "100000000"},
  "ordered_at": "2026-09-14T10:00:00Z", "code": "INDAH"
}

# This buyer came over Joko's link two days before.
call MeasurementService/RecordConversion
by brand sekar at 2026-09-22T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-3",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "150000000"},
  "ordered_at": "2026-09-22T10:00:00Z",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2026-09-20T10:00:00Z"}]
}

# Two links: the last touch wins, Joko's.
call MeasurementService/RecordConversion
by brand sekar at 2026-09-25T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-4",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2026-09-25T10:00:00Z",
  "touches": [
    {"collaboration_id": "indah-1", "touched_at": "2026-09-20T10:00:00Z"},
    {"collaboration_id": "joko-1", "touched_at": "2026-09-24T10:00:00Z"}
  ]
}

# A code and a link: the code wins, Indah's.
call MeasurementService/RecordConversion
by brand sekar at 2026-09-26T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-5",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "100000000"},
  "ordered_at": "2026-09-26T10:00:00Z", "code": "INDAH",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2026-09-26T09:00:00Z"}]
}

# The shop reports a return before the order it belongs to. It waits, and applies when the order
# comes.
call MeasurementService/RecordRefund
by brand sekar at 2026-10-02T10:00:00Z
{
  "order_source": "webshop", "order_id": "L-6", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "refunded_at": "2026-10-02T10:00:00Z"
}

call MeasurementService/RecordConversion
by brand sekar at 2026-09-28T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-6",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "200000000"},
  "ordered_at": "2026-09-28T10:00:00Z", "code": "INDAH"
}

# Ten days after the touch, and Joko's terms say seven: credited to nobody.
call MeasurementService/RecordConversion
by brand sekar at 2026-10-01T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-7",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2026-10-01T10:00:00Z",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2026-09-21T10:00:00Z"}]
}

# A second claim of order L-3 changes nothing. It is kept as evidence.
call MeasurementService/RecordConversion
by brand sekar at 2026-09-22T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-3",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "150000000"},
  "ordered_at": "2026-09-22T10:00:00Z", "code": "INDAH"
}

# One of two outfits comes back after the end: late, and counted.
call MeasurementService/RecordRefund
by brand sekar at 2026-10-20T10:00:00Z
{
  "order_source": "webshop", "order_id": "L-2", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "50000000"},
  "refunded_at": "2026-10-20T10:00:00Z"
}

# More than the order cannot come back.
call MeasurementService/RecordRefund
by brand sekar at 2026-10-21T10:00:00Z
refused REFUND_EXCEEDS_ORDER
{
  "order_source": "webshop", "order_id": "L-4", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "60000000"},
  "refunded_at": "2026-10-21T10:00:00Z"
}

# The fees; a commission for Joko, 10 % of his sales; and a line booked by mistake, reversed.
call SettlementService/RecordCost
by brand sekar at 2026-09-20T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-indah", "collaboration_id": "indah-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "65000000"},
  "incurred_at": "2026-09-20T03:00:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2026-09-21T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-joko", "collaboration_id": "joko-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "95000000"},
  "incurred_at": "2026-09-21T03:00:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2026-10-10T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "commission-joko", "collaboration_id": "joko-1",
  "type": "COST_TYPE_COMMISSION",
  "amount": {"currency_code": "IDR", "minor_units": "20000000"},
  "incurred_at": "2026-10-10T03:00:00Z", "note": "10 % of 2,000,000"
}

call SettlementService/RecordCost
by brand sekar at 2026-10-10T03:10:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "photo-studio", "type": "COST_TYPE_PRODUCTION",
  "amount": {"currency_code": "IDR", "minor_units": "40000000"},
  "incurred_at": "2026-10-10T03:10:00Z", "note": "studio, October"
}

call SettlementService/ReverseCost
by brand sekar at 2026-10-10T04:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "photo-studio",
  "reason": "belongs to the spring collection"
}

# Indah is paid in two parts, Joko in one.
call SettlementService/ApproveCost
by brand sekar at 2026-09-22T03:00:00Z
{"campaign_id": "lurik-harian", "cost_id": "fee-indah"}

call SettlementService/RecordPayment
by brand sekar at 2026-09-24T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-indah", "payment_id": "pay-indah-1",
  "amount": {"currency_code": "IDR", "minor_units": "40000000"},
  "external_reference": "TRF-0924-indah", "paid_at": "2026-09-24T03:00:00Z"
}

call SettlementService/RecordPayment
by brand sekar at 2026-09-30T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-indah", "payment_id": "pay-indah-2",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "external_reference": "TRF-0930-indah", "paid_at": "2026-09-30T03:00:00Z"
}

call SettlementService/ApproveCost
by brand sekar at 2026-09-22T03:05:00Z
{"campaign_id": "lurik-harian", "cost_id": "fee-joko"}

call SettlementService/RecordPayment
by brand sekar at 2026-09-30T03:05:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-joko", "payment_id": "pay-joko-1",
  "amount": {"currency_code": "IDR", "minor_units": "95000000"},
  "external_reference": "TRF-0930-joko", "paid_at": "2026-09-30T03:05:00Z"
}

call CollaborationService/VerifyPublication
by brand sekar at 2026-10-14T03:00:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase"}

call CollaborationService/CompleteCollaboration
by brand sekar at 2026-10-14T03:00:30Z
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1"}

call CollaborationService/VerifyPublication
by brand sekar at 2026-10-14T03:01:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase"}

call CollaborationService/CompleteCollaboration
by brand sekar at 2026-10-14T03:01:30Z
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1"}

call CampaignService/CloseCampaign
by brand sekar at 2026-10-15T03:00:00Z
{"campaign_id": "lurik-harian"}

# In November Indah has 120,000 followers. Now she is macro; in this campaign she stays micro.
call CreatorService/RecordCreatorProfile
by brand sekar at 2026-11-01T04:00:00Z
{
  "creator_id": "indah",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "120000",
      "observed_at": "2026-11-01T00:00:00Z"
    }],
    "niches": ["fashion"],
    "locality": "Solo", "display_name": "Indah",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@indah.outfit"}]
  }
}

# Workings, in rupiah.
#
# Lurik harian
#   C committed   fees 650,000 + 950,000 + outfits 2 x 100,000 + commission 200,000 = 2,000,000
#                 the studio's 400,000 is reversed
#   C accrued     the same = 2,000,000
#   C paid        400,000 + 250,000 + 950,000 = 1,600,000
#   gross         Indah L-1 500,000 + L-2 1,000,000 + L-5 1,000,000 + L-6 2,000,000 = 4,500,000
#                 Joko L-3 1,500,000 + L-4 500,000 = 2,000,000; together 6,500,000
#   refunds       L-6 1,000,000 + L-2 500,000 = 1,500,000; without the late one 1,000,000
#   R             5,000,000; on time 5,500,000; credited to nobody: L-7 500,000
#   ROI           (5,000,000 - 2,000,000) / 2,000,000 = 3/2; on time 3,500,000 / 2,000,000 = 7/4
#                 on paid cost (5,000,000 - 1,600,000) / 1,600,000 = 17/8
#   on margin     (2,500,000 - 2,000,000) / 2,000,000 = 1/4
#   CPA           six credited orders: 2,000,000 / 6 = 1,000,000/3
#   E             3,000 + 5,000 = 8,000      CPE = 2,000,000 / 8,000 = 250
#   ER followers  3,000/60,000 = 5,000/100,000 = 8,000/160,000 = 1/20
#   CPM           2,000,000 / 100 = 20,000   CPC = 2,000,000 / 2,500 = 800
#   CTR           2,500 / 100,000 = 1/40     CVR = 6 / 2,500 = 3/1,250
#   delivery      on time 2 of 2 by the dates in force, 1 of 2 by the first dates; one undisclosed
#
# Indah           C = 650,000 + 100,000 = 750,000; R = 4,500,000 - 1,500,000 = 3,000,000; ROI = 3
#                 days until paid: 4 and 10, mean 7; now MACRO, accepted as MICRO
#
# Joko            C = 950,000 + 100,000 + 200,000 = 1,250,000; R = 2,000,000; ROI = 3/5

# What the campaign cost and brought; Indah's part; what the label and Indah did together.
ask ReportService/GetCampaignRoi
{"campaign_id": "lurik-harian"}

ask ReportService/GetCollaborationPerformance
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1"}

ask ReportService/GetPartnership
{"creator_id": "indah"}
