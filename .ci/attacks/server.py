"""The server under attack, seen from outside: its memory, its log lines, its end."""

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

MIB = 1 << 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A release build on a port of its own."""

    def __init__(self, binary, directory, *arguments):
        self.address = f"127.0.0.1:{free_port()}"
        self.errors = Path(directory) / "server.err"
        self._stderr = self.errors.open("ab")
        self.process = subprocess.Popen(
            [
                *(binary, "serve", "--data-dir", f"{directory}/data", "--listen", self.address),
                # Several may run at a time, and the default port is one.
                *("--admin-listen=", *arguments),
            ],
            stdout=subprocess.DEVNULL,
            stderr=self._stderr,
        )
        self._await()

    def _await(self):
        channel = grpc.insecure_channel(
            self.address, options=[("grpc.initial_reconnect_backoff_ms", 100)]
        )
        watch = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(), timeout=60, wait_for_ready=True
        )
        for answer in watch:
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                break
        watch.cancel()
        channel.close()

    def rss(self):
        """Resident memory, in MiB."""
        return self._status("VmRSS")

    def peak(self):
        """Greatest resident memory since the last `forget_peak`, in MiB."""
        return self._status("VmHWM")

    def forget_peak(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, field):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+)", text)[1]) / 1024

    def cpu(self):
        """Processor time taken so far, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def logged_bytes(self):
        return self.errors.stat().st_size

    def settles_to(self, mib, seconds):
        """Waits until no more memory than this is resident; returns what is."""
        deadline = time.monotonic() + seconds
        while self.rss() > mib and time.monotonic() < deadline:
            time.sleep(0.25)
        return self.rss()

    def end(self):
        """Ends it with SIGTERM; returns the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._stderr.close()
        return code, time.monotonic() - began

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self._stderr.closed:
            self._stderr.close()


if __name__ == "__main__":
    sys.exit("run main.py")
