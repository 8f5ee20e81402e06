"""What the program of a build understands: commands, flags and settings.

Deployment files may be ahead of a build that lacks a feature, such as the admin port. What they use and
the build lacks is then said, not hidden; everything else must fit.
"""

import re
import socket
import subprocess
import tempfile

# Settings and flags that some builds do not have.
MAY_LACK = set()


class Program:
    def __init__(self, path):
        self.path = path
        self.told = set()

    def run(self, *arguments):
        return subprocess.run(
            [self.path, *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={},
        )

    def lacks(self, setting):
        """Whether this build lacks a setting that it may lack; says so once."""
        if setting not in MAY_LACK:
            return False
        if setting not in self.told:
            print(f"NOT CHECKED: this build has no {setting}")
            self.told.add(setting)
        return True

    def misunderstood(self, arguments):
        """Returns what is wrong with a command line, without doing it."""
        # Variables that Kubernetes fills in.
        known = [re.sub(r"\$\((\w+)\)", r"\1", argument) for argument in arguments]
        known = [f"http://{argument}" if argument == "LEDGER" else argument for argument in known]
        while True:
            tried = self.run(*known, "--help")
            if tried.returncode == 0:
                return []
            unknown = re.search(r"unexpected argument '--([\w-]+)'", tried.stderr)
            if not unknown or not self.lacks(unknown[1].replace("-", "_")):
                return [f"{' '.join(arguments)}: {tried.stderr.splitlines()[0]}"]
            at = known.index(f"--{unknown[1]}")
            known[at : at + 2] = []

    def refuses_config(self, path):
        """Returns what is wrong with a configuration, without serving."""
        left = path.read_text()
        while True:
            path.write_text(left)
            tried = self.run("serve", "--print-config", "--config", str(path))
            if tried.returncode == 0:
                return []
            unknown = re.match(r"error: (\w+) \(from .*unknown key", tried.stderr)
            if unknown and self.lacks(unknown[1]):
                left = re.sub(rf"(?m)^{unknown[1]} =.*\n", "", left)
                continue
            # Without TLS a build does not listen beyond loopback.
            if "neither TLS nor authentication" in tried.stderr and self.told & {"tls_certificate"}:
                left += "insecure = true\n"
                continue
            return [f"{path.name}: {tried.stderr.strip()}"]

    def default_config(self):
        return self.run("serve", "--print-config").stdout

    def has(self, setting):
        return re.search(rf"(?m)^{setting} = ", self.default_config()) is not None


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


class Ledger:
    """A running server on an empty directory, with its admin port if the build has one."""

    def __init__(self, program):
        self.program = program
        self.directory = tempfile.TemporaryDirectory()
        self.admin_address = free_address() if program.has("admin_listen") else None
        self.address = free_address()
        self.process = None

    def __enter__(self):
        command = [self.program.path, "serve", "--data-dir", f"{self.directory.name}/data"]
        command += ["--listen", self.address, "--drain-delay-ms", "0", "--log-filter", "warn"]
        if self.admin_address:
            command += ["--admin-listen", self.admin_address]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={})
        for line in self.process.stdout:
            if line.startswith("Try:"):
                return self
        raise SystemExit(f"the server ended with {self.process.wait()}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=20)
        self.directory.cleanup()
