"""A brand with one large campaign: collaborations, posts, observations."""

from collections import deque
from datetime import datetime, timedelta, timezone

BRAND = "attacked"
CAMPAIGN = "large"
POSTS_EACH = 20
IN_FLIGHT = 128
NOW = datetime.now(timezone.utc)


def at(days=0.0, seconds=0.0):
    return (NOW + timedelta(days=days, seconds=seconds)).isoformat()


def context(kind="BRAND", **more):
    return {"actor": {"kind": f"ACTOR_KIND_{kind}", "id": "attack"}, **more}


def idr(rupiah):
    return {"currency_code": "IDR", "minor_units": str(rupiah * 100)}


def post(number):
    """Names of a post, by its number."""
    return {
        "campaign_id": CAMPAIGN,
        "collaboration_id": f"k-{number // POSTS_EACH}",
        "publication_id": f"p-{number}",
    }


def seen(number, time):
    """An observation of a post: unique by its time."""
    return {
        **post(number),
        "observed_at": time,
        "source": "OBSERVATION_SOURCE_API",
        "kind": "MEASUREMENT_KIND_MEASURED",
        "scope": "MEASUREMENT_SCOPE_TOTAL",
        "counters": {"likes": str(number % 900), "views": str(9_000 + number), "reach": "5000"},
        "followers": "20000",
    }


class World:
    """Makes it over gRPC, many calls at a time."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.under_way = deque()

    def write(self, method, request, kind="BRAND"):
        self.under_way.append(
            self.ledger.start(method, {"brand_id": BRAND, "context": context(kind), **request})
        )
        while len(self.under_way) > IN_FLIGHT:
            self.under_way.popleft().result()

    def settle(self):
        while self.under_way:
            self.under_way.popleft().result()

    def make(self, posts):
        """Opens the campaign and publishes so many posts, `POSTS_EACH` by a creator."""
        creators = (posts + POSTS_EACH - 1) // POSTS_EACH
        plan = {
            "title": "Attacked",
            "objective": "CAMPAIGN_OBJECTIVE_ENGAGEMENT",
            "currency_code": "IDR",
            "budget_cap": idr(10_000_000_000),
            "start_at": at(-30),
            "end_at": at(30),
        }
        self.ledger.call(
            "CampaignService/CreateCampaign",
            {"brand_id": BRAND, "context": context(), "campaign_id": CAMPAIGN, "plan": plan},
        )
        self.write("CampaignService/OpenCampaign", {"campaign_id": CAMPAIGN})
        for number in range(creators):
            self.write("CreatorService/RecordCreatorProfile", {"creator_id": f"c-{number}", "profile": {}})
        self.settle()
        for number in range(creators):
            promised = [
                {
                    "deliverable_id": f"d-{index}",
                    "platform": "PLATFORM_INSTAGRAM",
                    "format": "CONTENT_FORMAT_REVIEW",
                    "due_at": at(1),
                }
                for index in range(POSTS_EACH)
            ]
            invite = {
                "campaign_id": CAMPAIGN,
                "collaboration_id": f"k-{number}",
                "creator_id": f"c-{number}",
                "terms": {"fee": idr(100_000), "deliverables": promised},
                "expires_at": at(7),
            }
            self.write("CollaborationService/InviteCreator", invite)
        self.settle()
        for number in range(creators):
            accept = {"campaign_id": CAMPAIGN, "collaboration_id": f"k-{number}", "offer_version": 1}
            self.write("CollaborationService/AcceptBrief", accept, kind="CREATOR")
        self.settle()
        for number in range(posts):
            publish = {
                **post(number),
                "deliverable_id": f"d-{number % POSTS_EACH}",
                "url": f"https://posts.example/{number}",
                "platform_post_id": f"p-{number}",
                "published_at": at(-20),
                "disclosed": True,
            }
            self.write("CollaborationService/RecordPublication", publish, kind="CREATOR")
        self.settle()

    def observe(self, observations, posts):
        """Records so many observations, spread over the posts, 1,000 in a call."""
        for first in range(0, observations, 1_000):
            items = [
                seen(number % posts, at(-19, seconds=number))
                for number in range(first, min(first + 1_000, observations))
            ]
            self.write("MeasurementService/BatchRecordEngagement", {"observations": items})
        self.settle()
