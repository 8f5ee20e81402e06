"""Builds the image and runs it, as far as this machine can: `python image.py BINARY`.

The stage that compiles needs an image of Rust from a registry, so it is stood in for by a binary that was
built here, put together by the same script. All else is real: the context that a builder would get, the
final stage, and a process of it without privileges on a root that cannot be written.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from program import Program, free_address

DOCKERFILE = "deploy/docker/Dockerfile"
NAME = "localhost/campaign-ledger:checked"

# What a runtime of containers does: own mounts, no writable root, a volume, devices, no privileges.
RUN = """
set -eu
mount --bind "$ROOT" "$ROOT"
mount --bind /dev "$ROOT/dev"
mount --bind "$VOLUME" "$ROOT/var/lib/campaign-ledger"
mount -o remount,bind,ro "$ROOT"
exec setpriv --no-new-privs chroot --userspec="$OWNER" --groups= "$ROOT" "$@"
"""


class Buildah:
    def __init__(self, work):
        self.command = ["buildah", "--storage-driver", "vfs"]
        self.command += ["--root", f"{work}/store", "--runroot", f"{work}/run"]

    def __call__(self, *arguments):
        ran = subprocess.run([*self.command, *arguments], capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(f"buildah {' '.join(arguments)}: {ran.stdout}{ran.stderr}")
        return ran.stdout.strip()

    def files_of(self, image):
        return Path(self("mount", self("from", image)))


def check_context(buildah, work):
    """Everything that the sources name is in what the builder gets, and nothing that is private."""
    everything = work / "context.Dockerfile"
    everything.write_text("FROM scratch\nCOPY . /\n")
    buildah("build", "--isolation=chroot", "-f", str(everything), "-t", "localhost/context", ".")
    root = buildah.files_of("localhost/context")
    manifest = ["cargo", "metadata", "--no-deps", "--offline", "--format-version=1"]
    subprocess.run(
        [*manifest, "--manifest-path", root / "Cargo.toml"], check=True, stdout=subprocess.DEVNULL
    )
    for source in (root / "src").rglob("*.rs"):
        for named in re.findall(r'include_(?:str|bytes)!\(\s*"([^"]+)"', source.read_text()):
            if not (source.parent / named).resolve().exists():
                sys.exit(
                    f"{DOCKERFILE}: {source.relative_to(root)} reads {named}, not in the context"
                )
    for private in [".git", "target", "campaign-ledger-data"]:
        if (root / private).exists():
            sys.exit(f"{DOCKERFILE}: {private} is in the context")
    print(f"the context has what the build reads: {sum(1 for _ in root.rglob('*'))} files")


def build(buildah, binary, work):
    subprocess.run(["deploy/docker/rootfs", binary, work / "stage/image"], check=True)
    buildah(
        "build", "--format=docker", "--isolation=chroot", f"--build-context=build={work}/stage",
        "-f", DOCKERFILE, "-t", NAME, ".",
    )  # fmt: skip
    inspected = json.loads(buildah("inspect", "--type=image", NAME))["Docker"]["config"]
    root = buildah.files_of(NAME)
    for shell in ["bin/sh", "bin/bash", "usr/bin/sh", "busybox"]:
        if (root / shell).exists():
            sys.exit(f"{DOCKERFILE}: there is a shell in the image")
    return inspected, root


class Container:
    """Processes with the image's root, user and environment."""

    def __init__(self, config, root, work):
        self.config, self.root, self.volume = config, root, work / "volume"
        uid, _, gid = config["User"].partition(":")
        if uid != gid or int(uid) == 0:
            sys.exit(f"{DOCKERFILE}: the user {config['User']}")
        # As a new volume begins: with the owner and the mode of the directory in the image.
        owner = (root / "var/lib/campaign-ledger").stat()
        self.volume.mkdir(mode=owner.st_mode & 0o777)
        os.chown(self.volume, owner.st_uid, owner.st_gid)
        (root / "dev").mkdir(exist_ok=True)

    def start(self, command, **settings):
        environment = dict(word.split("=", 1) for word in self.config["Env"])
        environment |= {"ROOT": str(self.root), "VOLUME": str(self.volume)}
        environment |= {"OWNER": self.config["User"], **settings}
        command = ["unshare", "--mount", "bash", "-c", RUN, "bash", *command]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def ends(self, command, **settings):
        """Runs to the end; returns the exit code and what was printed."""
        process = self.start(command, **settings)
        printed, _ = process.communicate(timeout=30)
        return process.returncode, printed


def run(program, config, root, work):
    container = Container(config, root, work)
    here = {"CAMPAIGN_LEDGER_LISTEN": free_address(), "CAMPAIGN_LEDGER_LOG_FORMAT": "text"}
    if program.has("admin_listen"):
        # Another ledger of this machine may have the usual port.
        here["CAMPAIGN_LEDGER_ADMIN_LISTEN"] = ""
    check = config["Healthcheck"]["Test"]
    if check[0] != "CMD":
        sys.exit(f"{DOCKERFILE}: the health check needs a shell")
    code, printed = container.ends(check[1:], **here)
    if code != 1:
        sys.exit(f"the health check of nothing ended with {code}: {printed}")
    server = container.start(config["Entrypoint"] + config["Cmd"], **here)
    said = []
    for line in server.stdout:
        said.append(line)
        if line.startswith("Try:"):
            break
    else:
        sys.exit(f"the container ended with {server.wait()}: {''.join(said)}")
    code, printed = container.ends(check[1:], **here)
    if code != 0:
        sys.exit(f"the health check ended with {code}: {printed}")
    server.send_signal(signal.Signals[config["StopSignal"]])
    code = server.wait(timeout=30)
    if code != 0:
        sys.exit(f"the container ended with {code} after {config['StopSignal']}")
    owners = {
        (path.stat().st_uid, path.stat().st_mode & 0o077) for path in container.volume.rglob("*")
    }
    if owners != {(int(config["User"].split(":")[0]), 0)}:
        sys.exit(f"files of the volume belong to {owners}")
    print("the image serves as nobody, on a root that cannot be written, and is healthy")


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="image-") as directory:
        work = Path(directory)
        buildah = Buildah(work)
        check_context(buildah, work)
        config, root = build(buildah, binary, work)
        run(Program(binary), config, root, work)
        buildah("rm", "--all")


if __name__ == "__main__":
    main()
