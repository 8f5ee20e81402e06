"""Checks the systemd unit and runs it: `python service.py BINARY`.

The unit must leave little to an attacker, and be understood without a word. Then a systemd of its own, in
namespaces of its own, starts it: with the user, the sandbox, the readiness and the watchdog that it asks for.
That takes root and a cgroup that can be made; elsewhere it is said that the unit was not run.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNIT = Path("deploy/systemd/campaign-ledger.service")
BACKUP = UNIT.with_name("campaign-ledger-backup.service")
TIMER = BACKUP.with_suffix(".timer")
SYSUSERS = UNIT.with_suffix(".sysusers")
TMPFILES = UNIT.with_suffix(".tmpfiles")
EXAMPLE = Path("deploy/config.example.toml")
# Ten times what `systemd-analyze security` shows.
MOST_EXPOSED = "20"
PATIENCE_S = 30

# Another machine, as far as a manager of services can tell. Its units are only those of this check.
BOOT = """
set -eu
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
umount -R -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount --bind "$WORK/etc" /etc
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /var/backups
mkdir -p /run/units /run/lock /run/here
cp -a "$WORK/here/." /run/here/
cp -a "$WORK/units/." /run/units/
systemd-sysusers "$WORK/here/sysusers.conf"
systemd-tmpfiles --create "$WORK/here/tmpfiles.conf"
exec env -i SYSTEMD_UNIT_PATH=/run/units container=check PATH="$PATH" \\
  /lib/systemd/systemd --system --unit=basic.target --log-target=console --show-status=no
"""

TARGETS = ["basic", "multi-user", "network-online", "shutdown", "sysinit", "time-sync"]
# The paths of this check, a log that can be read, and a watchdog that need not be waited for.
HERE = """
[Service]
ExecStart=
ExecStart=/run/here/campaign-ledger serve --config /run/here/config.toml
StandardOutput=append:/run/here/out
StandardError=append:/run/here/err
WatchdogSec=2
TimeoutAbortSec=1
RestartSec=100ms
"""


# The backup finds the program here.
HERE_FOR_BACKUP = """
[Service]
Environment=PATH=/run/here:/usr/bin:/bin
StandardOutput=append:/run/here/backup-out
StandardError=append:/run/here/err
"""


def check_exposure(unit):
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    command += [f"--threshold={MOST_EXPOSED}", str(unit)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def check_words(binary, work):
    """Anything that systemd says of a unit is a mistake in it."""
    copies = []
    for unit in [UNIT, BACKUP, TIMER]:
        copies.append(work / unit.name)
        copies[-1].write_text(unit.read_text().replace("/usr/bin/campaign-ledger", binary))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *copies], capture_output=True, text=True
    )
    said = verified.stdout + verified.stderr
    if verified.returncode != 0 or said:
        sys.exit(f"{UNIT.parent}: {said}")


def make_cgroup():
    """Makes a cgroup for the manager, or returns nothing where that can't be done."""
    mounts = Path("/proc/mounts").read_text()
    found = re.search(r"(?m)^\S+ (\S+) cgroup2 ", mounts)
    if os.geteuid() != 0 or not found:
        return None
    cgroup = Path(found[1]) / f"campaign-ledger-check-{os.getpid()}"
    try:
        cgroup.mkdir()
    except OSError:
        return None
    return cgroup


class Machine:
    """A manager of services with the unit under check."""

    def __init__(self, binary, work, cgroup):
        self.work, self.cgroup, self.manager = work, cgroup, None
        shutil.copytree("/etc", work / "etc", symlinks=True)
        (work / "etc/machine-id").write_text("0" * 31 + "1\n")
        here, units = work / "here", work / "units"
        here.mkdir()
        shutil.copy(binary, here / "campaign-ledger")
        shutil.copy(SYSUSERS, here / "sysusers.conf")
        shutil.copy(TMPFILES, here / "tmpfiles.conf")
        shutil.copy(EXAMPLE, here / "config.toml")
        os.chmod(here / "config.toml", 0o644)
        units.mkdir()
        for target in TARGETS:
            (units / f"{target}.target").write_text(f"[Unit]\nDescription={target}\n")
        for unit, ours in [(UNIT, HERE), (BACKUP, HERE_FOR_BACKUP)]:
            shutil.copy(unit, units)
            (units / f"{unit.name}.d").mkdir()
            (units / f"{unit.name}.d/here.conf").write_text(ours)

    def __enter__(self):
        join = (
            f"echo $$ >{self.cgroup}/cgroup.procs; exec unshare "
            '--fork --pid --mount --cgroup --net --uts --ipc --kill-child bash -c "$BOOT"'
        )
        environment = {"PATH": os.environ["PATH"], "WORK": str(self.work), "BOOT": BOOT}
        self.log = open(self.work / "manager.log", "w+")
        self.outer = subprocess.Popen(
            ["bash", "-c", join], env=environment, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log,
        )  # fmt: skip
        try:
            self.manager = self.until("a manager", self.child)
            self.until("a system", self.is_up)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # The end of the first process of a namespace is the end of all.
        if self.manager:
            os.kill(self.manager, signal.SIGKILL)
        else:
            self.outer.kill()
        self.outer.wait()
        self.log.close()
        for directory, _, _ in os.walk(self.cgroup, topdown=False):
            os.rmdir(directory)

    def is_up(self):
        return self.run("systemctl", "is-active", "basic.target")[0] == 0

    def child(self):
        if self.outer.poll() is not None:
            self.die("the manager ended")
        children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text()
        return int(children.split()[0]) if children else None

    def until(self, what, found):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            value = found()
            if value:
                return value
            time.sleep(0.05)
        self.die(f"there never was {what}")

    def die(self, why):
        self.log.seek(0)
        said = self.run("cat", "/run/here/err")[1] if self.manager else ""
        sys.exit(f"{why}\n{self.log.read()}\n{said}")

    def run(self, *command):
        """Runs a command on that machine; returns its exit code and what it printed."""
        entering = ["nsenter", "--target", str(self.manager), "--all", *command]
        ran = subprocess.run(entering, capture_output=True, text=True, timeout=PATIENCE_S * 2)
        return ran.returncode, ran.stdout + ran.stderr

    def must(self, *command):
        code, printed = self.run(*command)
        if code != 0:
            self.die(f"{' '.join(command)}: {printed}")
        return printed

    def shows(self, name):
        return self.must("systemctl", "show", "--value", "-p", name, UNIT.name).strip()


def expect(machine, name, found, wanted):
    if found != wanted:
        machine.die(f"{UNIT}: {name} is {found}, not {wanted}")


def starts(machine):
    machine.must("systemctl", "start", UNIT.name)
    expect(machine, "the state", machine.shows("ActiveState"), "active")
    status = machine.shows("StatusText")
    if not status.startswith("serving on 127.0.0.1:50051"):
        machine.die(f"the status is {status}")
    process = machine.must("cat", f"/proc/{machine.shows('MainPID')}/status")
    none = "0" * 16
    wanted_of = {"NoNewPrivs": "1", "Seccomp": "2", "CapEff": none, "CapBnd": none}
    for name, wanted in wanted_of.items():
        expect(machine, name, re.search(rf"(?m)^{name}:\s*(\S+)", process)[1], wanted)
    if re.search(r"(?m)^Uid:\s*0\b", process):
        machine.die("it runs as root")
    owner = machine.must("stat", "-c", "%a %U", "/var/lib/campaign-ledger").strip()
    expect(machine, "the data directory", owner, "700 campaign-ledger")


def works(machine):
    """All kinds of calls, under the filter of calls of the system."""
    ledger = "/run/here/campaign-ledger"
    machine.must(ledger, "healthcheck")
    server = ["--server", "http://127.0.0.1:50051"]
    machine.must(ledger, "demo", *server)
    machine.must("systemctl", "start", BACKUP.name)
    backups = machine.must(
        "find", "/var/backups/campaign-ledger", "-name", "*.clbu", "-user", "campaign-ledger"
    )
    if len(backups.splitlines()) != 1:
        machine.die(f"the backups are {backups}")
    said = machine.run("cat", "/run/here/err")[1]
    if "WARN" in said or "ERROR" in said:
        machine.die("it warns")


def is_watched(machine):
    """A process that stands still is ended and started again, and has lost nothing."""
    before = machine.shows("MainPID")
    machine.must("kill", "-STOP", before)
    machine.until("a second start", lambda: machine.shows("NRestarts") == "1")
    machine.until("a second life", lambda: machine.shows("ActiveState") == "active")
    machine.must("/run/here/campaign-ledger", "healthcheck")
    # Alive for longer than the watchdog allows to be silent.
    time.sleep(2.5)
    expect(machine, "the number of restarts", machine.shows("NRestarts"), "1")


def stops(machine):
    machine.must("systemctl", "stop", UNIT.name)
    expect(machine, "the result", machine.shows("Result"), "success")
    expect(machine, "the exit code", machine.shows("ExecMainStatus"), "0")


def gives_up_on_bad_settings(machine):
    machine.must("bash", "-c", "echo 'no_such_key = 1' >>/run/here/config.toml")
    if machine.run("systemctl", "start", UNIT.name)[0] == 0:
        machine.die("it starts with bad settings")
    expect(machine, "the exit code", machine.shows("ExecMainStatus"), "2")
    expect(machine, "the state", machine.shows("ActiveState"), "failed")


def main():
    binary = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="service-") as directory:
        work = Path(directory)
        check_exposure(UNIT)
        check_exposure(BACKUP)
        check_words(binary, work)
        print("the units are understood, and exposed by at most 2.0")
        cgroup = make_cgroup()
        if not cgroup:
            print("NOT RUN: a systemd of its own needs root and a cgroup")
            return
        with Machine(binary, work, cgroup) as machine:
            starts(machine)
            works(machine)
            is_watched(machine)
            stops(machine)
            gives_up_on_bad_settings(machine)
        print("systemd starts it, watches it, restarts it, stops it")


if __name__ == "__main__":
    main()
