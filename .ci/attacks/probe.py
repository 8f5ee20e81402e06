"""An honest client beside an attack: `python probe.py ADDRESS`.

Writes and reads at a steady pace, in a brand of its own, and prints how long each call took: a line
`write 0.0021` or `query 0.0013` each, or `failed` and why. Ends when its input ends.
"""

import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests/clients/python"))

PACE_S = 0.02


class Probe:
    """Runs the client in a process of its own, so that it does not wait for the attacker's threads."""

    def __init__(self, address):
        self.process = subprocess.Popen(
            [sys.executable, __file__, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n", "the probe did not start"
        self.lock = threading.Lock()
        self.taken = defaultdict(list)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            if not line.endswith("\n"):
                return  # It was ended in the middle of a line.
            kind, value = line.rstrip("\n").split(" ", 1)
            with self.lock:
                self.taken[kind].append(value)

    def window(self, seconds):
        """Listens for so long; returns the p99 in ms by kind, and the failures."""
        with self.lock:
            self.taken.clear()
        time.sleep(seconds)
        with self.lock:
            taken = {kind: list(values) for kind, values in self.taken.items()}
        failed = taken.pop("failed", [])
        return {kind: percentile(values, 0.99) for kind, values in taken.items()}, failed

    @contextmanager
    def silence(self):
        """Calls nothing meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


def percentile(values, share):
    ordered = sorted(float(value) for value in values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1_000


def main():
    from ledger import Ledger, Refused

    brand = f"honest-{uuid.uuid4().hex[:12]}"
    actor = {"kind": "ACTOR_KIND_BRAND", "id": "honest"}
    ledgers = [Ledger(sys.argv[1]), Ledger(sys.argv[1])]

    def write(ledger, number):
        request = {
            "brand_id": brand,
            "context": {"actor": actor},
            "creator_id": f"c-{number % 50}",
            "profile": {"locality": f"place {number}"},
        }
        ledger.call("CreatorService/RecordCreatorProfile", request, deadline_s=30)

    def query(ledger, number):
        request = {"brand_id": brand, "creator_id": f"c-{number % 50}"}
        ledger.call("CreatorService/GetCreator", request, deadline_s=30)

    speaking = threading.Lock()

    def say(kind, text):
        with speaking:
            print(kind, " ".join(text.split()), flush=True)

    def repeat(kind, ledger, call):
        number = 0
        while True:
            began = time.monotonic()
            try:
                call(ledger, number)
                say(kind, f"{time.monotonic() - began:.5f}")
            except Refused as refused:
                say("failed", f"{kind}: {refused}")
            number += 1
            time.sleep(max(0.0, PACE_S - (time.monotonic() - began)))

    for number in range(50):
        write(ledgers[0], number)
    query(ledgers[1], 0)
    print("ready", flush=True)
    for kind, ledger, call in [("write", ledgers[0], write), ("query", ledgers[1], query)]:
        threading.Thread(target=repeat, args=(kind, ledger, call), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
