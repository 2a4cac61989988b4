"""What S3 tells the policy engine about a request: condition keys, and the further permissions it needs."""

from contextvars import ContextVar
from urllib.parse import parse_qs, unquote

from defusedxml.ElementTree import ParseError, fromstring

from . import s3_keys
from .wrap import in_region, wrap

_further = ContextVar("holdfast_further_checks", default={})
_caller = ContextVar("holdfast_caller", default=("", ""))

_EXISTING_TAG_ACTIONS = frozenset(
    f"s3:{action}"
    for action in (
        "GetObject", "GetObjectVersion", "GetObjectAcl", "GetObjectVersionAcl", "GetObjectTagging",
        "GetObjectVersionTagging", "PutObjectAcl", "PutObjectVersionAcl", "PutObjectTagging",
        "PutObjectVersionTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging",
    )
)
_PASSED_HEADERS = ("x-amz-storage-class", "x-amz-copy-source", "x-amz-metadata-directive", "if-match", "if-none-match")


def _header_tags(headers):
    return {k: v[0] for k, v in parse_qs(headers.get("x-amz-tagging", ""), keep_blank_values=True).items()}


def _tag_conditions(tags):
    """Source: Service Authorization Reference for S3, ``s3:RequestObjectTag/<key>`` and ``s3:RequestObjectTagKeys``."""
    if not tags:
        return {}
    return {**{f"s3:RequestObjectTag/{k}": v for k, v in tags.items()}, "s3:RequestObjectTagKeys": list(tags)}


def _lock_conditions(mode, until, hold):
    """Source: S3 User Guide, Object Lock considerations: ``s3:object-lock-mode``,
    ``s3:object-lock-retain-until-date``, ``s3:object-lock-remaining-retention-days``, ``s3:object-lock-legal-hold``."""
    import datetime

    found = {}
    if mode:
        found["s3:object-lock-mode"] = mode
    if until:
        found["s3:object-lock-retain-until-date"] = until
        end = datetime.datetime.fromisoformat(until.replace("Z", "+00:00"))
        left = end - datetime.datetime.now(datetime.timezone.utc)
        found["s3:object-lock-remaining-retention-days"] = str(max(0, left.days + (left.seconds > 0)))
    if hold:
        found["s3:object-lock-legal-hold"] = hold
    return found


def _header_locks(headers):
    return _lock_conditions(
        headers.get("x-amz-object-lock-mode"),
        headers.get("x-amz-object-lock-retain-until-date"),
        headers.get("x-amz-object-lock-legal-hold"),
    )


def write_conditions(bucket, headers, query_params):
    """Condition keys of PutObject, CopyObject and the multipart calls (which take their upload's)."""
    from ministack.core import iam_actions
    from ministack.services import s3

    upload_id = iam_actions._query_param(query_params, "uploadId")
    found = {}
    if upload_id:
        upload = s3._multipart_uploads.get(upload_id) or {}
        key = upload.get("preserved_headers", {}).get("x-amz-server-side-encryption-aws-kms-key-id")
    else:
        key = s3_keys.effective_key(bucket, headers)
        found.update(_tag_conditions(_header_tags(headers)))
        found.update(_header_locks(headers))
    if key:
        found["s3:x-amz-server-side-encryption-aws-kms-key-id"] = key
    for name in _PASSED_HEADERS:
        if headers.get(name):
            found[f"s3:{name}"] = headers[name]
    return found


def _request_conditions(actions, s3):
    @wrap(actions, "s3_service_context")
    def context(original, iam_action, query_params, path="", headers=None):
        _further.set({})
        found = original(iam_action, query_params, path, headers)
        bucket, _, key = path.lstrip("/").partition("/")
        if not key or s3._buckets.get(bucket) is None:
            return found
        params = query_params or {}
        if iam_action == "s3:PutObject":
            found.update(write_conditions(bucket, headers or {}, params))
        elif iam_action in _EXISTING_TAG_ACTIONS:
            for name, value in s3.object_tags_for_condition(bucket, key, params).items():
                found[f"s3:ExistingObjectTag/{name}"] = value
        version = actions._query_param(params, "versionId")
        if version:
            found["s3:versionid"] = version
        return found

    @wrap(actions, "request_tag_context")
    def body_context(original, service, iam_action, body, params):
        found = original(service, iam_action, body, params)
        if service != "s3" or not body:
            return found
        try:
            if iam_action in ("s3:PutObjectTagging", "s3:PutObjectVersionTagging"):
                found = {**found, **_tag_conditions(s3._parse_tags_xml(body))}
            elif iam_action in ("s3:PutObjectRetention", "s3:PutObjectLegalHold"):
                values = {e.tag.rsplit("}", 1)[-1]: e.text for e in fromstring(body).iter()}
                locks = _lock_conditions(values.get("Mode"), values.get("RetainUntilDate"), values.get("Status"))
                found = {**found, **locks}
        except (ParseError, ValueError):
            return found  # malformed bodies are refused by the handler itself
        return found


def _batch_delete_action(actions):
    """DeleteObjects is judged per object: ``s3:DeleteObjectVersion`` where the entry names a version.

    Source: S3 API, DeleteObjects, permissions. The emulator does so from the second entry on; the first one is the
    request's own action there, which it takes for a delete without version.
    """

    @wrap(actions, "extract_iam_action")
    def action(original, service, method, path, headers, body, query_params):
        found = original(service, method, path, headers, body, query_params)
        if service == "s3" and found == "s3:DeleteObject" and method == "POST" and "delete" in query_params:
            targets = actions._s3_batch_delete_targets(path.lstrip("/").partition("/")[0], body)
            if targets and targets[0][1]:
                return "s3:DeleteObjectVersion"
        return found


def _copy_source(actions, headers):
    """``(bucket, key, version id)`` of a copy's source, or None."""
    source = actions._s3_source_object(headers)
    if source is None:
        return None
    bucket, _, key = source[0].removeprefix("arn:aws:s3:::").partition("/")
    return bucket, key, source[1]


def further_checks(method, path, headers, query_params):
    """``[(action, resource ARN, condition keys)]`` beyond the primary permission of an object request.

    Sources: S3 API, PutObject/CopyObject/CreateMultipartUpload permissions (``s3:PutObjectTagging`` with
    tags, ``s3:PutObjectRetention`` and ``s3:PutObjectLegalHold`` with lock headers, ``s3:GetObjectTagging``
    when tags are copied); S3 User Guide, SSE-KMS (``kms:GenerateDataKey`` to write, ``kms:Decrypt`` to read
    and for multipart uploads); S3 API, HeadObject ``ChecksumMode`` (``kms:Decrypt`` to see a checksum).
    """
    from ministack.core import iam_actions
    from ministack.services import s3

    bucket, _, key = path.lstrip("/").partition("/")
    if not key or s3._buckets.get(bucket) is None:
        return []
    arn = f"arn:aws:s3:::{bucket}/{key}"
    action = iam_actions._s3_action(method, path, query_params)
    upload_id = iam_actions._query_param(query_params, "uploadId")
    version = iam_actions._query_param(query_params, "versionId")
    source = _copy_source(iam_actions, headers) if action == "PutObject" else None
    found = []

    def kms(permission, key_arn, of_bucket, of_key):
        if key_arn and not key_arn.endswith(":alias/aws/s3"):
            bucket_key = s3_keys.bucket_default(of_bucket)[2]
            found.append((permission, key_arn, s3_keys.kms_conditions(of_bucket, of_key, bucket_key)))

    if source:
        s_bucket, s_key, s_version = source
        s_arn = f"arn:aws:s3:::{s_bucket}/{s_key}"
        params = {"versionId": [s_version]} if s_version else {}
        tags = s3.object_tags_for_condition(s_bucket, s_key, params)
        existing = {f"s3:ExistingObjectTag/{k}": v for k, v in tags.items()}
        _further.get()[("s3:GetObjectVersion" if s_version else "s3:GetObject", s_arn)] = existing
        if tags and not upload_id and headers.get("x-amz-tagging-directive", "COPY").upper() == "COPY":
            found.append((f"s3:GetObject{'Version' if s_version else ''}Tagging", s_arn, existing))
            found.append(("s3:PutObjectTagging", arn, _tag_conditions(tags)))
        kms("kms:Decrypt", s3_keys.object_key(s_bucket, s_key, s_version), s_bucket, s_key)
    if action == "PutObject" and not upload_id:
        conditions = write_conditions(bucket, headers, query_params)
        if headers.get("x-amz-tagging") and (not source or headers.get("x-amz-tagging-directive", "").upper() == "REPLACE"):
            found.append(("s3:PutObjectTagging", arn, conditions))
        if headers.get("x-amz-object-lock-mode") or headers.get("x-amz-object-lock-retain-until-date"):
            found.append(("s3:PutObjectRetention", arn, conditions))
        if headers.get("x-amz-object-lock-legal-hold"):
            found.append(("s3:PutObjectLegalHold", arn, conditions))
        kms("kms:GenerateDataKey", s3_keys.effective_key(bucket, headers), bucket, key)
        if "uploads" in query_params:
            kms("kms:Decrypt", s3_keys.effective_key(bucket, headers), bucket, key)
    elif action in ("GetObject", "GetObjectVersion"):
        if method == "GET" or headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
            kms("kms:Decrypt", s3_keys.object_key(bucket, key, version), bucket, key)
    return found


def _pass_role(body):
    """Source: S3 User Guide, "Adding a replication configuration": the caller needs ``iam:PassRole`` for the role."""
    try:
        roles = [e.text for e in fromstring(body).iter() if e.tag.rsplit("}", 1)[-1] == "Role" and e.text]
    except (ParseError, ValueError):
        return []
    return [("iam:PassRole", arn, {"iam:PassedToService": "s3.amazonaws.com"}) for arn in roles]


def _further_permissions(actions, evaluator):
    @wrap(actions, "s3_additional_checks")
    def checks(original, method, path, headers, body, query_params):
        found = original(method, path, headers, body, query_params)
        further = further_checks(method, unquote(path) if "%" in path else path, headers, query_params)
        if method == "PUT" and "replication" in query_params:
            further = [*further, *_pass_role(body)]
        _further.get().update({(action, arn): conditions for action, arn, conditions in further})
        return found + [(action, arn) for action, arn, _ in further]

    @wrap(evaluator, "enforce")
    def enforce(original, access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        if service != "s3":
            return original(access_key_id, iam_action, service, region, resource_arn, service_context)
        _caller.set((access_key_id, region))
        conditions = {**(service_context or {}), **_further.get().get((iam_action, resource_arn), {})}
        if iam_action.startswith("kms:"):
            key_region = resource_arn.split(":")[3]
            with in_region(key_region):
                return original(access_key_id, iam_action, "kms", key_region, resource_arn, conditions)
        return original(access_key_id, iam_action, service, region, resource_arn, conditions)


def caller_may(action, arn, conditions=None):
    """Whether the caller of the current request also has another S3 permission."""
    from ministack.core import iam_evaluator

    access_key_id, region = _caller.get()
    return iam_evaluator.enforce(access_key_id, action, "s3", region, arn, conditions) is None


def _lock_headers_on_read(s3):
    """HEAD and GET show lock headers only to callers who may read them.

    Source: S3 API, HeadObject/GetObject: ``x-amz-object-lock-*`` "is only returned if the requester has" the
    ``s3:GetObjectRetention`` or ``s3:GetObjectLegalHold`` permission.
    """

    def hide(bucket, key, response):
        status, headers, body = response
        arn = f"arn:aws:s3:::{bucket}/{key}"
        if "x-amz-object-lock-mode" in headers and not caller_may("s3:GetObjectRetention", arn):
            headers = {k: v for k, v in headers.items() if not k.startswith("x-amz-object-lock-") or k.endswith("hold")}
        if "x-amz-object-lock-legal-hold" in headers and not caller_may("s3:GetObjectLegalHold", arn):
            headers = {k: v for k, v in headers.items() if k != "x-amz-object-lock-legal-hold"}
        return status, headers, body

    @wrap(s3, "_head_object")
    def head(original, bucket, key, headers=None, query_params=None):
        return hide(bucket, key, original(bucket, key, headers, query_params))

    @wrap(s3, "_get_object")
    def get(original, bucket, key, headers, query_params=None):
        return hide(bucket, key, original(bucket, key, headers, query_params))


def install():
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import s3

    _request_conditions(iam_actions, s3)
    _batch_delete_action(iam_actions)
    _further_permissions(iam_actions, iam_evaluator)
    _lock_headers_on_read(s3)
