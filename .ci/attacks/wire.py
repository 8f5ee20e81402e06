"""HTTP/2 by hand: connections that do what no honest client does."""

import socket
import struct
import threading

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

PACKAGE = "campaign.ledger.v1"


def framed(message, stated=None, compressed=False):
    """A gRPC message on the wire; `stated` lies about its length."""
    length = len(message) if stated is None else stated
    return struct.pack(">BI", compressed, length) + message


class Connection:
    """One connection. Answers pings, and takes what comes only when asked to."""

    def __init__(self, address, window=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.http.initiate_connection()
        if window is not None:
            self.http.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.closed = False
        self.events = []
        self.flush()

    def flush(self):
        data = self.http.data_to_send()
        if data:
            try:
                self.socket.sendall(data)
            except OSError:
                self.closed = True

    def pump(self, seconds=0.0):
        """Takes what has come, or comes within `seconds`, without opening windows again."""
        self.socket.settimeout(seconds or 0.0001)
        try:
            data = self.socket.recv(1 << 16)
        except (TimeoutError, BlockingIOError):
            return []
        except OSError:
            self.closed = True
            return []
        if not data:
            self.closed = True
            return []
        try:
            events = self.http.receive_data(data)
        except h2.exceptions.ProtocolError:
            self.closed = True
            return []
        finally:
            self.flush()
        self.events += events
        return events

    def open(self, method, **headers):
        """Begins a call; returns its stream."""
        stream = self.http.get_next_available_stream_id()
        fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", f"/{PACKAGE}.{method}"),
            (":authority", "ledger"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ]
        fields += [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.http.send_headers(stream, fields)
        self.flush()
        return stream

    def send(self, stream, data, end=False):
        """Sends as much as the windows allow; returns how much that was."""
        sent = 0
        try:
            while sent < len(data):
                room = min(
                    self.http.local_flow_control_window(stream), self.http.max_outbound_frame_size
                )
                if room <= 0:
                    break
                part = data[sent : sent + room]
                sent += len(part)
                self.http.send_data(stream, part, end_stream=end and sent == len(data))
        except h2.exceptions.ProtocolError:
            pass
        self.flush()
        return sent

    def send_bytes_apart(self, stream, count):
        """Sends single bytes to a stream, past the windows, each behind a frame of unknown type."""
        byte = struct.pack(">I", 1)[1:] + b"\0\0" + struct.pack(">I", stream) + b"\0"
        skipped = struct.pack(">I", 8_100)[1:] + b"\x77\0" + bytes(4 + 8_100)
        try:
            self.socket.settimeout(1)
            self.socket.sendall((byte + skipped) * count)
        except OSError:
            self.closed = True

    def reset(self, stream):
        try:
            self.http.reset_stream(stream)
        except h2.exceptions.ProtocolError:
            pass
        self.flush()

    def close(self):
        self.closed = True
        self.socket.close()


class Alive:
    """Keeps connections alive: answers their pings until it is left."""

    def __init__(self, connections):
        self.connections = connections
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.ended.wait(0.2):
            for connection in self.connections:
                if not connection.closed:
                    connection.pump()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        for connection in self.connections:
            connection.close()
