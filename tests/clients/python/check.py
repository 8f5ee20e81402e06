"""Speaks to a running ledger the way a stranger would: `python check.py 127.0.0.1:50051`.

Every run works in a brand of its own, so it can be repeated. Ends with exit code 1 on the first
thing that is not as documented.
"""

import sys
import threading
import uuid
from datetime import datetime, timedelta, timezone

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from ledger import PACKAGE, Ledger, Refused

SERVICES = ["Audit", "Campaign", "Collaboration", "Creator", "Measurement", "Report", "Settlement"]
NOW = datetime.now(timezone.utc)
BRAND = f"python-{uuid.uuid4()}"


def at(days):
    return (NOW + timedelta(days=days)).isoformat()


def idr(rupiah):
    return {"currency_code": "IDR", "minor_units": str(rupiah * 100)}


def context(request_id="", kind="BRAND", **more):
    actor = {"kind": f"ACTOR_KIND_{kind}", "id": "python"}
    return {"request_id": request_id, "actor": actor, **more}


def refusal(call, code, reason):
    """Makes a call that must be refused; returns the details of the error."""
    try:
        call()
    except Refused as refused:
        assert refused.code is code, refused
        assert refused.reason == reason, refused.details
        return refused.details
    raise AssertionError(f"{reason} expected, but the call was accepted")


class Check:
    """What is checked, in order."""

    def __init__(self, address):
        self.ledger = Ledger(address)

    def write(self, method, request, **how):
        return self.ledger.call(method, {"brand_id": BRAND, "context": context(**how), **request})

    def read(self, method, request):
        return self.ledger.call(method, {"brand_id": BRAND, **request})

    def head(self):
        return int(self.ledger.call("AuditService/GetHead")["position"])

    def health_says_serving(self):
        health = health_pb2_grpc.HealthStub(self.ledger.channel)
        for service in ["", f"{PACKAGE}.CampaignService"]:
            answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING, answer

    def reflection_lists_the_services(self):
        missing = {f"{PACKAGE}.{name}Service" for name in SERVICES} - self.ledger.services()
        assert not missing, missing

    def retry_returns_the_first_answer(self):
        plan = {
            "title": "Seen from Python",
            "objective": "CAMPAIGN_OBJECTIVE_CONVERSION",
            "currency_code": "IDR",
            "budget_cap": idr(1_000_000),
            "start_at": at(-30),
            "end_at": at(30),
            "gross_margin_bp": 5000,
        }
        create = {"campaign_id": "c", "plan": plan}
        first = self.write("CampaignService/CreateCampaign", create, request_id="create")
        again = self.write("CampaignService/CreateCampaign", create, request_id="create")
        assert first == again, (first, again)
        other = {"campaign_id": "c", "plan": {**plan, "title": "Other"}}
        refusal(
            lambda: self.write("CampaignService/CreateCampaign", other, request_id="create"),
            grpc.StatusCode.FAILED_PRECONDITION,
            "REQUEST_ID_REUSED",
        )

    def validate_only_appends_nothing(self):
        before = self.head()
        answer = self.write("CampaignService/OpenCampaign", {"campaign_id": "c"}, validate_only=True)
        assert answer["receipt"]["lastPosition"] == "0", answer
        assert self.head() == before
        self.write("CampaignService/OpenCampaign", {"campaign_id": "c"})

    def every_bad_field_is_named(self):
        bad = {"campaign_id": "Not An Id", "plan": {"currency_code": "rupiah"}}
        details = refusal(
            lambda: self.write("CampaignService/CreateCampaign", bad),
            grpc.StatusCode.INVALID_ARGUMENT,
            "INVALID_FIELD",
        )
        named = {violation.field for violation in details["BadRequest"].field_violations}
        expected = {"campaign_id", "plan.title", "plan.objective", "plan.currency_code"}
        assert expected <= named, named

    def what_is_unknown_is_named(self):
        details = refusal(
            lambda: self.read("CampaignService/GetCampaign", {"campaign_id": "nowhere"}),
            grpc.StatusCode.NOT_FOUND,
            "CAMPAIGN_NOT_FOUND",
        )
        assert details["ResourceInfo"].resource_name == "nowhere", details

    def pages_give_each_creator_once(self):
        wanted = [f"creator-{number:02}" for number in range(25)]
        followers = {"platform": "PLATFORM_TIKTOK", "followers": "20000", "observed_at": at(-1)}
        for creator in reversed(wanted):
            answer = self.write(
                "CreatorService/RecordCreatorProfile",
                {"creator_id": creator, "profile": {"followers": [followers]}},
            )
        query = {"page_size": 10, "min_position": answer["receipt"]["lastPosition"]}
        seen, token = [], ""
        while True:
            page = self.read("CreatorService/ListCreators", {**query, "page_token": token})
            assert len(page["creators"]) <= 10
            seen += [creator["creatorId"] for creator in page["creators"]]
            token = page["nextPageToken"]
            if not token:
                break
            kept = token
        assert seen == wanted, seen
        refusal(
            lambda: self.read("CreatorService/ListCreators", {"blocked": True, "page_token": kept}),
            grpc.StatusCode.INVALID_ARGUMENT,
            "PAGE_TOKEN_MISMATCH",
        )
        forged = ("A" if kept[0] != "A" else "B") + kept[1:]
        refusal(
            lambda: self.read("CreatorService/ListCreators", {"page_token": forged}),
            grpc.StatusCode.INVALID_ARGUMENT,
            "PAGE_TOKEN_INVALID",
        )

    def a_campaign_comes_to_its_roi(self):
        place = {"campaign_id": "c", "collaboration_id": "k"}
        promised = {
            "deliverable_id": "d",
            "platform": "PLATFORM_TIKTOK",
            "format": "CONTENT_FORMAT_REVIEW",
            "due_at": at(1),
        }
        terms = {"fee": idr(100_000), "deliverables": [promised]}
        terms["attribution"] = {"link": "https://shop.example/?by=k"}
        self.write(
            "CollaborationService/InviteCreator",
            {**place, "creator_id": "creator-00", "terms": terms, "expires_at": at(7)},
        )
        accept = {**place, "offer_version": 1}
        refusal(
            lambda: self.write("CollaborationService/AcceptBrief", accept),
            grpc.StatusCode.FAILED_PRECONDITION,
            "ACTOR_NOT_ALLOWED",
        )
        self.write("CollaborationService/AcceptBrief", accept, kind="CREATOR")
        work = {**place, "deliverable_id": "d"}
        content = {"content_ref": "drafts/1", "content_sha256": "A" * 43 + "="}
        self.write("CollaborationService/SubmitContent", {**work, **content}, kind="CREATOR")
        self.write("CollaborationService/ApproveContent", {**work, "submission_version": 1})
        post = {
            "publication_id": "p",
            "url": "https://video.example/p",
            "platform_post_id": "p",
            "published_at": at(-1),
            "disclosed": True,
        }
        self.write("CollaborationService/RecordPublication", {**work, **post}, kind="CREATOR")
        seen = {
            "publication_id": "p",
            "observed_at": at(0),
            "source": "OBSERVATION_SOURCE_API",
            "kind": "MEASUREMENT_KIND_MEASURED",
            "scope": "MEASUREMENT_SCOPE_TOTAL",
            "counters": {"likes": "900", "comments": "100"},
        }
        self.write("MeasurementService/RecordEngagement", {**place, **seen})
        order = {
            "campaign_id": "c",
            "order_source": "shop",
            "order_id": "1",
            "type": "CONVERSION_TYPE_SALE",
            "value": idr(400_000),
            # After the acceptance: the link counts from then on.
            "ordered_at": datetime.now(timezone.utc).isoformat(),
            "touches": [{"collaboration_id": "k", "touched_at": at(-1)}],
        }
        written = self.write("MeasurementService/RecordConversion", order)
        assert written["outcome"] == "CONVERSION_OUTCOME_ATTRIBUTED", written
        again = self.write("MeasurementService/RecordConversion", {**order, "value": idr(1)})
        assert again["outcome"] == "CONVERSION_OUTCOME_REJECTED", again
        position = again["receipt"]["lastPosition"]

        query = {"campaign_id": "c", "min_position": position}
        total = self.read("ReportService/GetCampaignRoi", query)["roi"]["total"]
        returns = total["returns"][0]
        assert returns["basis"] == "COST_BASIS_COMMITTED", returns
        assert returns["roi"] == {"partsPerMillion": "3000000", "exact": "3/1"}, returns
        assert returns["roiOnMargin"] == {"partsPerMillion": "1000000", "exact": "1/1"}, returns
        rate = total["engagement"][0]["erFollowers"]["overall"]
        assert (rate["partsPerMillion"], rate["exact"]) == ("50000", "1/20"), rate
        assert total["engagement"][0]["ctr"]["absent"] == "ABSENT_REASON_NO_OBSERVATION", total

    def a_follower_sees_a_write_as_it_happens(self):
        caught_up, events = threading.Event(), []

        def follow():
            request = {"scope": {"brand_id": BRAND}, "after_position": str(self.head())}
            for message in self.ledger.stream("AuditService/FollowEvents", request, deadline_s=30):
                if "caughtUp" in message:
                    caught_up.set()
                events.extend(message.get("batch", {}).get("records", []))
                if events:
                    return

        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        assert caught_up.wait(20), "the stream never reached the head"
        written = self.write("CampaignService/PauseCampaign", {"campaign_id": "c"})
        follower.join(20)
        assert events, "the event never came"
        assert events[0]["position"] == written["receipt"]["firstPosition"], events

    def a_follower_is_ended_by_its_deadline(self):
        request = {"scope": {"all": {}}, "after_position": str(self.head())}
        try:
            for _ in self.ledger.stream("AuditService/FollowEvents", request, deadline_s=1):
                pass
        except Refused as refused:
            assert refused.code is grpc.StatusCode.DEADLINE_EXCEEDED, refused
        else:
            raise AssertionError("the stream ended by itself")

    def reading_the_brand_gives_its_events_in_order(self):
        request = {"scope": {"brand_id": BRAND}}
        positions = [
            int(record["position"])
            for message in self.ledger.stream("AuditService/ReadEvents", request)
            for record in (message.get("batch") or {}).get("records", [])
        ]
        assert positions == sorted(set(positions)) and len(positions) > 30, positions


CHECKS = [name for name in vars(Check) if "_" in name.strip("_")]


def main():
    check = Check(sys.argv[1])
    for name in CHECKS:
        getattr(check, name)()
        print(f"ok  {name.replace('_', ' ')}")


if __name__ == "__main__":
    main()
