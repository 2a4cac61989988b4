"""S3 events as EventBridge receives them, and the events the emulator does not send."""

import json
from contextvars import ContextVar

from .wrap import wrap

_event = ContextVar("holdfast_s3_event", default=None)


def _eventbridge_names(s3):
    """Source: S3 User Guide, "Amazon S3 event mapping" and "EventBridge event message structure"."""

    @wrap(s3, "_s3_event_to_eventbridge")
    def names(original, event_name):
        family = event_name.split(":")[1]
        if family == "LifecycleExpiration":
            return "Object Deleted", "Lifecycle Expiration"
        if family == "LifecycleTransition":
            return "Object Storage Class Changed", None
        if family == "ObjectTagging":
            return ("Object Tags Added" if event_name.endswith(":Put") else "Object Tags Deleted"), None
        return original(event_name)


def _event_details(eventbridge, s3):
    """EventBridge events name the object's version; replication events never reach EventBridge; what
    lifecycle does has ``s3.amazonaws.com`` as its requester."""

    @wrap(s3, "_fire_s3_event")
    def fire(original, bucket, key, event_name, *args, **kwargs):
        token = _event.set((event_name, kwargs.get("version_id")))
        try:
            return original(bucket, key, event_name, *args, **kwargs)
        finally:
            _event.reset(token)

    @wrap(eventbridge, "_dispatch_event")
    def dispatch(original, event, *args, **kwargs):
        current = _event.get()
        if current is None or event.get("Source") != "aws.s3":
            return original(event, *args, **kwargs)
        event_name, version_id = current
        if event_name.startswith("s3:Replication:"):
            return None
        detail = json.loads(event["Detail"])
        if version_id:
            detail["object"]["version-id"] = version_id
        if event_name.startswith("s3:Lifecycle"):
            detail["requester"] = "s3.amazonaws.com"
        return original({**event, "Detail": json.dumps(detail)}, *args, **kwargs)


def _tag_events(s3):
    """Source: S3 User Guide, supported event types: ``s3:ObjectTagging:Put`` for PutObjectTagging, ``:Delete``
    for DeleteObjectTagging; not for tags given at upload."""

    def fire(bucket, key, query_params, answer, name):
        if answer[0] in (200, 204):
            version = answer[1].get("x-amz-version-id")
            s3._fire_s3_event_async(bucket, key, name, version_id=version)
        return answer

    @wrap(s3, "_put_object_tagging")
    def put(original, bucket, key, body, query_params=None):
        return fire(bucket, key, query_params, original(bucket, key, body, query_params), "s3:ObjectTagging:Put")

    @wrap(s3, "_delete_object_tagging")
    def delete(original, bucket, key, query_params=None):
        return fire(bucket, key, query_params, original(bucket, key, query_params), "s3:ObjectTagging:Delete")


def install():
    from ministack.services import eventbridge, s3

    _eventbridge_names(s3)
    _event_details(eventbridge, s3)
    _tag_events(s3)
