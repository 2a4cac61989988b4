"""Bucket settings that S3 refuses to change, and refuses to accept."""

from .wrap import wrap


def _versioning(s3):
    """Source: S3 User Guide, Object Lock considerations and replication requirements: versioning cannot be
    suspended while Object Lock or (on the source) a replication configuration is there; 409 InvalidBucketState."""

    @wrap(s3, "_put_bucket_versioning")
    def put(original, name, body):
        if b">Suspended<" in body:
            for store, what in ((s3._bucket_object_lock, "An Object Lock"), (s3._bucket_replication, "A replication")):
                if store.get(name):
                    return s3._error(
                        "InvalidBucketState",
                        f"{what} configuration is present on this bucket, so the versioning state cannot be changed.",
                        409,
                    )
        return original(name, body)


def _retention(s3):
    """Source: S3 API, PutObjectRetention: the retain-until date must be in the future (400 InvalidArgument)."""
    from . import s3_writes

    @wrap(s3, "_put_object_retention")
    def put(original, bucket, key, body, headers, query_params=None):
        try:
            until = s3._find_xml_tag(s3.fromstring(body), "RetainUntilDate")
        except s3.ParseError:
            return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
        if until is not None and until.text:
            error = s3_writes.past_retention_error(s3, until.text)
            if error:
                return error
        return original(bucket, key, body, headers, query_params)


_SILENT = ("inventory", "metrics", "analytics", "intelligent-tiering")


def _refuse_unsupported_configurations(s3):
    """The emulator answers 200 to these and stores nothing; a loud 501 is the honest answer."""

    @wrap(s3, "_dispatch")
    def dispatch(original, method, bucket, key, headers, body, query_params):
        if bucket and not key:
            for name in _SILENT:
                if name in query_params:
                    return s3._error("NotImplemented", f"The emulated AWS does not store bucket {name}.", 501)
        return original(method, bucket, key, headers, body, query_params)


def install():
    from ministack.services import s3

    _versioning(s3)
    _retention(s3)
    _refuse_unsupported_configurations(s3)
