"""CopyObject, multipart and PutObject as S3 documents them: locks, tags, checksums, conditions, storage class."""

import datetime
import re
import secrets
import time
from contextvars import ContextVar

from . import s3_keys
from .wrap import wrap

_LOCK_PREFIX = "x-amz-object-lock-"
_etag_bucket = ContextVar("holdfast_etag_bucket", default=None)


def _tags_of(s3, headers):
    raw = headers.get("x-amz-tagging", "")
    return {k: v[0] for k, v in s3._parse_qs(raw, keep_blank_values=True).items()} if raw else None


def refuse_bad_write(s3, headers):
    """Refusals that must come before anything is stored.

    Sources: S3 User Guide, object tagging (10 tags; keys 128, values 256 characters); S3 API, PutObject
    (``x-amz-object-lock-mode`` and the date go together; the date must be in the future).
    """
    tags = _tags_of(s3, headers) or {}
    if len(tags) > 10:
        return s3._error("BadRequest", "Object tags cannot be greater than 10", 400)
    if any(len(k) > 128 or not k for k in tags):
        return s3._error("InvalidTag", "The TagKey you have provided is invalid", 400)
    if any(len(v) > 256 for v in tags.values()):
        return s3._error("InvalidTag", "The TagValue you have provided is invalid", 400)
    mode, until = headers.get(f"{_LOCK_PREFIX}mode"), headers.get(f"{_LOCK_PREFIX}retain-until-date")
    hold = headers.get(f"{_LOCK_PREFIX}legal-hold")
    if bool(mode) != bool(until):
        return s3._error(
            "InvalidArgument",
            "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
            400,
        )
    if mode and mode not in ("GOVERNANCE", "COMPLIANCE"):
        return s3._error("InvalidArgument", "Unknown wormMode directive.", 400)
    if hold and hold not in ("ON", "OFF"):
        return s3._error("InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'", 400)
    return past_retention_error(s3, until) if until else None


def past_retention_error(s3, until):
    """Source: S3 API, PutObjectRetention: a retain-until date in the past is refused (400 InvalidArgument)."""
    try:
        end = datetime.datetime.fromisoformat(until.replace("Z", "+00:00"))
    except ValueError:
        return s3._error("InvalidArgument", "The retain until date must be provided in ISO 8601 format", 400)
    if end <= datetime.datetime.now(datetime.timezone.utc):
        return s3._error("InvalidArgument", "The retain until date must be in the future!", 400)
    return None


def version_entry(s3, bucket, key, version_id):
    entries = s3._object_versions.get((bucket, key), [])
    return next((v for v in entries if v["version_id"] == version_id), None)


def _set_on_version(s3, bucket, key, obj, fields):
    obj.update(fields)
    entry = version_entry(s3, bucket, key, obj.get("version_id"))
    if entry is not None:
        entry.update(fields)


def _etags(s3):
    """Source: S3 API, Object: the ETag of an SSE-KMS object is not an MD5 digest of its data."""

    @wrap(s3, "_build_object_record")
    def build(original, body, headers, etag=None, checksums=None):
        bucket = _etag_bucket.get()
        if bucket and s3_keys.effective_key(bucket, headers):
            etag = f'"{secrets.token_hex(16)}"'
        return original(body, headers, etag=etag, checksums=checksums)


def _put_object(s3):
    @wrap(s3, "_put_object")
    def put(original, bucket, key, body, headers):
        token = _etag_bucket.set(bucket)
        try:
            return refuse_bad_write(s3, headers) or original(bucket, key, body, headers)
        finally:
            _etag_bucket.reset(token)


def _copy_checksum(s3, headers, source):
    """Algorithm of a copy's checksum: the one asked for, else the source's."""
    asked = headers.get("x-amz-checksum-algorithm") or headers.get("x-amz-sdk-checksum-algorithm")
    if asked:
        return asked.upper()
    return next(iter((source or {}).get("checksums") or {}), None)


def _copy_source_record(s3, headers):
    raw, _, query = headers.get("x-amz-copy-source", "").lstrip("/").partition("?")
    bucket, _, key = s3.url_unquote(raw).partition("/")
    version = s3._parse_qs(query).get("versionId", [None])[0]
    if version:
        return bucket, key, version_entry(s3, bucket, key, version)
    return bucket, key, (s3._buckets.get(bucket) or {}).get("objects", {}).get(key)


def _refuse_bad_copy(s3, bucket, key, headers, source):
    """Sources: S3 User Guide, conditional writes (CopyObject takes If-None-Match and If-Match); S3 API,
    CopyObject (``ObjectNotInActiveTierError`` 403 for an archived source that is not restored)."""
    existing = (s3._buckets.get(bucket) or {}).get("objects", {}).get(key)
    error = refuse_bad_write(s3, headers) or s3._check_put_preconditions(headers, existing)
    if error:
        return error
    if source and (source.get("storage_class") or "STANDARD") in s3._ARCHIVE_STORAGE_CLASSES:
        restore = source.get("restore")
        now = time.time()
        if not restore or not restore["available_at"] <= now < restore["expires_at"]:
            return s3._error(
                "ObjectNotInActiveTierError", "The source object of the COPY action is not in the active tier", 403
            )
    return None


def _copy_object(s3):
    """The copy takes locks from the request only, defaults to STANDARD, and has one full-object checksum.

    Sources: S3 API, CopyObject (``x-amz-object-lock-*`` apply to the copy, the bucket's default retention
    otherwise; storage class STANDARD unless given; ``x-amz-checksum-algorithm``, ``ChecksumSHA256`` and
    ``ChecksumType`` in CopyObjectResult; the copy is a single operation, so the type is FULL_OBJECT).
    """

    @wrap(s3, "_copy_object")
    def copy(original, bucket, key, headers):
        source_bucket, source_key, source = _copy_source_record(s3, headers)
        algorithm = _copy_checksum(s3, headers, source)
        error = _refuse_bad_copy(s3, bucket, key, headers, source)
        if error:
            return error
        if algorithm and s3._compute_s3_checksum(algorithm, b"") is None:
            return s3._error("InvalidRequest", f"Checksum algorithm {algorithm} is not emulated.", 400)
        headers = {**headers, "x-amz-storage-class": headers.get("x-amz-storage-class") or "STANDARD"}
        status, answer, body = original(bucket, key, headers)
        if status != 200:
            return status, answer, body
        obj = s3._buckets[bucket]["objects"][key]
        lock = (bucket, key, obj.get("version_id"))
        for store in (s3._object_retention, s3._object_legal_hold):
            store.pop(lock, None)
        s3._apply_object_lock_from_headers(bucket, key, headers, obj.get("version_id"))
        fields = {"checksums": {}, "checksum_type": None}
        if algorithm:
            value = s3._compute_s3_checksum(algorithm, s3._read_body(bucket, key, obj))
            fields = {"checksums": {algorithm: value}, "checksum_type": "FULL_OBJECT"}
            result = f"<Checksum{algorithm}>{value}</Checksum{algorithm}><ChecksumType>FULL_OBJECT</ChecksumType>"
            body = body.replace(b"</CopyObjectResult>", result.encode() + b"</CopyObjectResult>")
        if obj["preserved_headers"].get("x-amz-server-side-encryption", "").startswith("aws:kms"):
            fields["etag"] = f'"{secrets.token_hex(16)}"'
            body = re.sub(rb"<ETag>.*?</ETag>", f"<ETag>{fields['etag']}</ETag>".replace('"', "&quot;").encode(), body)
        _set_on_version(s3, bucket, key, obj, fields)
        return status, answer, body


def _multipart(s3):
    """A multipart upload keeps the tags and locks of its CreateMultipartUpload.

    Source: S3 API, CreateMultipartUpload: ``x-amz-tagging``, ``x-amz-object-lock-*``.
    """

    @wrap(s3, "_create_multipart_upload")
    def create(original, bucket, key, headers):
        error = refuse_bad_write(s3, headers)
        if error:
            return error
        status, answer, body = original(bucket, key, headers)
        if status == 200:
            upload_id = re.search(rb"<UploadId>([^<]+)</UploadId>", body).group(1).decode()
            s3._multipart_uploads[upload_id]["holdfast"] = {
                "tags": _tags_of(s3, headers),
                "locks": {k: v for k, v in headers.items() if k.startswith(_LOCK_PREFIX)},
            }
        return status, answer, body

    @wrap(s3, "_complete_multipart_upload")
    def complete(original, bucket, key, body, query_params, headers=None):
        upload = s3._multipart_uploads.get(s3._qp(query_params, "uploadId"))
        status, answer, reply = original(bucket, key, body, query_params, headers)
        if status == 200 and upload is not None:
            obj = s3._buckets[bucket]["objects"][key]
            given = upload.get("holdfast") or {"tags": None, "locks": {}}
            if given["tags"] is not None:
                s3._object_tags[(bucket, key, obj.get("version_id"))] = given["tags"]
            s3._apply_object_lock_from_headers(bucket, key, given["locks"], obj.get("version_id"))
        return status, answer, reply


def _version_records(s3):
    """A noncurrent version keeps its checksum type and part list, which the version index otherwise drops."""

    @wrap(s3, "_version_entry_from_record")
    def entry(original, obj, version_id, data):
        return {**original(obj, version_id, data), "checksum_type": obj.get("checksum_type")}

    @wrap(s3, "_object_record_from_version")
    def record(original, version):
        extra = {"checksum_type": version.get("checksum_type"), "parts": version.get("parts")}
        return {**original(version), **extra}


def _version_reads(s3):
    """Range reads of a named version, and tags of a version below a delete marker.

    Sources: S3 API, GetObject (Range applies to any version), GetObjectTagging (``versionId`` names any
    version; 405 for a delete marker).
    """

    @wrap(s3, "_get_object")
    def get(original, bucket, key, headers, query_params=None):
        status, answer, body = original(bucket, key, headers, query_params)
        wanted = headers.get("range", "")
        if status != 200 or not wanted or not s3._qp(query_params or {}, "versionId", ""):
            return status, answer, body
        span = s3._parse_range(wanted, len(body))
        if span is None:
            refusal = s3._xml_body(s3._range_error_xml(bucket, key))
            return 416, {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}, refusal
        start, end = span
        answer = {k: v for k, v in answer.items() if not k.startswith("x-amz-checksum-")}
        answer["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
        answer["Content-Length"] = str(end - start + 1)
        return 206, answer, body[start : end + 1]

    def below_marker(original, bucket, key, query_params, call):
        objects = (s3._buckets.get(bucket) or {}).get("objects")
        version = s3._qp(query_params or {}, "versionId", "")
        entry = version_entry(s3, bucket, key, version) if version else None
        if objects is None or key in objects or entry is None:
            return call()
        if entry.get("is_delete_marker"):
            return s3._error("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
        objects[key] = s3._object_record_from_version(entry)
        try:
            return call()
        finally:
            objects.pop(key, None)

    @wrap(s3, "_get_object_tagging")
    def get_tags(original, bucket, key, query_params=None):
        return below_marker(original, bucket, key, query_params, lambda: original(bucket, key, query_params))

    @wrap(s3, "_put_object_tagging")
    def put_tags(original, bucket, key, body, query_params=None):
        return below_marker(original, bucket, key, query_params, lambda: original(bucket, key, body, query_params))

    @wrap(s3, "_delete_object_tagging")
    def delete_tags(original, bucket, key, query_params=None):
        return below_marker(original, bucket, key, query_params, lambda: original(bucket, key, query_params))


def install():
    from ministack.services import s3

    _etags(s3)
    _version_records(s3)
    _put_object(s3)
    _copy_object(s3)
    _multipart(s3)
    _version_reads(s3)
