"""Does what the backup job and the restore drill of the dev overlay do, here: `python drill.py BINARY`.

Their steps are run in order, with the arguments of the manifests, against a ledger that has played the
demo. Paths of volumes become directories. Then a backup that is damaged on its volume must fail the drill.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from program import Ledger, Program

OVERLAY = "deploy/kubernetes/overlays/dev"
OLD_S = 32 * 86400


def jobs():
    text = subprocess.run(
        ["kubectl", "kustomize", OVERLAY], check=True, capture_output=True, text=True
    ).stdout
    return {
        thing["metadata"]["name"]: thing["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        for thing in yaml.safe_load_all(text)
        if thing["kind"] == "CronJob"
    }


class Cluster:
    def __init__(self, program, work, url):
        self.program, self.work, self.url = program, work, url

    def here(self, word, job):
        """A word of a manifest, with variables filled in and volumes put below our directory."""
        word = word.replace("$(JOB)", job).replace("$(LEDGER)", self.url)
        return f"{self.work}{word}" if word.startswith("/") else word

    def runs(self, spec, job):
        """Runs the steps of a job; returns the name of the one that failed."""
        for step in spec["initContainers"] + spec["containers"]:
            if "command" in step:
                command = [self.here(word, job) for word in step["command"]]
            else:
                command = [self.program.path, *(self.here(word, job) for word in step["args"])]
            ran = subprocess.run(command, capture_output=True, text=True)
            print(f"{job}, {step['name']}: exit code {ran.returncode}")
            if ran.returncode != 0:
                print(ran.stderr.strip())
                return step["name"]
        return None


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: {found}, not {wanted}")


def main():
    program = Program(str(Path(sys.argv[1]).resolve()))
    backup, drill = (jobs()[f"campaign-ledger-{name}"] for name in ("backup", "restore-drill"))
    with tempfile.TemporaryDirectory(prefix="drill-") as directory, Ledger(program) as ledger:
        work, url = Path(directory), f"http://{ledger.address}"
        (work / "backups").mkdir()
        (work / "drill").mkdir()
        expect(program.run("demo", "--server", url).returncode, 0, "the demo")
        cluster = Cluster(program, work, url)
        old = work / "backups/backup-0.clbu"
        old.write_bytes(b"an old one")
        before = time.time() - OLD_S
        subprocess.run(["touch", "-d", f"@{before:.0f}", old], check=True)

        expect(cluster.runs(backup, "backup-1"), None, "the backup job")
        # A second try of the same job, after its node was lost.
        expect(cluster.runs(backup, "backup-1"), None, "the backup job, again")
        kept = {path.name for path in (work / "backups").iterdir()}
        expect(kept, {"backup-1.clbu", "latest.clbu"}, "the backups")
        expect(cluster.runs(drill, "drill-1"), None, "the drill")

        latest = work / "backups/latest.clbu"
        damaged = bytearray(latest.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        latest.write_bytes(damaged)
        subprocess.run(["rm", "-r", work / "drill/ledger"], check=True)
        expect(cluster.runs(drill, "drill-2"), "restore", "a drill of a damaged backup")


if __name__ == "__main__":
    main()
