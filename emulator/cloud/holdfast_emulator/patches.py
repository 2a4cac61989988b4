"""Installs every patch, in one place, so that what is changed in the emulator can be read at a glance."""

from . import (
    alarms,
    lambda_metrics,
    lambda_workers,
    policy_cache,
    principals,
    replication_metrics,
    s3_buckets,
    s3_conditions,
    s3_events,
    s3_keys,
    s3_lifecycle_rules,
    s3_replication,
    s3_replication_rules,
    s3_writes,
    subscriptions,
)


def install() -> None:
    """Patches the imported ministack in-process. Called once, before the first request.

    The order matters where two modules wrap the same function: the later one runs first, so replication
    starts after the write with its tags and locks is complete.
    """
    policy_cache.install()
    principals.install()
    s3_keys.install()
    s3_writes.install()
    s3_buckets.install()
    s3_conditions.install()
    s3_events.install()
    s3_replication_rules.install()
    s3_lifecycle_rules.install()
    s3_replication.install()
    replication_metrics.install()
    lambda_metrics.install()
    lambda_workers.install()
    alarms.install()
    subscriptions.install()
