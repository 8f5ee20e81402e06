"""A real Prometheus scrapes a real ledger, and real faults fire its alerts: `python prometheus.py BINARY`.

The configuration and the rules are those of deploy/prometheus. Only the waiting is taken out of them: scrapes
come every second, and what an alert waits `for` is a second too.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from program import Ledger, Program, free_address

DEPLOYED = Path("deploy/prometheus")
PATIENCE_S = 60


class Prometheus:
    def __init__(self, work, target):
        self.address, self.work = free_address(), work
        rules = (DEPLOYED / "alerts.yml").read_text()
        (work / "alerts.yml").write_text(re.sub(r"(?m)^( +for:) .*$", r"\1 1s", rules))
        config = (DEPLOYED / "prometheus.yml").read_text()
        config = re.sub(r"_interval: \d+s", "_interval: 1s", config)
        config, targets = re.subn(r"targets: \[.*\]", f"targets: [{target}]", config)
        assert targets == 1, "one target to scrape"
        (work / "prometheus.yml").write_text(config)

    def __enter__(self):
        command = ["prometheus", f"--config.file={self.work}/prometheus.yml"]
        command += [f"--storage.tsdb.path={self.work}/tsdb", f"--web.listen-address={self.address}"]
        self.log = open(self.work / "log", "w+")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def firing(self):
        """Names of the alerts that fire; none while it starts."""
        try:
            with urllib.request.urlopen(
                f"http://{self.address}/api/v1/alerts", timeout=5
            ) as answer:
                alerts = json.load(answer)["data"]["alerts"]
        except OSError:
            return set()
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def until(self, alert, fires=True):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if (alert in self.firing()) == fires:
                print(f"{alert} {'fires' if fires else 'has ended'}")
                return
            time.sleep(0.2)
        self.log.seek(0)
        sys.exit(f"{alert} never {'fired' if fires else 'ended'}\n{self.log.read()[-2000:]}")


def play(program, work):
    with Ledger(program) as ledger, Prometheus(work, ledger.admin_address) as prometheus:
        url = f"http://{ledger.address}"
        prometheus.until("CampaignLedgerNoBackup")
        program.run("backup", "create", str(work / "backup.clbu"), "--server", url)
        prometheus.until("CampaignLedgerNoBackup", fires=False)
        # From now on no file can be written: the disk is full, for all that the ledger can tell.
        subprocess.run(["prlimit", f"--pid={ledger.process.pid}", "--fsize=0:"], check=True)
        for _ in range(4):
            refused = program.run("demo", "--server", url)
            assert refused.returncode != 0, "a write on a full disk"
            # A rate takes two scrapes that have seen the error.
            time.sleep(1.2)
        prometheus.until("CampaignLedgerWritesStopped")
        prometheus.until("CampaignLedgerErrorRate")
        read = program.run("call", "AuditService/GetHead", "--server", url)
        assert read.returncode == 0, f"reads go on: {read.stderr}"
        ledger.process.send_signal(signal.SIGKILL)
        prometheus.until("CampaignLedgerDown")


def main():
    program = Program(sys.argv[1])
    if not shutil.which("prometheus"):
        print("NOT RUN: no prometheus")
    elif program.has("admin_listen") or not program.lacks("admin_listen"):
        with tempfile.TemporaryDirectory(prefix="prometheus-") as work:
            play(program, Path(work))


if __name__ == "__main__":
    main()
