"""The hands of S3 Lifecycle: what it sees of a bucket, and the few things it does. When and why is the calendar's.

Lifecycle acts as the service itself: bucket policies do not apply to it, what it does is not
replicated, and a locked version is never permanently deleted. Sources: S3 User Guide, "Expiring
objects", "Object Lock considerations", "What isn't replicated with replication configurations?".
"""

import datetime


def _iso(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _describe(s3, bucket, key, version, position, count):
    lock = (bucket, key, None if version["version_id"] == "null" else version["version_id"])
    retention = s3._object_retention.get(lock) or {}
    return {
        "key": key,
        "versionId": version["version_id"],
        "isLatest": position == count - 1,
        "isDeleteMarker": bool(version.get("is_delete_marker")),
        "lastModified": version["last_modified"],
        "size": version.get("size", 0),
        "storageClass": version.get("storage_class") or "STANDARD",
        "tags": s3._object_tags.get(lock) or {},
        "replicationStatus": version.get("replication_status"),
        "replicationFailure": version.get("replication_failure"),
        "legalHold": s3._object_legal_hold.get(lock) == "ON",
        "retainUntil": retention.get("RetainUntilDate"),
    }


def inventory(s3, bucket):
    """Every version and unfinished upload of a bucket; the versions of a key stand together, oldest first."""
    if bucket not in s3._buckets:
        raise KeyError(f"no bucket {bucket}")
    versions = []
    for (name, key), stack in sorted(s3._object_versions.items(), key=lambda item: item[0]):
        if name == bucket:
            versions += [_describe(s3, bucket, key, v, i, len(stack)) for i, v in enumerate(stack)]
    uploads = [
        {"key": upload["key"], "uploadId": upload_id, "initiated": upload["created"]}
        for upload_id, upload in s3._multipart_uploads.items()
        if upload["bucket"] == bucket
    ]
    return {"versions": versions, "uploads": uploads}


def _version(s3, bucket, key, version_id):
    stack = s3._object_versions.get((bucket, key), [])
    found = next((v for v in stack if v["version_id"] == version_id), None)
    if found is None:
        raise KeyError(f"no version {version_id} of {bucket}/{key}")
    return found


def _set(s3, bucket, key, version, fields):
    version.update(fields)
    current = s3._buckets[bucket]["objects"].get(key)
    if current is not None and (current.get("version_id") or "null") == version["version_id"]:
        current.update(fields)


def adjust_version(s3, bucket, key, versionId, lastModified=None, storageClass=None):
    """Gives a stored version another creation time or storage class, to build the past of a test."""
    fields = {}
    if lastModified is not None:
        fields["last_modified"] = _iso(lastModified).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if storageClass is not None:
        if storageClass not in s3._VALID_STORAGE_CLASSES:
            raise ValueError(f"storageClass = {storageClass}")
        fields["storage_class"] = storageClass
    _set(s3, bucket, key, _version(s3, bucket, key, versionId), fields)
    return {"changed": sorted(fields)}


def _refuse_locked(s3, bucket, key, version_id, now):
    lock = (bucket, key, None if version_id == "null" else version_id)
    if s3._object_legal_hold.get(lock) == "ON":
        raise ValueError(f"{bucket}/{key} {version_id} is under legal hold")
    until = (s3._object_retention.get(lock) or {}).get("RetainUntilDate")
    if until and _iso(until) > now:
        raise ValueError(f"{bucket}/{key} {version_id} is retained until {until}")


def _transition(s3, bucket, action, now):
    version = _version(s3, bucket, action["key"], action["versionId"])
    _set(s3, bucket, action["key"], version, {"storage_class": action["storageClass"]})
    s3._fire_s3_event_async(
        bucket, action["key"], "s3:LifecycleTransition", size=version["size"], etag=version["etag"],
        version_id=action["versionId"],
    )
    return {}


def _marker(s3, bucket, action, now):
    objects = s3._buckets[bucket]["objects"]
    marker_id = s3._record_delete_marker(bucket, action["key"], objects.get(action["key"]))
    objects.pop(action["key"], None)
    s3._fire_s3_event_async(
        bucket, action["key"], "s3:LifecycleExpiration:DeleteMarkerCreated",
        deletion_type="Delete Marker Created", version_id=marker_id,
    )
    return {"versionId": marker_id}


def _delete(s3, bucket, action, now):
    _version(s3, bucket, action["key"], action["versionId"])
    _refuse_locked(s3, bucket, action["key"], action["versionId"], now)
    s3._delete_object_version(s3._buckets[bucket], bucket, action["key"], action["versionId"])
    s3._fire_s3_event_async(
        bucket, action["key"], "s3:LifecycleExpiration:Delete", version_id=action["versionId"]
    )
    return {}


def _abort(s3, bucket, action, now):
    upload = s3._multipart_uploads.get(action["uploadId"])
    if upload is None or upload["bucket"] != bucket:
        raise KeyError(f"no upload {action['uploadId']} in {bucket}")
    del s3._multipart_uploads[action["uploadId"]]
    return {}


_KINDS = {"transition": _transition, "marker": _marker, "delete": _delete, "abort": _abort}


def apply(s3, bucket, now, actions):
    """Does ``actions`` as of the virtual time ``now``; answers one result per action, in order."""
    if bucket not in s3._buckets:
        raise KeyError(f"no bucket {bucket}")
    moment = _iso(now)
    return [_KINDS[action["kind"]](s3, bucket, action, moment) for action in actions]
