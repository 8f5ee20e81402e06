"""Waits until a ledger serves: `python await_serving.py ADDRESS SECONDS`."""

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

address, seconds = sys.argv[1], float(sys.argv[2])
channel = grpc.insecure_channel(address, options=[("grpc.initial_reconnect_backoff_ms", 100)])
watch = health_pb2_grpc.HealthStub(channel).Watch(
    health_pb2.HealthCheckRequest(), timeout=seconds, wait_for_ready=True
)
try:
    for answer in watch:
        if answer.status == health_pb2.HealthCheckResponse.SERVING:
            sys.exit(0)
except grpc.RpcError as error:
    sys.exit(f"{address} does not serve: {error.code().name} {error.details()}")
sys.exit(f"{address} went away")
