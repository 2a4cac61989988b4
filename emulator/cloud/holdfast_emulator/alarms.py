"""CloudWatch metric alarms: read back as they were put, judged by their own dimensions, periods and missing data.

Source: CloudWatch User Guide, "Using Amazon CloudWatch alarms" (evaluating an alarm, M out of N, treating missing
data) and the PutMetricAlarm API. Periods slide with the clock here instead of lying on whole minutes; metric
math is stored and not evaluated.
"""

import asyncio
import time

from . import replication_metrics
from .wrap import in_region, wrap

_SETTINGS = (
    "AlarmDescription", "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit",
    "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData",
    "EvaluateLowSampleCountPercentile", "Metrics", "ThresholdMetricId",
)
_COMPARE = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
_EVERY_SECONDS = 5


def _storage(cloudwatch):
    @wrap(cloudwatch, "_put_metric_alarm")
    def put(original, params, data, is_cbor, is_json=False):
        answer = original(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(data.get("AlarmName")) if is_cbor or is_json else None
        if alarm is not None and answer[0] == 200:
            for name in _SETTINGS:
                if name in data:
                    alarm[name] = data[name]
                elif name != "Dimensions":
                    alarm.pop(name, None)
        return answer


def _windows(cloudwatch, alarm, now):
    """The statistic of each evaluation period, newest first; None where there is no data."""
    wanted = {d["Name"]: d["Value"] for d in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(wanted))
    points = cloudwatch._metrics.get(key) or []
    period = int(alarm.get("Period") or 60)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    values = []
    for i in range(int(alarm.get("EvaluationPeriods") or 1)):
        end = now - i * period
        inside = [p for p in points if end - period < p["Timestamp"] <= end]
        stats = cloudwatch._calc_stats(inside) if inside else {}
        values.append(cloudwatch._stat_value(stats, statistic, inside) if stats else None)
    return values


def judge(values, threshold, operator, needed, missing):
    """``ALARM``, ``OK``, ``INSUFFICIENT_DATA``, or None to keep the state.

    ``values`` are the periods' statistics with None for missing ones; ``needed`` is DatapointsToAlarm.
    """
    breaches = [_COMPARE[operator](value, threshold) for value in values if value is not None]
    absent = len(values) - len(breaches)
    if not breaches and missing == "missing":
        return "INSUFFICIENT_DATA"
    if not breaches and missing == "ignore":
        return None
    breaching = sum(breaches) + (absent if missing == "breaching" else 0)
    return "ALARM" if breaching >= needed else "OK"


def _evaluation(cloudwatch):
    @wrap(cloudwatch, "_evaluate_alarm")
    def evaluate(original, alarm):
        if not alarm.get("Namespace") or not alarm.get("MetricName") or alarm.get("ComparisonOperator") not in _COMPARE:
            return
        values = _windows(cloudwatch, alarm, time.time())
        needed = int(alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods") or 1)
        threshold, operator = float(alarm["Threshold"]), alarm["ComparisonOperator"]
        new = judge(values, threshold, operator, needed, alarm.get("TreatMissingData") or "missing")
        old = alarm["StateValue"]
        if new is None or new == old:
            return
        reason = f"Threshold Crossed: {values} {operator} {threshold}" if new != "INSUFFICIENT_DATA" else "Insufficient Data"
        alarm["StateValue"], alarm["StateReason"] = new, reason
        alarm["StateUpdatedTimestamp"] = int(time.time())
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        cloudwatch._evaluate_parent_alarms(alarm)


async def keep_evaluating():
    """Alarms change without new data as well: missing data is data."""
    from ministack.services import cloudwatch

    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        replication_metrics.publish()
        for region in {scoped[1] for scoped in list(cloudwatch._alarms._data)}:
            with in_region(region):
                cloudwatch._evaluate_all_alarms()


def install():
    from ministack.services import cloudwatch

    _storage(cloudwatch)
    _evaluation(cloudwatch)
