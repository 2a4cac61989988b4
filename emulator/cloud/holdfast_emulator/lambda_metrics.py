"""Metrics that functions write to their log in the embedded metric format, and counts of invocations."""

import json
from collections import Counter
from contextlib import contextmanager

from .wrap import wrap

invocations = Counter()


def embedded_metrics(line):
    """``[(namespace, name, value, unit, dimensions)]`` of one log line, one per dimension set.

    Source: CloudWatch User Guide, "Specification: Embedded metric format": the root ``_aws`` member holds
    ``CloudWatchMetrics`` directives; ``Dimensions`` is a list of sets of member names; values are read from the
    root, a number or a list of numbers; anything that does not follow the form is not extracted.
    """
    if not line.startswith("{") or '"_aws"' not in line:
        return []
    try:
        root = json.loads(line)
    except ValueError:
        return []
    directives = (root.get("_aws") or {}).get("CloudWatchMetrics")
    found = []
    for directive in directives if isinstance(directives, list) else []:
        for names in directive.get("Dimensions") or [[]]:
            if len(names) > 30 or any(name not in root for name in names):
                continue
            dimensions = {name: str(root[name]) for name in names}
            for metric in directive.get("Metrics") or []:
                value = root.get(metric.get("Name"))
                for number in value if isinstance(value, list) else [value]:
                    if isinstance(number, (int, float)) and not isinstance(number, bool):
                        unit = metric.get("Unit", "None")
                        found.append((directive["Namespace"], metric["Name"], number, unit, dimensions))
    return found


@contextmanager
def _function_scope(config):
    from ministack.core import responses

    parts = (config.get("FunctionArn") or "").split(":")
    before = responses.get_region()
    if len(parts) > 3:
        responses.set_request_region(parts[3])
    try:
        yield
    finally:
        responses.set_request_region(before)


def install():
    from ministack.services import cloudwatch, lambda_svc

    @wrap(lambda_svc, "_emit_lambda_logs")
    def emit(original, func, request_id, log_text, error, duration_ms, **kwargs):
        config = func.get("config") or func
        invocations[(config.get("FunctionArn") or config.get("FunctionName", "")).split(":$")[0]] += 1
        original(func, request_id, log_text, error, duration_ms, **kwargs)
        with _function_scope(config):
            found = [metric for line in (log_text or "").splitlines() for metric in embedded_metrics(line.strip())]
            for namespace, name, value, unit, dimensions in found:
                cloudwatch.record_metric(namespace, name, value, unit, dimensions)
            if found:
                cloudwatch._evaluate_all_alarms()
