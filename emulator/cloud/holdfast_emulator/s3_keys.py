"""Which KMS key an S3 write really uses, and whether the caller and the key allow it."""

from functools import lru_cache

from defusedxml.ElementTree import fromstring

from .wrap import in_region, wrap

_SSE = "x-amz-server-side-encryption"
_KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"
_BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"
_KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")


def region_of(bucket):
    from ministack.services import s3

    return s3.bucket_region(bucket) or "us-east-1"


def managed_key_arn(region):
    """Alias ARN that stands for the AWS managed key of S3 in a region."""
    from ministack.core.responses import get_account_id

    return f"arn:aws:kms:{region}:{get_account_id()}:alias/aws/s3"


def key_record(arn):
    """The KMS key record of a key ARN, in the ARN's own region, or None."""
    from ministack.services import kms

    with in_region(arn.split(":")[3]):
        return kms._resolve_key(arn)


def key_arn(key, region):
    """The key ARN of a key id, alias name, key ARN or alias ARN; unknown names stay recognisable ARNs.

    Source: S3 API, PutObject: the response names the key by its ARN whatever form the request used.
    """
    from ministack.core.responses import get_account_id

    if not key.startswith("arn:"):
        kind = key if key.startswith("alias/") else f"key/{key}"
        key = f"arn:aws:kms:{region}:{get_account_id()}:{kind}"
    if ":alias/" in key and not key.endswith(":alias/aws/s3"):
        record = key_record(key)
        return record["Arn"] if record else key
    return key


def bucket_default(bucket):
    """``(algorithm, key id or None, bucket key enabled)`` of a bucket's default encryption."""
    from ministack.services import s3

    raw = s3._bucket_encryption.get(bucket)
    return _parse_default(raw) if raw else ("AES256", None, False)


@lru_cache(maxsize=256)
def _parse_default(raw):
    found = {}
    for element in fromstring(raw).iter():
        if element.text and element.text.strip():
            found[element.tag.rsplit("}", 1)[-1]] = element.text.strip()
    return found.get("SSEAlgorithm", "AES256"), found.get("KMSMasterKeyID"), found.get("BucketKeyEnabled") == "true"


def effective_key(bucket, headers):
    """ARN of the KMS key that a write with these headers uses, or None when it uses none.

    Source: S3 User Guide, "Using server-side encryption with KMS keys" and example bucket policies: the
    request's header decides, else the bucket's default encryption; ``aws:kms`` without a key id means the
    AWS managed key ``aws/s3``, not the bucket's default key.
    """
    algorithm, key = headers.get(_SSE), headers.get(_KEY_ID)
    if headers.get("x-amz-server-side-encryption-customer-algorithm"):
        return None
    if not algorithm:
        algorithm, key, _ = bucket_default(bucket)
    if algorithm not in _KMS_ALGORITHMS:
        return None
    region = region_of(bucket)
    return key_arn(key, region) if key else managed_key_arn(region)


def object_key(bucket, key, version_id):
    """ARN of the KMS key that a stored version is encrypted with, or None."""
    from ministack.services import s3

    record = None
    if version_id and version_id != "null":
        record = next((v for v in s3._object_versions.get((bucket, key), []) if v["version_id"] == version_id), None)
    else:
        record = (s3._buckets.get(bucket) or {}).get("objects", {}).get(key)
    headers = (record or {}).get("preserved_headers", {})
    return headers.get(_KEY_ID) if headers.get(_SSE) in _KMS_ALGORITHMS else None


def kms_conditions(bucket, key, bucket_key):
    """Condition keys of the KMS call that S3 makes for a caller.

    Source: S3 User Guide, "Using server-side encryption with KMS keys", encryption context: the object
    ARN, or the bucket ARN with an S3 Bucket Key; KMS Developer Guide, ``kms:ViaService``.
    """
    from ministack.core.responses import get_account_id

    arn = f"arn:aws:s3:::{bucket}" if bucket_key else f"arn:aws:s3:::{bucket}/{key}"
    return {
        "kms:ViaService": f"s3.{region_of(bucket)}.amazonaws.com",
        "kms:CallerAccount": get_account_id(),
        "kms:EncryptionContext:aws:s3:arn": arn,
        "kms:EncryptionContextKeys": ["aws:s3:arn"],
    }


def key_state_error(arn):
    """The refusal S3 passes on when KMS cannot use the key, or None.

    Source: S3 API error responses ``KMS.DisabledException``, ``KMS.NotFoundException`` and
    ``KMS.KMSInvalidStateException``.
    """
    from ministack.services import s3

    if arn is None or arn.endswith(":alias/aws/s3"):
        return None
    record = key_record(arn)
    if record is None:
        return s3._error("KMS.NotFoundException", f"Key '{arn}' does not exist", 400)
    if record["KeyState"] == "Disabled":
        return s3._error("KMS.DisabledException", f"{arn} is disabled.", 400)
    if record["KeyState"] != "Enabled":
        return s3._error("KMS.KMSInvalidStateException", f"{arn} is {record['KeyState']}.", 400)
    return None


def _writes(s3):
    """Stored and returned encryption of a write: key ARN, bucket key flag, and a usable key."""
    s3._SSE_STORED_HEADERS = (*s3._SSE_STORED_HEADERS, _BUCKET_KEY)

    @wrap(s3, "_resolve_sse_write_headers")
    def resolve(original, headers, bucket):
        key = effective_key(bucket, headers)
        if key is None:
            return original(headers, bucket)
        algorithm, _, default_bucket_key = bucket_default(bucket)
        stored, error = original({**headers, _SSE: headers.get(_SSE) or algorithm, _KEY_ID: key}, bucket)
        error = error or key_state_error(key)
        if error:
            return None, error
        wanted = headers.get(_BUCKET_KEY)
        if wanted == "true" or (wanted is None and default_bucket_key):
            stored[_BUCKET_KEY] = "true"
        return stored, None


def _reads(s3):
    """A read or a copy of an SSE-KMS object needs its key in a usable state."""

    @wrap(s3, "_get_object")
    def get(original, bucket, key, headers, query_params=None):
        version = s3._qp(query_params or {}, "versionId", "")
        return key_state_error(object_key(bucket, key, version)) or original(bucket, key, headers, query_params)


def install():
    from ministack.services import s3

    _writes(s3)
    _reads(s3)
