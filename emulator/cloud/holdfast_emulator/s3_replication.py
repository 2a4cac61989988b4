"""Live replication: which rules apply, what the role may do, what the replica looks like.

A write is stamped PENDING, and replicated after its tags and locks are stored. While a region is cut
or replication is paused it stays PENDING and goes on by itself afterwards, as S3 User Guide,
"Getting replication status", describes for temporary faults; FAILED is never retried.
"""

import asyncio
import contextvars
import copy
import secrets
from dataclasses import dataclass, field

from . import principals, s3_keys
from .wrap import in_region, wrap

_jobs = contextvars.ContextVar("holdfast_replication_jobs", default=None)


@dataclass
class Job:
    """One version or delete marker on its way: ``rules`` are the rules that apply, one per destination."""

    bucket: str
    key: str
    obj: dict
    rules: list
    role: str
    marker: bool = False
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


@dataclass
class State:
    """What holds replication up: ``cut`` regions, ``paused``, and the lag in milliseconds."""

    paused: bool = False
    cut: frozenset = frozenset()
    delay_ms: int = 0
    pending: list = field(default_factory=list)


state = State()


class Failed(Exception):
    """Replication of one version failed for good; the text is the documented failure reason."""


class Held(Exception):
    """Replication cannot run now and stays PENDING."""


def _destination(rule):
    return (rule.get("Destination") or {}).get("Bucket", "").split(":::")[-1]


def best_rules(rules):
    """The rule with the highest Priority for each destination.

    Source: S3 User Guide, replication configuration: rules to the same destination, highest priority wins.
    """
    best = {}
    for rule in rules:
        name = _destination(rule)
        if name not in best or rule.get("Priority", 0) > best[name].get("Priority", 0):
            best[name] = rule
    return list(best.values())


def matching_rules(s3, bucket, key, obj, tags):
    """Enabled rules for this object version, one per destination.

    Sources: S3 User Guide, "What does Amazon S3 replicate?": SSE-KMS objects only when opted in with
    ``SourceSelectionCriteria``; objects in GLACIER and DEEP_ARCHIVE are not replicated; tag filters see
    the tags of the write.
    """
    config = s3._bucket_replication.get(bucket)
    if not config or s3._bucket_versioning.get(bucket) != "Enabled":
        return []
    if (obj.get("storage_class") or "STANDARD") in s3._ARCHIVE_STORAGE_CLASSES:
        return []
    encrypted = obj.get("preserved_headers", {}).get("x-amz-server-side-encryption", "").startswith("aws:kms")

    def applies(rule):
        selected = (rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects", {}).get("Status")
        wanted = s3._replication_rule_tags(rule)
        return (
            rule.get("Status") == "Enabled"
            and key.startswith(s3._replication_rule_prefix(rule))
            and all((tags or {}).get(k) == v for k, v in wanted.items())
            and (not encrypted or selected == "Enabled")
        )

    return best_rules([rule for rule in config["Rules"] if applies(rule)])


def _require(job, action, resource, service, region, reason, conditions=None):
    if principals.role_decision(job.role, action, resource, service, region, conditions) != "Allow":
        raise Failed(reason)


def _refuse_denied(job, action, resource, region, reason):
    if principals.role_decision(job.role, action, resource, "s3", region) == "Deny":
        raise Failed(reason)


def _check_kms(job, rule, target):
    """Source: S3 User Guide, replicating encrypted objects: Decrypt on the source key, Encrypt and
    GenerateDataKey on the replica key (Decrypt too with a Bucket Key), each through S3 of its region."""
    source_key = job.obj["preserved_headers"].get("x-amz-server-side-encryption-aws-kms-key-id")
    replica_key = ((rule["Destination"].get("EncryptionConfiguration")) or {}).get("ReplicaKmsKeyID")
    region = s3_keys.region_of(target)
    replica_key = s3_keys.key_arn(replica_key, region)
    source_flag = job.obj["preserved_headers"].get("x-amz-server-side-encryption-bucket-key-enabled") == "true"
    target_flag = s3_keys.bucket_default(target)[2]
    asked = [("kms:Decrypt", source_key, job.bucket, source_flag, "SrcGetObjectNotPermitted")]
    for action in ("kms:Encrypt", "kms:GenerateDataKey", *(["kms:Decrypt"] if target_flag else [])):
        asked.append((action, replica_key, target, target_flag, "DstPutObjectNotPermitted"))
    for action, key, bucket, flag, reason in asked:
        if not key or key.endswith(":alias/aws/s3"):
            raise Failed("SrcKmsKeyInvalidState" if bucket == job.bucket else "DstKmsKeyNotFound")
        if s3_keys.key_state_error(key):
            raise Failed("SrcKmsKeyInvalidState" if bucket == job.bucket else "DstKmsKeyInvalidState")
        with in_region(key.split(":")[3]):
            conditions = s3_keys.kms_conditions(bucket, job.key, flag)
            _require(job, action, key, "kms", key.split(":")[3], reason, conditions)
    return replica_key, target_flag


def _check_target(s3, job, rule):
    """The destination bucket, reachable and fit; raises Failed with the documented reason, or Held."""
    name = _destination(rule)
    target = s3._buckets.get(name)
    if target is None or name == job.bucket:
        raise Failed("DstBucketNotFound")
    regions = {s3_keys.region_of(job.bucket), s3_keys.region_of(name)}
    if state.paused or regions & state.cut:
        raise Held()
    if s3._bucket_versioning.get(name) != "Enabled":
        raise Failed("DstBucketUnversioned")
    if s3._bucket_object_lock.get(job.bucket) and not s3._bucket_object_lock.get(name):
        raise Failed("DstBucketObjectLockConfigMissing")
    if not principals.role_trusts(job.role, "s3.amazonaws.com"):
        raise Failed("AssumeRoleNotPermitted")
    source_arn, region = f"arn:aws:s3:::{job.bucket}", s3_keys.region_of(job.bucket)
    _require(job, "s3:GetReplicationConfiguration", source_arn, "s3", region, "SrcBucketReplicationConfigMissing")
    return name, target


def _check_object_permissions(s3, job, name):
    """Source: S3 User Guide, "Setting up permissions for live replication". Returns whether tags may be read:
    without ``s3:GetObjectVersionTagging`` objects replicate without their tags, silently."""
    source, region = f"arn:aws:s3:::{job.bucket}/{job.key}", s3_keys.region_of(job.bucket)
    target, target_region = f"arn:aws:s3:::{name}/{job.key}", s3_keys.region_of(name)
    version = (job.bucket, job.key, job.obj.get("version_id"))
    tags = s3._object_tags.get(version) or {}
    existing = {f"s3:ExistingObjectTag/{k}": v for k, v in tags.items()}
    encrypted = job.obj["preserved_headers"].get("x-amz-server-side-encryption", "").startswith("aws:kms")
    decision = principals.role_decision(job.role, "s3:GetObjectVersionForReplication", source, "s3", region, existing)
    if decision != "Allow":
        if encrypted or decision == "Deny":
            raise Failed("SrcGetObjectNotPermitted")
        _require(job, "s3:GetObjectVersion", source, "s3", region, "SrcGetObjectNotPermitted", existing)
    _require(job, "s3:GetObjectVersionAcl", source, "s3", region, "SrcGetAclNotPermitted", existing)
    if version in s3._object_retention:
        _require(job, "s3:GetObjectRetention", source, "s3", region, "SrcGetRetentionNotPermitted")
        _refuse_denied(job, "s3:PutObjectRetention", target, target_region, "DstPutRetentionNotPermitted")
    if version in s3._object_legal_hold:
        _require(job, "s3:GetObjectLegalHold", source, "s3", region, "SrcGetLegalHoldNotPermitted")
        _refuse_denied(job, "s3:PutObjectLegalHold", target, target_region, "DstPutLegalHoldNotPermitted")
    _require(job, "s3:ReplicateObject", target, "s3", target_region, "DstPutObjectNotPermitted")
    action = "s3:GetObjectVersionTagging"
    readable = principals.role_decision(job.role, action, source, "s3", region, existing) == "Allow"
    if tags and readable:
        _refuse_denied(job, "s3:ReplicateTags", target, target_region, "DstPutTaggingNotPermitted")
    return readable


def _replica_record(s3, job, rule, name):
    """The destination's record: same version id and creation time, the rule's key and storage class."""
    replica = copy.deepcopy({k: v for k, v in job.obj.items() if k not in ("body", "_replica", "restore")})
    replica["body"] = s3._read_body(job.bucket, job.key, job.obj)
    replica["replication_status"] = "REPLICA"
    if rule["Destination"].get("StorageClass"):
        replica["storage_class"] = rule["Destination"]["StorageClass"]
    headers = replica["preserved_headers"]
    if headers.get("x-amz-server-side-encryption", "").startswith("aws:kms"):
        key, bucket_key = _check_kms(job, rule, name)
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = key
        headers.pop("x-amz-server-side-encryption-bucket-key-enabled", None)
        if bucket_key:
            headers["x-amz-server-side-encryption-bucket-key-enabled"] = "true"
        replica["etag"] = f'"{secrets.token_hex(16)}"'
    return replica


def _insert(s3, name, key, entry, record):
    """Puts a replica into the destination's version stack by creation time and points the key at the newest."""
    versions = s3._object_versions.setdefault((name, key), [])
    position = len(versions)
    while position > 0 and versions[position - 1]["last_modified"] > entry["last_modified"]:
        position -= 1
    versions.insert(position, entry)
    for version in versions:
        version["is_latest"] = version is versions[-1]
    if versions[-1] is entry:
        if entry.get("is_delete_marker"):
            s3._buckets[name]["objects"].pop(key, None)
        else:
            s3._buckets[name]["objects"][key] = record


def _replicate_object(s3, job, rule):
    name, _ = _check_target(s3, job, rule)
    with_tags = _check_object_permissions(s3, job, name)
    replica = _replica_record(s3, job, rule, name)
    version_id = job.obj["version_id"]
    if any(v["version_id"] == version_id for v in s3._object_versions.get((name, job.key), [])):
        return
    _insert(s3, name, job.key, s3._version_entry_from_record(replica, version_id, replica["body"]), replica)
    source, target = (job.bucket, job.key, version_id), (name, job.key, version_id)
    if with_tags and s3._object_tags.get(source):
        s3._object_tags[target] = dict(s3._object_tags[source])
    if source in s3._object_retention:
        s3._object_retention[target] = dict(s3._object_retention[source])
    else:
        s3._apply_object_lock_from_headers(name, job.key, {}, version_id)
    if source in s3._object_legal_hold:
        s3._object_legal_hold[target] = s3._object_legal_hold[source]
    s3._fire_s3_event_async(
        name, job.key, "s3:ObjectCreated:Put", size=replica["size"], etag=replica["etag"], version_id=version_id
    )


def _replicate_marker(s3, job, rule):
    """Source: S3 User Guide, "Replicating delete markers between buckets"; ``s3:ListBucket`` on the source."""
    name, _ = _check_target(s3, job, rule)
    region, target_region = s3_keys.region_of(job.bucket), s3_keys.region_of(name)
    _require(job, "s3:ListBucket", f"arn:aws:s3:::{job.bucket}", "s3", region, "SrcGetObjectNotPermitted")
    target = f"arn:aws:s3:::{name}/{job.key}"
    _require(job, "s3:ReplicateDelete", target, "s3", target_region, "DstDelObjNotPermitted")
    versions = s3._object_versions.get((name, job.key), [])
    if not any(v["version_id"] == job.obj["version_id"] for v in versions):
        _insert(s3, name, job.key, {**job.obj, "replication_status": "REPLICA"}, None)


def _stamp(s3, job, status):
    job.obj["replication_status"] = status
    for version in s3._object_versions.get((job.bucket, job.key), []):
        if version["version_id"] == job.obj.get("version_id"):
            version["replication_status"] = status


def _report_failure(s3, job, rule, reason):
    """Source: S3 User Guide, replication events: OperationFailedReplication needs Metrics on the rule."""
    if (rule["Destination"].get("Metrics") or {}).get("Status") != "Enabled":
        return
    data = {
        "replicationRuleId": rule.get("ID", ""),
        "destinationBucket": rule["Destination"].get("Bucket", ""),
        "s3Operation": "OBJECT_DELETE" if job.marker else "OBJECT_PUT",
        "requestTime": job.obj["last_modified"],
        "failureReason": reason,
    }
    s3._fire_s3_event_async(
        job.bucket,
        job.key,
        "s3:Replication:OperationFailedReplication",
        size=job.obj.get("size", 0),
        etag=job.obj.get("etag", ""),
        version_id=job.obj.get("version_id"),
        record_extra={"eventVersion": "2.2", "replicationEventData": data},
    )


def run(s3, job):
    """Replicates one job to all its destinations. COMPLETED only when all are done."""
    current = next(
        (v for v in s3._object_versions.get((job.bucket, job.key), []) if v["version_id"] == job.obj.get("version_id")),
        None,
    )
    if current is None:
        return
    waiting, failed = [], False
    for rule in job.rules:
        try:
            (_replicate_marker if job.marker else _replicate_object)(s3, job, rule)
        except Held:
            waiting.append(rule)
        except Failed as reason:
            failed = True
            current["replication_failure"] = str(reason)
            _report_failure(s3, job, rule, str(reason))
    if waiting:
        job.rules = waiting
        state.pending.append(job)
    _stamp(s3, job, "FAILED" if failed else "PENDING" if waiting else "COMPLETED")


def resume(s3):
    """Tries everything that is pending again; returns how many are still pending."""
    jobs, state.pending = state.pending, []
    for job in jobs:
        job.context.run(run, s3, job)
    return len(state.pending)


def _start(s3, jobs):
    for job in jobs:
        if state.delay_ms <= 0:
            run(s3, job)
        else:
            asyncio.get_running_loop().call_later(
                state.delay_ms / 1000, lambda job=job: job.context.run(run, s3, job)
            )


def _stamping(s3):
    @wrap(s3, "_maybe_replicate")
    def stamp(original, bucket, key, obj, data, tags=None):
        if tags is None:
            upload = _upload_tags.get()
            tags = upload if upload is not None else tags
        rules = matching_rules(s3, bucket, key, obj, tags)
        if rules:
            obj["replication_status"] = "PENDING"
            _jobs.get().append(Job(bucket, key, obj, rules, s3._bucket_replication[bucket]["Role"]))

    @wrap(s3, "_maybe_replicate_delete_marker")
    def stamp_marker(original, bucket, key):
        config = s3._bucket_replication.get(bucket)
        if not config or s3._bucket_versioning.get(bucket) != "Enabled":
            return
        candidates = best_rules(
            [r for r in config["Rules"] if r["Status"] == "Enabled" and key.startswith(s3._replication_rule_prefix(r))]
        )
        rules = [
            rule
            for rule in candidates
            if "Filter" not in rule
            or (
                not s3._replication_rule_tags(rule)
                and (rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"
            )
        ]
        if rules:
            marker = s3._object_versions[(bucket, key)][-1]
            _jobs.get().append(Job(bucket, key, marker, rules, config["Role"], marker=True))


_upload_tags = contextvars.ContextVar("holdfast_upload_tags", default=None)


def _running(s3):
    @wrap(s3, "_complete_multipart_upload")
    def complete(original, bucket, key, body, query_params, headers=None):
        upload = s3._multipart_uploads.get(s3._qp(query_params, "uploadId")) or {}
        token = _upload_tags.set((upload.get("holdfast") or {}).get("tags"))
        try:
            return original(bucket, key, body, query_params, headers)
        finally:
            _upload_tags.reset(token)

    @wrap(s3, "_dispatch")
    def dispatch(original, method, bucket, key, headers, body, query_params):
        token = _jobs.set([])
        try:
            answer = original(method, bucket, key, headers, body, query_params)
            _start(s3, _jobs.get())
            return answer
        finally:
            _jobs.reset(token)


def install():
    from ministack.services import s3

    _stamping(s3)
    _running(s3)
