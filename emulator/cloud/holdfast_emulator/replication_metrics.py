"""S3 replication metrics, published as S3 does for every rule that has Metrics enabled.

Source: S3 User Guide, "Using S3 Replication metrics" and "Metrics and dimensions": namespace ``AWS/S3``, dimensions
``SourceBucket``, ``DestinationBucket`` and ``RuleId``; latency, pending bytes and pending operations in the
destination's region, failed operations in the source's. Here every few seconds instead of every minute.
"""

import datetime
from collections import Counter

from . import s3_keys, s3_replication
from .wrap import in_region, wrap

_failed = Counter()


def _age(job):
    created = datetime.datetime.fromisoformat(job.obj["last_modified"].replace("Z", "+00:00"))
    return (datetime.datetime.now(datetime.timezone.utc) - created).total_seconds()


def _measured(rule):
    return (rule["Destination"].get("Metrics") or {}).get("Status") == "Enabled"


def _rules(s3):
    for (_, bucket), config in list(s3._bucket_replication._data.items()):
        for rule in config["Rules"]:
            if _measured(rule):
                yield bucket, rule


def publish():
    """Publishes the current figures of every rule with metrics."""
    from ministack.services import cloudwatch, s3

    for bucket, rule in _rules(s3):
        target = s3_replication._destination(rule)
        name = {"SourceBucket": bucket, "DestinationBucket": target, "RuleId": rule["ID"]}
        pending = [
            job
            for job in s3_replication.state.pending
            if job.bucket == bucket and any(waiting["ID"] == rule["ID"] for waiting in job.rules)
        ]
        failed = _failed.pop((bucket, rule["ID"]), 0)
        with in_region(s3_keys.region_of(target)):
            figures = (
                ("ReplicationLatency", max((_age(job) for job in pending), default=0), "Seconds"),
                ("BytesPendingReplication", sum(job.obj.get("size", 0) for job in pending), "Bytes"),
                ("OperationsPendingReplication", len(pending), "Count"),
            )
            for metric, value, unit in figures:
                cloudwatch.record_metric("AWS/S3", metric, value, unit, name)
        with in_region(s3_keys.region_of(bucket)):
            cloudwatch.record_metric("AWS/S3", "OperationsFailedReplication", failed, "Count", name)


def install():
    @wrap(s3_replication, "_report_failure")
    def report(original, s3, job, rule, reason):
        if _measured(rule):
            _failed[(job.bucket, rule.get("ID", ""))] += 1
        return original(s3, job, rule, reason)
