"""Controls of the emulated cloud, below ``/_holdfast/``: what tests and the calendar need and AWS has no call for.

Served by the emulator itself and not through the proxy, so no client of the cloud can reach them by
its endpoint. JSON in, JSON out.

=====================================  ==================================================================
``GET  /_holdfast/health``             ``{"ministack", "python"}``
``GET  /_holdfast/replication``        ``{"paused", "cutRegions", "delayMs", "pending"}``
``PUT  /_holdfast/replication``        any of ``paused``, ``cutRegions``, ``delayMs``; what was held up goes on
``GET  /_holdfast/buckets``            ``[{"name", "region"}]``
``GET  /_holdfast/objects?bucket=b``   ``{"versions": [...], "uploads": [...]}``, oldest version of a key first
``POST /_holdfast/lifecycle``          ``{"bucket", "now", "actions": [...]}`` as the S3 lifecycle would act
``PUT  /_holdfast/version``            ``{"bucket", "key", "versionId", "lastModified"?, "storageClass"?}``
``GET  /_holdfast/invocations``        ``{"<function ARN>": count}``
``GET  /_holdfast/queues``             ``{"<region> <name>": {"visible", "inFlight", "delayed"}}``
=====================================  ==================================================================
"""

import json
import platform
from urllib.parse import parse_qs

from . import MINISTACK_VERSION, lambda_metrics, lifecycle_actions, s3_replication


def _replication(s3, request):
    state = s3_replication.state
    if request is not None:
        unknown = set(request) - {"paused", "cutRegions", "delayMs"}
        if unknown:
            raise ValueError(f"unknown {', '.join(sorted(unknown))}; allowed: paused, cutRegions, delayMs")
        state.paused = bool(request.get("paused", state.paused))
        state.cut = frozenset(request.get("cutRegions", state.cut))
        state.delay_ms = int(request.get("delayMs", state.delay_ms))
        s3_replication.resume(s3)
    return {
        "paused": state.paused,
        "cutRegions": sorted(state.cut),
        "delayMs": state.delay_ms,
        "pending": len(state.pending),
    }


def _queues():
    from ministack.services import sqs

    found = {}
    for (_, region, _), queue in list(sqs._queues._data.items()):
        sqs._refresh_counts(queue)
        attributes = queue["attributes"]
        name = queue.get("name") or attributes["QueueArn"].rsplit(":", 1)[-1]
        found[f"{region} {name}"] = {
            "visible": int(attributes["ApproximateNumberOfMessages"]),
            "inFlight": int(attributes["ApproximateNumberOfMessagesNotVisible"]),
            "delayed": int(attributes["ApproximateNumberOfMessagesDelayed"]),
        }
    return found


def answer(method, path, query, body):
    """``(status, value)`` of one control request."""
    from ministack.services import s3

    request = json.loads(body) if body else None
    route = f"{method} {path.removeprefix('/_holdfast/')}"
    if route == "GET health":
        return 200, {"ministack": MINISTACK_VERSION, "python": platform.python_version()}
    if route in ("GET replication", "PUT replication"):
        return 200, _replication(s3, request if method == "PUT" else None)
    if route == "GET buckets":
        return 200, [{"name": name, "region": s3.bucket_region(name)} for name in s3._buckets]
    if route == "GET objects":
        return 200, lifecycle_actions.inventory(s3, query["bucket"][0])
    if route == "POST lifecycle":
        return 200, lifecycle_actions.apply(s3, request["bucket"], request["now"], request["actions"])
    if route == "PUT version":
        return 200, lifecycle_actions.adjust_version(s3, **request)
    if route == "GET invocations":
        return 200, dict(lambda_metrics.invocations)
    if route == "GET queues":
        return 200, _queues()
    return 404, {"error": f"unknown control {method} {path}"}


def with_controls(gateway):
    """The ASGI application: controls below ``/_holdfast/``, everything else to the emulator."""

    async def app(scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/_holdfast/"):
            await gateway(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        try:
            status, value = answer(
                scope["method"], scope["path"], parse_qs(scope.get("query_string", b"").decode()), body
            )
        except (KeyError, ValueError, TypeError) as error:
            status, value = 400, {"error": f"{type(error).__name__}: {error}"}
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(value).encode() + b"\n"})

    return app
