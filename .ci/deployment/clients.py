"""Checks the service configurations for clients: `python clients.py BINARY`, or with `--renew` writes them.

They say which calls a client may send again by itself. Both follow from the protos, so that a new call
is not forgotten: a read always may, a write only with a request id, and a client library cannot see
whether there is one. So there are two files. A real client then uses both against a real server.
"""

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import grpc
from google.protobuf import descriptor_pb2

from program import Ledger, Program

READS_ONLY = Path("deploy/service_config.json")
WITH_REQUEST_IDS = Path("deploy/service_config_with_request_ids.json")
READS = (
    "Compare",
    "Explain",
    "Export",
    "Follow",
    "Get",
    "List",
    "Match",
    "Read",
    "Subscribe",
    "Take",
)
WRITE_CONTEXT = ".campaign.ledger.v1.WriteContext"
# Neither reads nor with a request id. What they do is set, not added, but a late repeat of an old
# acknowledgement or a deletion may undo what came after it: the client decides.
DECIDED_BY_CLIENTS = {"Acknowledge", "AddCosignature", "DeleteSubscription"}
# Each chunk is acknowledged; the client sends again what was not.
STREAMED_WRITES = {"IngestEngagement"}

# Five tries, the most that gRPC allows, within some eight seconds: a restart takes less. Only UNAVAILABLE:
# RESOURCE_EXHAUSTED says itself when to come back, and to come sooner makes it worse.
RETRIES = {
    "maxAttempts": 5,
    "initialBackoff": "0.5s",
    "maxBackoff": "5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def services():
    """Yields the full name of each service and its methods, with the fields of their requests."""
    with tempfile.NamedTemporaryFile(suffix=".binpb") as file:
        subprocess.run(["buf", "build", "-o", file.name], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(file.name).read_bytes()).file
    messages = {
        f".{file.package}.{message.name}": message
        for file in files
        for message in file.message_type
    }
    for file in files:
        for service in file.service:
            methods = [
                (method, {field.type_name for field in messages[method.input_type].field})
                for method in service.method
            ]
            yield f"{file.package}.{service.name}", methods


def config_of(reads, writes):
    names = [{"service": service, "method": method} for service, method in sorted(reads + writes)]
    return {
        "methodConfig": [{"name": names, "retryPolicy": RETRIES}],
        # When half of the recent calls fail, retries stop: they would only be load.
        "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.5},
    }


def expected():
    reads, writes, left = [], [], set()
    for service, methods in services():
        for method, fields in methods:
            if method.name.startswith(READS):
                if WRITE_CONTEXT in fields:
                    sys.exit(f"{method.name} is named as a read and has a context of writes")
                reads.append((service, method.name))
            elif WRITE_CONTEXT in fields and not method.client_streaming:
                writes.append((service, method.name))
            else:
                left.add(method.name)
    if left != DECIDED_BY_CLIENTS | STREAMED_WRITES:
        sys.exit(
            f"say whether these may be retried: {left ^ (DECIDED_BY_CLIENTS | STREAMED_WRITES)}"
        )
    print(
        f"{len(reads)} reads, {len(writes)} writes with a request id, {len(left)} decided by clients"
    )
    return {READS_ONLY: config_of(reads, []), WITH_REQUEST_IDS: config_of(reads, writes)}


def channel_with(path, address):
    return grpc.insecure_channel(address, options=[("grpc.service_config", path.read_text())])


def outcome(channel, method, request=b""):
    call = channel.unary_unary(f"/campaign.ledger.v1.{method}")
    try:
        call(request, timeout=20)
        return grpc.StatusCode.OK
    except grpc.RpcError as error:
        return error.code()


def check_with_server(program):
    """A read that begins before the server is there gets its answer; a write fails at once, unless the
    client promises request ids. The write is empty, so the server refuses it: but it got there."""
    read, write = "AuditService/GetHead", "CampaignService/CreateCampaign"
    with Ledger(program) as ledger:
        address = ledger.address
        with channel_with(READS_ONLY, address) as channel:
            assert outcome(channel, read) is grpc.StatusCode.OK
    ledger = Ledger(program)
    outcomes = {}

    def ask(path, method):
        with channel_with(path, ledger.address) as channel:
            outcomes[path, method] = outcome(channel, method)

    asked = [(path, method) for path in (READS_ONLY, WITH_REQUEST_IDS) for method in (read, write)]
    threads = [threading.Thread(target=ask, args=pair) for pair in asked]
    for thread in threads:
        thread.start()
    # The one that is not sent again has ended by then.
    threads[asked.index((READS_ONLY, write))].join()
    with ledger:
        for thread in threads:
            thread.join()
    codes = grpc.StatusCode
    wanted = [codes.OK, codes.UNAVAILABLE, codes.OK, codes.INVALID_ARGUMENT]
    found = [outcomes[pair] for pair in asked]
    if found != wanted:
        sys.exit(f"wanted {wanted}, got {found}")
    print("a real client retries reads, and writes only where it promises request ids")


def main():
    for path, config in expected().items():
        text = json.dumps(config, indent=2) + "\n"
        if "--renew" in sys.argv:
            path.write_text(text)
        elif path.read_text() != text:
            sys.exit(f"{path} lacks a call or has one too many: renew it with --renew")
    if "--renew" not in sys.argv:
        check_with_server(Program(sys.argv[1]))


if __name__ == "__main__":
    main()
