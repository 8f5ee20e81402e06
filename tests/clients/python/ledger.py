"""A client that knows the ledger by server reflection alone: no generated code.

Requests and answers are dicts in canonical proto JSON, with every field of an answer that has no
presence of its own filled in.
"""

import threading

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status

PACKAGE = "campaign.ledger.v1"
DOMAIN = "campaign-ledger"
DEADLINE_S = 10


class Refused(Exception):
    """An error of the ledger: its status code, its reason and its details by name."""

    def __init__(self, error):
        super().__init__(f"{error.code().name}: {error.details()}")
        self.code = error.code()
        self.details = {}
        status = rpc_status.from_call(error)
        for detail in status.details if status else ():
            name = detail.TypeName().rsplit(".", 1)[-1]
            message = getattr(error_details_pb2, name)()
            detail.Unpack(message)
            self.details[name] = message

    @property
    def reason(self):
        info = self.details["ErrorInfo"]
        assert info.domain == DOMAIN, info
        return info.reason


class Ledger:
    """The services of a running ledger."""

    def __init__(self, address):
        # A connection of its own: channels to the same address would share one.
        own = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.insecure_channel(address, options=own)
        self._reflection = ProtoReflectionDescriptorDatabase(self.channel)
        self._pool = descriptor_pool.DescriptorPool(self._reflection)
        # The pool asks the server for what it lacks, and is not made for many threads.
        self._describing = threading.Lock()

    def services(self):
        return set(self._reflection.get_services())

    def call(self, method, request=None, deadline_s=DEADLINE_S):
        """Calls `Service/Method`; returns the answer, raises Refused."""
        send, request = self._prepare(self.channel.unary_unary, method, request)
        try:
            return _as_dict(send(request, timeout=deadline_s))
        except grpc.RpcError as error:
            raise Refused(error) from None

    def start(self, method, request=None, deadline_s=DEADLINE_S):
        """Begins a call of `Service/Method`; returns its future, for many at a time."""
        send, request = self._prepare(self.channel.unary_unary, method, request)
        return send.future(request, timeout=deadline_s)

    def encoded(self, method, request):
        """Returns the bytes of a request message."""
        return self._prepare(self.channel.unary_unary, method, request)[1].SerializeToString()

    def stream(self, method, request=None, deadline_s=DEADLINE_S):
        """Calls a streaming `Service/Method`; yields the answers, raises Refused."""
        send, request = self._prepare(self.channel.unary_stream, method, request)
        try:
            for answer in send(request, timeout=deadline_s):
                yield _as_dict(answer)
        except grpc.RpcError as error:
            raise Refused(error) from None

    def _prepare(self, kind, method, request):
        service, name = method.split("/")
        with self._describing:
            described = self._pool.FindServiceByName(f"{PACKAGE}.{service}")
            descriptor = described.FindMethodByName(name)
            message = message_factory.GetMessageClass(descriptor.input_type)()
            answer = message_factory.GetMessageClass(descriptor.output_type)
        json_format.ParseDict(request or {}, message)
        send = kind(
            f"/{PACKAGE}.{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        return send, message


def _as_dict(message):
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
