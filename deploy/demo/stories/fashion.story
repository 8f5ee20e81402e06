# A fashion label, Lurik Muda, shows its outfits on two creators. Orders come by code and by link.
# Some outfits are sent back, so revenue is net of refunds, also of one that arrives before its
# order and of one whose commission was paid already.
story fashion
brand lurik-muda

# Sekar plans the campaign: Rp3,000,000, a margin of 50 %. Returns count for a month after the
# end.
call CampaignService/CreateCampaign
by brand sekar at 2019-08-28T03:00:00Z
{
  "campaign_id": "lurik-harian",
  "plan": {
    "title": "Lurik harian: wear it every day", "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
    "niches": ["fashion"],
    "formats": ["CONTENT_FORMAT_SHOWCASE"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "300000000"},
    "start_at": "2019-09-01T00:00:00Z", "end_at": "2019-10-15T00:00:00Z",
    "measure_until": "2019-11-15T00:00:00Z", "gross_margin_bp": 5000,
    "policy": {"disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand sekar at 2019-08-28T03:10:00Z
{"campaign_id": "lurik-harian"}

call CreatorService/RecordCreatorProfile
by brand sekar at 2019-08-28T04:00:00Z
{
  "creator_id": "indah",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "60000",
      "observed_at": "2019-08-28T00:00:00Z"
    }],
    "niches": ["fashion"],
    "locality": "Solo", "display_name": "Indah",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@indah.outfit"}]
  }
}

# With 100,000 followers Joko is still a micro-influencer; one more and he would not be.
call CreatorService/RecordCreatorProfile
by brand sekar at 2019-08-28T04:05:00Z
{
  "creator_id": "joko",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_TIKTOK", "followers": "100000", "observed_at": "2019-08-28T00:00:00Z"
    }],
    "niches": ["fashion"],
    "locality": "Semarang", "display_name": "Joko",
    "handles": [{"platform": "PLATFORM_TIKTOK", "handle": "@jokostyle"}]
  }
}

# Indah gets a code and a link that counts for 30 days, Joko a link that counts for 7.
call CollaborationService/InviteCreator
by brand sekar at 2019-08-29T02:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "creator_id": "indah",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "65000000"},
    "deliverables": [{
      "deliverable_id": "showcase", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-09-15T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "INDAH", "link": "https://lurik.example/?by=indah"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand sekar at 2019-08-29T02:05:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "creator_id": "joko",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "80000000"},
    "deliverables": [{
      "deliverable_id": "showcase", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-09-15T00:00:00Z"
    }],
    "attribution": {"window_days": 7, "link": "https://lurik.example/?by=joko", "lock_days": 7},
    "commission": {"rate_bp": 500}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

# Joko is offered Rp800,000 and 5 % of what he sells. He asks for Rp1,200,000 and 10 %, and gets
# Rp950,000 and 10 %. The first offer cannot be accepted any more.
call CollaborationService/CounterOffer
by creator joko at 2019-08-29T08:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "offer_version": 1,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "120000000"},
    "deliverables": [{
      "deliverable_id": "showcase", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-09-15T00:00:00Z"
    }],
    "attribution": {"window_days": 7, "link": "https://lurik.example/?by=joko", "lock_days": 7},
    "commission": {"rate_bp": 1000}
  },
  "note": "my audience buys"
}

call CollaborationService/ReviseOffer
by brand sekar at 2019-08-29T09:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "offer_version": 2,
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "95000000"},
    "deliverables": [{
      "deliverable_id": "showcase", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-09-15T00:00:00Z"
    }],
    "attribution": {"window_days": 7, "link": "https://lurik.example/?by=joko", "lock_days": 7},
    "commission": {"rate_bp": 1000}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator indah at 2019-08-30T02:00:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator joko at 2019-08-30T02:59:00Z
refused STALE_OFFER, later COLLABORATION_STATE
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1", "offer_version": 1}

call CollaborationService/AcceptBrief
by creator joko at 2019-08-30T03:00:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1", "offer_version": 3}

# Each gets an outfit: Rp100,000 in the making.
call CollaborationService/ShipProduct
by brand sekar at 2019-09-01T03:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "shipment_id": "outfit",
  "product": "Lurik outfit",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "40000000"}
  },
  "shipped_at": "2019-09-01T03:00:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2019-09-01T03:00:30Z
{
  "campaign_id": "lurik-harian", "cost_id": "outfit-indah", "collaboration_id": "indah-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "10000000"},
  "incurred_at": "2019-09-01T03:00:30Z"
}

call CollaborationService/ShipProduct
by brand sekar at 2019-09-01T03:01:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "shipment_id": "outfit",
  "product": "Lurik outfit",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "40000000"}
  },
  "shipped_at": "2019-09-01T03:01:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2019-09-01T03:01:30Z
{
  "campaign_id": "lurik-harian", "cost_id": "outfit-joko", "collaboration_id": "joko-1",
  "type": "COST_TYPE_PRODUCT",
  "amount": {"currency_code": "IDR", "minor_units": "10000000"},
  "incurred_at": "2019-09-01T03:01:30Z"
}

call CollaborationService/SubmitContent
by creator indah at 2019-09-08T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase",
  "content_ref": "drafts/indah/showcase-v1",
  "content_sha256": "PiqhNCu9NMoxA0UJ0I2MFFQZOWQIb8LsCfYP9zx7YO0="
}

call CollaborationService/ApproveContent
by brand sekar at 2019-09-09T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator indah at 2019-09-10T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase",
  "publication_id": "indah-showcase", "url": "https://instagram.example/p/indah-lurik",
  "platform_post_id": "ig-4001", "published_at": "2019-09-10T04:00:00Z", "disclosed": true
}

# Joko's parcel was late: he gets another week, and the first date is kept. One draft goes back, and
# the post is two days late all the same. He forgets to disclose the cooperation. All of that is
# recorded, nothing of it refused.
call CollaborationService/RescheduleDeadline
by brand sekar at 2019-09-12T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "due_at": "2019-09-22T00:00:00Z", "reason": "the parcel was late"
}

call CollaborationService/SubmitContent
by creator joko at 2019-09-18T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "content_ref": "drafts/joko/showcase-v1",
  "content_sha256": "nShxdJ4iaTu0QJ5C2UDlKXSvShrzWExXdzLyFzqmjrw="
}

call CollaborationService/RequestRevision
by brand sekar at 2019-09-19T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "submission_version": 1,
  "reasons": ["the cloth is never seen close"]
}

call CollaborationService/SubmitContent
by creator joko at 2019-09-21T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "content_ref": "drafts/joko/showcase-v2",
  "content_sha256": "SAZ98tv6013/Hu5hADZcu79ziw2k95RXxfJppIwUkMk="
}

call CollaborationService/ApproveContent
by brand sekar at 2019-09-22T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "submission_version": 2, "rating": 4
}

call CollaborationService/RecordPublication
by creator joko at 2019-09-24T00:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase",
  "publication_id": "joko-showcase", "url": "https://tiktok.example/v/joko-lurik",
  "platform_post_id": "tt-4002", "published_at": "2019-09-24T00:00:00Z"
}

# Sekar looks twice: on the first day there is no label, on the second there is. The post is in
# order now, and the breach stays.
call MeasurementService/CheckDisclosure
by brand sekar at 2019-09-24T06:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "publication_id": "joko-showcase",
  "checked_at": "2019-09-24T06:00:00Z", "evidence": "screens/joko-1.png"
}

call MeasurementService/CheckDisclosure
by brand sekar at 2019-09-25T06:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "publication_id": "joko-showcase",
  "checked_at": "2019-09-25T06:00:00Z", "label_found": "#kerjasama", "sufficient": true,
  "evidence": "screens/joko-2.png"
}

call MeasurementService/RecordEngagement
by brand sekar at 2019-10-05T00:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "indah-1", "publication_id": "indah-showcase",
  "observed_at": "2019-10-05T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "2400", "comments": "200", "shares": "150", "saves": "250", "views": "50000",
    "reach": "45000", "impressions": "40000", "clicks": "1000"
  }
}

call MeasurementService/RecordEngagement
by brand sekar at 2019-10-05T00:05:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "publication_id": "joko-showcase",
  "observed_at": "2019-10-05T00:05:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "4000", "comments": "300", "shares": "400", "saves": "300", "views": "110000",
    "reach": "75000", "impressions": "60000", "clicks": "1500"
  }
}

# An outfit is Rp500,000. The first order comes with Indah's code, the second as well.
call MeasurementService/RecordConversion
by brand sekar at 2019-09-12T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-1",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2019-09-12T10:00:00Z", "code": "INDAH"
}

call MeasurementService/RecordConversion
by brand sekar at 2019-09-14T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-2",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "100000000"},
  "ordered_at": "2019-09-14T10:00:00Z", "code": "INDAH"
}

# This buyer came over Joko's link two days before. A week later the order is locked, and the
# ledger accrues his 10 %.
call MeasurementService/RecordConversion
by brand sekar at 2019-09-26T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-3",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "150000000"},
  "ordered_at": "2019-09-26T10:00:00Z",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2019-09-24T10:00:00Z"}]
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "webshop", "order_id": "L-3"}

# Of the next one the commission is paid too, and then all of it is sent back. What was paid was
# paid: Rp100,000 are carried, and commission on later orders makes up for them first.
call MeasurementService/RecordConversion
by brand sekar at 2019-09-27T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-8",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "100000000"},
  "ordered_at": "2019-09-27T10:00:00Z",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2019-09-27T09:00:00Z"}]
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "webshop", "order_id": "L-8"}

call SettlementService/ApproveCost
by brand sekar at 2019-10-07T03:00:00Z
{"campaign_id": "lurik-harian", "cost_id": "commission-779dd90858e6d0ae0018a43332136bb6"}

call SettlementService/RecordPayment
by brand sekar at 2019-10-08T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "commission-779dd90858e6d0ae0018a43332136bb6",
  "payment_id": "pay-joko-2",
  "amount": {"currency_code": "IDR", "minor_units": "10000000"},
  "external_reference": "TRF-1008-joko", "paid_at": "2019-10-08T03:00:00Z"
}

call MeasurementService/RecordRefund
by brand sekar at 2019-10-10T10:00:00Z
{
  "order_source": "webshop", "order_id": "L-8", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "refunded_at": "2019-10-10T10:00:00Z"
}

# Two links: the last touch wins, Joko's. His Rp50,000 go into what is carried.
call MeasurementService/RecordConversion
by brand sekar at 2019-09-29T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-4",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2019-09-29T10:00:00Z",
  "touches": [
    {"collaboration_id": "indah-1", "touched_at": "2019-09-24T10:00:00Z"},
    {"collaboration_id": "joko-1", "touched_at": "2019-09-28T10:00:00Z"}
  ]
}

await MeasurementService/GetConversion until conversion.locked
{"order_source": "webshop", "order_id": "L-4"}

# A code and a link: the code wins, Indah's.
call MeasurementService/RecordConversion
by brand sekar at 2019-09-26T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-5",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "100000000"},
  "ordered_at": "2019-09-26T10:00:00Z", "code": "INDAH",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2019-09-26T09:00:00Z"}]
}

# The shop reports a return before the order it belongs to. It waits, and applies when the order
# comes.
call MeasurementService/RecordRefund
by brand sekar at 2019-10-02T10:00:00Z
{
  "order_source": "webshop", "order_id": "L-6", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "100000000"},
  "refunded_at": "2019-10-02T10:00:00Z"
}

call MeasurementService/RecordConversion
by brand sekar at 2019-09-28T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-6",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "200000000"},
  "ordered_at": "2019-09-28T10:00:00Z", "code": "INDAH"
}

# Ten days after the touch, and Joko's terms say seven: credited to nobody.
call MeasurementService/RecordConversion
by brand sekar at 2019-10-05T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-7",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "50000000"},
  "ordered_at": "2019-10-05T10:00:00Z",
  "touches": [{"collaboration_id": "joko-1", "touched_at": "2019-09-25T10:00:00Z"}]
}

# A second claim of order L-3 changes nothing. It is kept as evidence.
call MeasurementService/RecordConversion
by brand sekar at 2019-09-26T10:00:00Z
{
  "campaign_id": "lurik-harian", "order_source": "webshop", "order_id": "L-3",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "150000000"},
  "ordered_at": "2019-09-26T10:00:00Z", "code": "INDAH"
}

# The fees, and a line booked by mistake, reversed.
call SettlementService/RecordCost
by brand sekar at 2019-09-20T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-indah", "collaboration_id": "indah-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "65000000"},
  "incurred_at": "2019-09-20T03:00:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2019-09-25T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-joko", "collaboration_id": "joko-1",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "95000000"},
  "incurred_at": "2019-09-25T03:00:00Z"
}

call SettlementService/RecordCost
by brand sekar at 2019-10-10T03:10:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "photo-studio", "type": "COST_TYPE_PRODUCTION",
  "amount": {"currency_code": "IDR", "minor_units": "40000000"},
  "incurred_at": "2019-10-10T03:10:00Z", "note": "studio, October"
}

call SettlementService/ReverseCost
by brand sekar at 2019-10-10T04:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "photo-studio",
  "reason": "belongs to the spring collection"
}

# Indah is paid in two parts, Joko in one.
call SettlementService/ApproveCost
by brand sekar at 2019-09-22T03:00:00Z
{"campaign_id": "lurik-harian", "cost_id": "fee-indah"}

call SettlementService/RecordPayment
by brand sekar at 2019-09-24T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-indah", "payment_id": "pay-indah-1",
  "amount": {"currency_code": "IDR", "minor_units": "40000000"},
  "external_reference": "TRF-0924-indah", "paid_at": "2019-09-24T03:00:00Z"
}

call SettlementService/RecordPayment
by brand sekar at 2019-09-30T03:00:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-indah", "payment_id": "pay-indah-2",
  "amount": {"currency_code": "IDR", "minor_units": "25000000"},
  "external_reference": "TRF-0930-indah", "paid_at": "2019-09-30T03:00:00Z"
}

# Sekar will not pay the whole fee for a late post. While they disagree, that line is frozen, and
# no other. An arbiter finds that the parcel was the label's: the fee is due.
call SettlementService/OpenDispute
by brand sekar at 2019-09-25T04:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "dispute_id": "late-post",
  "subject": {"cost_id": "fee-joko"},
  "reason": "two days late, in the week of the fair",
  "evidence": ["mail/2019-09-25-joko"]
}

call SettlementService/ApproveCost
by brand sekar at 2019-09-25T05:00:00Z
refused DISPUTED, later INVALID_FIELD
{"campaign_id": "lurik-harian", "cost_id": "fee-joko"}

call SettlementService/ResolveDispute
by brand sekar at 2019-09-26T02:00:00Z
{
  "campaign_id": "lurik-harian", "collaboration_id": "joko-1", "dispute_id": "late-post",
  "ruling": "DISPUTE_RULING_OVERTURNED",
  "arbiter": {"name": "Wulan", "role": "association of fashion creators"},
  "reason": "the delay began with the parcel"
}

call SettlementService/ApproveCost
by brand sekar at 2019-09-26T03:05:00Z
{"campaign_id": "lurik-harian", "cost_id": "fee-joko"}

call SettlementService/RecordPayment
by brand sekar at 2019-09-30T03:05:00Z
{
  "campaign_id": "lurik-harian", "cost_id": "fee-joko", "payment_id": "pay-joko-1",
  "amount": {"currency_code": "IDR", "minor_units": "95000000"},
  "external_reference": "TRF-0930-joko", "paid_at": "2019-09-30T03:05:00Z"
}

call CollaborationService/VerifyPublication
by brand sekar at 2019-10-14T03:00:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1", "deliverable_id": "showcase"}

call CollaborationService/CompleteCollaboration
by brand sekar at 2019-10-14T03:00:30Z
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1"}

call CollaborationService/VerifyPublication
by brand sekar at 2019-10-14T03:01:00Z
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1", "deliverable_id": "showcase"}

call CollaborationService/CompleteCollaboration
by brand sekar at 2019-10-14T03:01:30Z
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1"}

call CampaignService/CloseCampaign
by brand sekar at 2019-10-15T03:00:00Z
{"campaign_id": "lurik-harian"}

# In October Indah has 120,000 followers. Now she is macro; in the first campaign she stays micro.
call CreatorService/RecordCreatorProfile
by brand sekar at 2019-10-15T04:00:00Z
{
  "creator_id": "indah",
  "profile": {
    "followers": [{
      "platform": "PLATFORM_INSTAGRAM", "followers": "120000", "observed_at": "2019-10-15T00:00:00Z"
    }],
    "niches": ["fashion"],
    "locality": "Solo", "display_name": "Indah",
    "handles": [{"platform": "PLATFORM_INSTAGRAM", "handle": "@indah.outfit"}]
  }
}

# Both are asked again, for what is worn to work. Joko has promised himself elsewhere.
call CampaignService/CreateCampaign
by brand sekar at 2019-10-16T03:00:00Z
{
  "campaign_id": "lurik-kerja",
  "plan": {
    "title": "Lurik kerja: wear it to work", "objective": "CAMPAIGN_OBJECTIVE_LOYALTY",
    "niches": ["fashion"],
    "formats": ["CONTENT_FORMAT_SHOWCASE"],
    "currency_code": "IDR",
    "budget_cap": {"currency_code": "IDR", "minor_units": "150000000"},
    "start_at": "2019-10-16T00:00:00Z", "end_at": "2019-10-31T00:00:00Z",
    "measure_until": "2019-11-15T00:00:00Z", "gross_margin_bp": 5000,
    "policy": {"disclosure_required": true}
  }
}

call CampaignService/OpenCampaign
by brand sekar at 2019-10-16T03:10:00Z
{"campaign_id": "lurik-kerja"}

call CollaborationService/InviteCreator
by brand sekar at 2019-10-16T04:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "creator_id": "indah",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "80000000"},
    "deliverables": [{
      "deliverable_id": "office-look", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-10-24T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "INDAHKERJA"},
    "usage_rights": [{
      "rights_id": "lookbook", "scope": "USAGE_SCOPE_OWNED_CHANNELS",
      "starts_at": "2019-10-20T00:00:00Z", "ends_at": "2019-12-15T00:00:00Z"
    }]
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/InviteCreator
by brand sekar at 2019-10-16T04:05:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "joko-2", "creator_id": "joko",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "60000000"},
    "deliverables": [{
      "deliverable_id": "office-look", "platform": "PLATFORM_TIKTOK",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-10-24T00:00:00Z"
    }],
    "attribution": {"window_days": 7, "link": "https://lurik.example/kerja?by=joko"}
  },
  "expires_at": "2249-12-31T00:00:00Z"
}

call CollaborationService/AcceptBrief
by creator indah at 2019-10-17T02:00:00Z
{"campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "offer_version": 1}

call CollaborationService/DeclineInvitation
by creator joko at 2019-10-17T03:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "joko-2",
  "reason": "under contract with another label until December"
}

call CollaborationService/ShipProduct
by brand sekar at 2019-10-18T03:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "shipment_id": "outfit",
  "product": "Lurik blazer",
  "value": {
    "cost_of_goods": {"currency_code": "IDR", "minor_units": "10000000"},
    "fair_value": {"currency_code": "IDR", "minor_units": "45000000"}
  },
  "shipped_at": "2019-10-18T03:00:00Z", "cost_id": "blazer-indah"
}

# The blazer does not fit at once. Indah asks for two more days, and Sekar agrees: terms change
# only with the other side's consent.
call CollaborationService/AmendTerms
by creator indah at 2019-10-21T02:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2",
  "terms": {
    "fee": {"currency_code": "IDR", "minor_units": "80000000"},
    "deliverables": [{
      "deliverable_id": "office-look", "platform": "PLATFORM_INSTAGRAM",
      "format": "CONTENT_FORMAT_SHOWCASE", "due_at": "2019-10-26T00:00:00Z"
    }],
    "attribution": {"window_days": 30, "code": "INDAHKERJA"},
    "usage_rights": [{
      "rights_id": "lookbook", "scope": "USAGE_SCOPE_OWNED_CHANNELS",
      "starts_at": "2019-10-20T00:00:00Z", "ends_at": "2019-12-15T00:00:00Z"
    }]
  },
  "reason": "the blazer has to be taken in"
}

call CollaborationService/AcceptAmendment
by brand sekar at 2019-10-21T05:00:00Z
{"campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "terms_version": 2}

call CollaborationService/SubmitContent
by creator indah at 2019-10-23T04:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "deliverable_id": "office-look",
  "content_ref": "drafts/indah/office-look-v1",
  "content_sha256": "5aE4Sf7LRT4pcDLayCQAmefWXLKEVejYRxdJx00e668="
}

call CollaborationService/ApproveContent
by brand sekar at 2019-10-24T04:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "deliverable_id": "office-look",
  "submission_version": 1, "rating": 5
}

call CollaborationService/RecordPublication
by creator indah at 2019-10-25T04:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "deliverable_id": "office-look",
  "publication_id": "indah-office", "url": "https://instagram.example/p/indah-kerja",
  "platform_post_id": "ig-4003", "published_at": "2019-10-25T04:00:00Z", "disclosed": true
}

call MeasurementService/RecordConversion
by brand sekar at 2019-10-26T10:00:00Z
{
  "campaign_id": "lurik-kerja", "order_source": "webshop", "order_id": "K-1",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "45000000"},
  "ordered_at": "2019-10-26T10:00:00Z", "code": "INDAHKERJA"
}

call MeasurementService/RecordConversion
by brand sekar at 2019-10-27T10:00:00Z
{
  "campaign_id": "lurik-kerja", "order_source": "webshop", "order_id": "K-2",
  "type": "CONVERSION_TYPE_SALE",
  "value": {"currency_code": "IDR", "minor_units": "150000000"},
  "ordered_at": "2019-10-27T10:00:00Z", "code": "INDAHKERJA"
}

call MeasurementService/RecordEngagement
by brand sekar at 2019-10-30T00:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "publication_id": "indah-office",
  "observed_at": "2019-10-30T00:00:00Z", "source": "OBSERVATION_SOURCE_API",
  "kind": "MEASUREMENT_KIND_MEASURED", "scope": "MEASUREMENT_SCOPE_TOTAL",
  "counters": {
    "likes": "3600", "comments": "300", "shares": "300", "saves": "600", "views": "90000",
    "reach": "70000", "impressions": "80000", "clicks": "1200"
  }
}

call CollaborationService/RecordProductReturned
by brand sekar at 2019-10-30T02:00:00Z
{
  "campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "shipment_id": "outfit",
  "returned_at": "2019-10-30T02:00:00Z", "reason": "she keeps the first one"
}

call SettlementService/RecordCost
by brand sekar at 2019-10-25T05:00:00Z
{
  "campaign_id": "lurik-kerja", "cost_id": "fee-indah", "collaboration_id": "indah-2",
  "type": "COST_TYPE_FEE",
  "amount": {"currency_code": "IDR", "minor_units": "80000000"},
  "incurred_at": "2019-10-25T05:00:00Z"
}

call SettlementService/ApproveCost
by brand sekar at 2019-10-30T03:00:00Z
{"campaign_id": "lurik-kerja", "cost_id": "fee-indah"}

call CollaborationService/VerifyPublication
by brand sekar at 2019-10-30T04:00:00Z
{"campaign_id": "lurik-kerja", "collaboration_id": "indah-2", "deliverable_id": "office-look"}

call CollaborationService/CompleteCollaboration
by brand sekar at 2019-10-30T04:00:30Z
{"campaign_id": "lurik-kerja", "collaboration_id": "indah-2"}

call CampaignService/CloseCampaign
by brand sekar at 2019-10-31T03:00:00Z
{"campaign_id": "lurik-kerja"}

# The first campaign's report is made when the label needs it, on 26 October. Two days later one of
# two outfits of order L-2 comes back: late, and counted, in revision 2.
call ReportService/FinaliseReport
by brand sekar at 2019-10-26T03:00:00Z
{"campaign_id": "lurik-harian", "revision": 1}

call MeasurementService/RecordRefund
by brand sekar at 2019-10-28T10:00:00Z
{
  "order_source": "webshop", "order_id": "L-2", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "50000000"},
  "refunded_at": "2019-10-28T10:00:00Z"
}

call ReportService/FinaliseReport
by brand sekar at 2019-10-29T03:00:00Z
{"campaign_id": "lurik-harian", "revision": 2}

# More than the order cannot come back.
call MeasurementService/RecordRefund
by brand sekar at 2019-10-29T10:00:00Z
refused REFUND_EXCEEDS_ORDER
{
  "order_source": "webshop", "order_id": "L-4", "refund_id": "r-1",
  "amount": {"currency_code": "IDR", "minor_units": "60000000"},
  "refunded_at": "2019-10-29T10:00:00Z"
}

# Workings, in rupiah.
#
# Lurik harian
#   commission    Joko, 10 %: L-3 150,000 in a line; L-8 100,000 in a line, paid, then refunded:
#                 100,000 carried; L-4 50,000 go into that: 50,000 are still carried
#                 earned 150,000 + 50,000 = 200,000 = lines 250,000 - carried 50,000
#   C committed   fees 650,000 + 950,000 + outfits 2 x 100,000 + commission 200,000 = 2,000,000
#                 the studio's 400,000 is reversed
#   C accrued     the same = 2,000,000
#   C paid        400,000 + 250,000 + 950,000 + commission 100,000 = 1,700,000
#   gross         Indah L-1 500,000 + L-2 1,000,000 + L-5 1,000,000 + L-6 2,000,000 = 4,500,000
#                 Joko L-3 1,500,000 + L-8 1,000,000 + L-4 500,000 = 3,000,000; together 7,500,000
#   refunds       L-6 1,000,000 + L-8 1,000,000 + L-2 500,000 = 2,500,000
#                 without the late one 2,000,000
#   R             5,000,000; on time 5,500,000; credited to nobody: L-7 500,000
#   ROI           (5,000,000 - 2,000,000) / 2,000,000 = 3/2; on time 3,500,000 / 2,000,000 = 7/4
#                 on paid cost (5,000,000 - 1,700,000) / 1,700,000 = 33/17
#   on margin     (2,500,000 - 2,000,000) / 2,000,000 = 1/4; on paid cost 800,000/1,700,000 = 8/17
#   CPA           seven credited orders: 2,000,000 / 7
#   E             3,000 + 5,000 = 8,000      CPE = 2,000,000 / 8,000 = 250; on paid cost 425/2
#   ER followers  3,000/60,000 = 5,000/100,000 = 8,000/160,000 = 1/20
#   CPM           2,000,000 / 100 = 20,000   CPC = 2,000,000 / 2,500 = 800
#   CTR           2,500 / 100,000 = 1/40     CVR = 7 / 2,500
#   delivery      on time 1 of 2 by the dates in force and by the first dates; 172,800 seconds late
#                 3 versions, 1 revision of 2 handed in = 1/2; one undisclosed
#
# Revision 1 and revision 2: L-2's 500,000 more refunded
#   R             5,500,000, then 5,000,000
#   net return    3,500,000, then 3,000,000; on paid cost 3,800,000, then 3,300,000
#   ROI           7/4, then 3/2; on paid cost 38/17, then 33/17
#   on margin     750,000/2,000,000 = 3/8, then 1/4
#                 on paid cost 1,050,000/1,700,000 = 21/34, then 8/17
#   ROAS          11/4, then 5/2; on paid cost 55/17, then 50/17
#
# Indah, first     C = 650,000 + 100,000 = 750,000; R = 4,500,000 - 1,500,000 = 3,000,000; ROI = 3
#   days to pay    4 and 10, mean 7; now MACRO, accepted as MICRO
# Indah, second    C = 800,000 + 100,000 = 900,000; R = 450,000 + 1,500,000 = 1,950,000
#                  on time by the amended date, late by the first; E 4,800 of 120,000 = 1/25
# Indah, both      C = 1,650,000; R = 4,950,000; ROI = 3,300,000 / 1,650,000 = 2
#                  E 3,000 + 4,800 = 7,800 of 180,000 = 13/300
#                  accepted on 30 August, 2:00, and 17 October, 2:00 = 48 days
#
# Joko             C = 950,000 + 100,000 + 200,000 = 1,250,000
#                  R = 3,000,000 - 1,000,000 = 2,000,000; ROI = 3/5
#                  he said no once: 1 of 2 accepted; one dispute
# Micro            Indah's first and Joko's: C = 2,000,000; R = 5,000,000; ROI 3/2; ER 1/20; CPE 250
#                  CPM by impressions 20,000
# Macro            Indah's second: C = 900,000; R = 1,950,000; ROI = 1,050,000 / 900,000 = 7/6
#                  ER 1/25; CPE = 900,000 / 4,800 = 375/2; CPM by impressions 900,000 / 80 = 11,250
# retention        both accepted in August, Indah again in October = 1/2

# What the campaign cost and brought, and what the late refund changed.
ask ReportService/GetCampaignRoi
{"campaign_id": "lurik-harian"}

ask ReportService/CompareReports
{"campaign_id": "lurik-harian", "from_revision": 1, "to_revision": 2}

# Indah's part, and Joko's, with what is carried of his commission.
ask ReportService/GetCollaborationPerformance
show performance.creatorId performance.state performance.tierAtAcceptance
show performance.tierNow performance.delivery.onTimeRate performance.delivery.breachesLate
show performance.delivery.breachesUndisclosed performance.total.revenue.grossMinor
show performance.total.revenue.refundsMinor performance.total.returns.basis
show performance.total.returns.netReturn performance.total.returns.roi
show performance.commission
{"campaign_id": "lurik-harian", "collaboration_id": "indah-1"}

ask ReportService/GetCollaborationPerformance
show performance.creatorId performance.state performance.tierAtAcceptance
show performance.tierNow performance.delivery.onTimeRate performance.delivery.breachesLate
show performance.delivery.breachesUndisclosed performance.total.revenue.grossMinor
show performance.total.revenue.refundsMinor performance.total.returns.basis
show performance.total.returns.netReturn performance.total.returns.roi
show performance.commission
{"campaign_id": "lurik-harian", "collaboration_id": "joko-1"}

# What the label and Indah did together; both partnerships, the best return first.
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
{"creator_id": "indah"}

ask ReportService/ListPartnerships
show partnerships.creatorId partnerships.acceptedCollaborations partnerships.repeatRate
show partnerships.delivery.onTimeRate partnerships.lifetime.currencyCode
show partnerships.lifetime.returns.basis partnerships.lifetime.returns.netReturn
show partnerships.lifetime.returns.roi
{
  "order_by": "PARTNERSHIP_ORDER_LIFETIME_ROI", "currency_code": "IDR",
  "basis": "COST_BASIS_ACCRUED"
}

# Micro against macro, on the label's own numbers; who came back.
ask ReportService/GetComparison
show rows.tier rows.collaborations rows.figures.returns.basis
show rows.figures.returns.roi rows.figures.engagement.erFollowers.overall
show rows.figures.engagement.unitCosts.basis rows.figures.engagement.unitCosts.cpe
{"group_by": ["COMPARISON_KEY_TIER"]}

ask ReportService/GetCreatorRetention
{
  "first_from": "2019-08-01T00:00:00Z", "first_until": "2019-10-01T00:00:00Z",
  "second_from": "2019-10-01T00:00:00Z", "second_until": "2019-11-01T00:00:00Z"
}

# How the dispute ended; posts that still hide the cooperation; rights about to end; what is
# approved and not paid.
ask SettlementService/ListDisputes
{"campaign_id": "lurik-harian"}

ask MeasurementService/ListPublications
{"campaign_id": "lurik-harian", "undisclosed": true}

ask CollaborationService/ListUsageRights
{"ends_before": "2020-01-01T00:00:00Z"}

ask ReportService/ListWorklist
{"kinds": ["TASK_KIND_PAY"]}
