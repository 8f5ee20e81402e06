"""Attacks a release build from outside: `python main.py BINARY [ATTACK...]`.

Each attack runs beside an honest client and is bounded in count and time. What is looked at is what
the honest client notices (p99 of its writes and queries, as a ratio to the p99 without an attack) and
what the process takes (resident memory over what it was before). Ends with exit code 1 when a bound
is broken.

    ATTACK_POSTS, ATTACK_OBSERVATIONS   size of the campaign that is attacked
"""

import gzip
import os
import shutil
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests/clients/python"))

import grpc
from h2.exceptions import ProtocolError
from ledger import Ledger, Refused
from probe import Probe
from server import Server
from wire import Alive, Connection, framed
from world import BRAND, CAMPAIGN, World, at, context, seen

POSTS = int(os.environ.get("ATTACK_POSTS", "4000"))
OBSERVATIONS = int(os.environ.get("ATTACK_OBSERVATIONS", "60000"))
# The bounds. Latencies below the floor are noise of a shared machine, whatever the ratio says.
MOST_MIB = 256
MOST_RATIO = 2.0
FLOOR_MS = 25.0
BACK_WITHIN_S = 60
WINDOW_S = 4


class Attacks:
    """What clients do to others, one method each. A method yields once the attack is under way."""

    def __init__(self, server):
        self.server = server
        self.address = server.address

    def ledger(self):
        return Ledger(self.address)

    @contextmanager
    def stated_sizes(self):
        """8 connections of 256 streams, each of which states a message of 4 MiB and sends nothing."""
        connections = [Connection(self.address) for _ in range(8)]
        with Alive(connections):
            for connection in connections:
                connection.pump(0.2)
                for _ in range(250):
                    stream = connection.open("MeasurementService/BatchRecordEngagement")
                    connection.send(stream, framed(b"", stated=4 << 20))
            yield

    @contextmanager
    def unfinished_messages(self):
        """8 connections of 64 messages of 4 MiB, of which all but the end is sent."""
        connections = [Connection(self.address) for _ in range(8)]
        junk = b"\0" * (1 << 16)
        with Alive(connections):
            for connection in connections:
                connection.pump(0.2)
                streams = [
                    connection.open("MeasurementService/BatchRecordEngagement") for _ in range(64)
                ]
                for stream in streams:
                    connection.send(stream, framed(b"", stated=4 << 20))
                deadline = time.monotonic() + 1
                while time.monotonic() < deadline and not connection.closed:
                    for stream in streams:
                        connection.send(stream, junk)
                    connection.pump(0.01)
            yield

    @contextmanager
    def empty_items(self):
        """Batches of two million empty items, compressed to 4 KB, again and again."""
        packed = gzip.compress(b"\x1a\0" * 2_000_000)
        with repeated(32, lambda: self._send_packed(packed)):
            yield

    def _send_packed(self, packed):
        connection = Connection(self.address)
        connection.pump(0.1)
        stream = connection.open(
            "MeasurementService/BatchRecordEngagement", grpc_encoding="gzip"
        )
        connection.send(stream, framed(packed, compressed=True), end=True)
        connection.pump(0.5)
        connection.close()

    @contextmanager
    def fields_again_and_again(self):
        """Requests of one field a million times, compressed to 4 KB, and of a text that inflates."""
        bodies = [b"\x12\0" * 2_000_000, b"\xa2\x06\0" * 1_300_000, b"\x08\0" * 2_000_000]
        bodies.append(b"\x0a\xff\xff\x7f" + b"a" * 2_097_151)
        packed = [gzip.compress(body) for body in bodies]
        numbers = iter(range(10**9))
        with repeated(8, lambda: self._send_packed(packed[next(numbers) % len(packed)])):
            yield

    @contextmanager
    def frames_that_nobody_reads(self):
        """60 ingests that take no answers send single bytes, each behind 8 KiB that HTTP/2 skips."""
        method = "MeasurementService/IngestEngagement"
        ledger = self.ledger()
        messages = [{"opening": {"brand_id": BRAND, "context": context()}}]
        for number in range(1, 14):
            observation = {**seen(0, at(-1)), "campaign_id": "none"}
            messages.append({"chunk": {"chunk_number": number, "observations": [observation]}})
        begun = b"".join(framed(ledger.encoded(method, message)) for message in messages)
        connections = [Connection(self.address, window=0) for _ in range(60)]
        streams = {}
        for connection in connections:
            connection.pump(0.05)
            streams[connection] = connection.open(method)
            connection.send(streams[connection], begun)
        deadline = time.monotonic() + 8
        for _ in range(40):
            for connection in connections:
                if not connection.closed and time.monotonic() < deadline:
                    connection.send_bytes_apart(streams[connection], 25)
                    connection.pump()
        with Alive(connections):
            yield

    @contextmanager
    def late_retries(self):
        """64 callers repeat observations that were recorded long ago."""
        ledger = self.ledger()
        numbers = iter(range(10**9))

        def call():
            number = next(numbers) * 7 % OBSERVATIONS
            request = {
                "brand_id": BRAND,
                "context": context(),
                **seen(number % POSTS, at(-19, seconds=number)),
            }
            ledger.call("MeasurementService/RecordEngagement", request, deadline_s=20)

        with repeated(64, call):
            yield

    @contextmanager
    def heavy_queries(self):
        """16 callers ask for the figures of a large campaign."""
        ledger = self.ledger()
        request = {"brand_id": BRAND, "campaign_id": CAMPAIGN}
        with repeated(16, lambda: ledger.call("ReportService/GetCampaignRoi", request, deadline_s=30)):
            yield

    @contextmanager
    def questions_of_the_past(self):
        """32 callers ask for the figures as they were."""
        ledger = self.ledger()
        head = int(ledger.call("AuditService/GetHead")["position"])
        numbers = iter(range(10**9))

        def call():
            position = head - next(numbers) % 20
            request = {
                "brand_id": BRAND,
                "campaign_id": CAMPAIGN,
                "as_of": {"position": str(position)},
            }
            ledger.call("ReportService/GetCampaignRoi", request, deadline_s=20)

        with repeated(32, call):
            yield

    @contextmanager
    def slow_readers(self):
        """600 readers of the whole log that take nothing."""
        message = self.ledger().encoded("AuditService/ReadEvents", {"scope": {"all": {}}})
        connections = [Connection(self.address) for _ in range(6)]
        with Alive(connections):
            for connection in connections:
                connection.pump(0.2)
                for _ in range(100):
                    stream = connection.open("AuditService/ReadEvents")
                    connection.send(stream, framed(message), end=True)
            yield

    @contextmanager
    def readers_that_left(self):
        """600 readers of events that never come, which leave at once, again and again."""
        message = self.ledger().encoded(
            "AuditService/ReadEvents", {"scope": {"brand_id": "nobody"}}
        )

        def call():
            connection = Connection(self.address)
            connection.pump(0.1)
            for _ in range(100):
                stream = connection.open("AuditService/ReadEvents")
                connection.send(stream, framed(message), end=True)
            connection.pump(0.05)
            connection.close()

        with repeated(6, call, pause_s=1.0):
            yield

    @contextmanager
    def readers_of_both_kinds(self):
        """600 readers that take nothing beside 600 that leave, again and again."""
        with self.slow_readers(), self.readers_that_left():
            yield

    @contextmanager
    def dropped_streams(self):
        """Streams that are opened and reset, some thousand a second."""
        message = self.ledger().encoded("AuditService/FollowEvents", {"scope": {"all": {}}})

        def call():
            connection = Connection(self.address)
            connection.pump(0.1)
            for _ in range(100):
                stream = connection.open("AuditService/FollowEvents")
                connection.send(stream, framed(message), end=True)
                connection.reset(stream)
                connection.pump()
                if connection.closed:
                    break
            connection.close()

        before = self.server.logged_bytes()
        with repeated(2, call):
            yield
        grown = self.server.logged_bytes() - before
        assert grown < 64 << 10, f"{grown} bytes of log lines"

    @contextmanager
    def idle_connections(self):
        """600 connections that answer pings and ask for nothing; a newcomer must get in."""
        connections = [Connection(self.address) for _ in range(600)]
        with Alive(connections):
            # A connection keeps its place for a second, in which its client may be about to call.
            time.sleep(1.5)
            for _ in range(8):
                try:
                    newcomer = self.ledger()
                    newcomer.call("AuditService/GetHead", deadline_s=10)
                except (Refused, grpc.RpcError) as error:
                    raise AssertionError(f"a newcomer: {error}") from None
                newcomer.channel.close()
            yield

    @contextmanager
    def idle_ingests(self):
        """80 ingest streams that say nothing; a newcomer must get in."""
        connections = [Connection(self.address) for _ in range(10)]
        with Alive(connections):
            for connection in connections:
                connection.pump(0.2)
                for _ in range(8):
                    connection.open("MeasurementService/IngestEngagement")
            # A stream keeps its place for five seconds, in which its client may be busy.
            time.sleep(6)
            self._ingest_once()
            yield

    def _ingest_once(self):
        ledger = self.ledger()
        opening = ledger.encoded(
            "MeasurementService/IngestEngagement",
            {"opening": {"brand_id": BRAND, "context": context()}},
        )
        send = ledger.channel.stream_stream("/campaign.ledger.v1.MeasurementService/IngestEngagement")
        try:
            list(send(iter([opening]), timeout=10))
        except grpc.RpcError as error:
            raise AssertionError(f"a newcomer's ingest: {error.details()}") from None

    @contextmanager
    def unread_backups(self):
        """8 backups that nobody takes; the honest client goes on."""
        message = self.ledger().encoded("AuditService/TakeBackup", {})
        connections = [Connection(self.address) for _ in range(4)]
        with Alive(connections):
            for connection in connections:
                connection.pump(0.2)
                for _ in range(2):
                    stream = connection.open("AuditService/TakeBackup")
                    connection.send(stream, framed(message), end=True)
            yield


@contextmanager
def repeated(callers, call, pause_s=0.0):
    """So many threads make a call again and again, whatever comes of it."""
    ended = threading.Event()

    def run():
        while not ended.is_set():
            try:
                call()
            except (Refused, OSError, grpc.RpcError, ProtocolError):
                time.sleep(0.01)
            ended.wait(pause_s)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(30)


ATTACKS = [name for name in vars(Attacks) if not name.startswith("_") and name != "ledger"]


def ratio(under, alone):
    return max(under, FLOOR_MS) / max(alone, FLOOR_MS)


def run(name, server, probe):
    """Runs one attack; returns what was wrong."""
    wrong = []
    alone, _ = probe.window(WINDOW_S)
    before = server.rss()
    server.forget_peak()
    try:
        with getattr(Attacks(server), name)():
            under, failed = probe.window(WINDOW_S)
            peak = server.peak()
    except AssertionError as error:
        wrong.append(str(error))
        under, failed, peak = {}, [], server.peak()
    # Memory comes back also while nobody calls.
    with probe.silence():
        after = server.settles_to(before + MOST_MIB / 4, BACK_WITHIN_S)
    ratios = {kind: ratio(under[kind], alone[kind]) for kind in under}
    if peak - before > MOST_MIB:
        wrong.append(f"memory grew by {peak - before:.0f} MiB")
    if after - before > MOST_MIB / 4:
        wrong.append(f"{after - before:.0f} MiB are still held after {BACK_WITHIN_S} s")
    for kind in ("write", "query"):
        if kind not in under:
            wrong.append(f"no {kind} was answered")
        elif ratios[kind] > MOST_RATIO:
            wrong.append(f"p99 of a {kind} is {ratios[kind]:.1f} times what it is alone")
    if failed:
        wrong.append(f"{len(failed)} honest calls failed: {failed[0]}")
    shown = "  ".join(
        f"{kind} {alone.get(kind, 0):.0f} → {under[kind]:.0f} ms" for kind in sorted(under)
    )
    print(
        f"{name:24} {before:5.0f} → {peak:5.0f} → {after:5.0f} MiB  {shown}  "
        + ("; ".join(wrong) if wrong else "ok"),
        flush=True,
    )
    return wrong


def main():
    binary, chosen = sys.argv[1], sys.argv[2:] or ATTACKS
    directory = tempfile.mkdtemp(prefix="attacks-")
    wrong = []
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        server = Server(binary, directory)
        stack.callback(server.kill)
        began = time.monotonic()
        world = World(Ledger(server.address))
        world.make(POSTS)
        world.observe(OBSERVATIONS, POSTS)
        print(f"{POSTS} posts, {OBSERVATIONS} observations in {time.monotonic() - began:.0f} s")
        probe = Probe(server.address)
        stack.callback(probe.end)
        for name in chosen:
            wrong += run(name, server, probe)
        with Attacks(server).questions_of_the_past(), Attacks(server).late_retries():
            time.sleep(1)
            code, seconds = server.end()
        print(f"ended by SIGTERM amid folds of the past: exit code {code} after {seconds:.1f} s")
        if code != 0 or seconds > 11:
            wrong.append(f"exit code {code} after {seconds:.1f} s")
    if wrong:
        sys.exit(f"{len(wrong)} bounds are broken")


if __name__ == "__main__":
    main()
