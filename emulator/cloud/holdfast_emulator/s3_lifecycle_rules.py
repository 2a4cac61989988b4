"""PutBucketLifecycleConfiguration refuses what S3 refuses.

Sources: S3 API, PutBucketLifecycleConfiguration and LifecycleRule; S3 User Guide, "Transitioning objects
using Amazon S3 Lifecycle", "Lifecycle configuration elements", "Troubleshooting lifecycle".
"""

import datetime

from .wrap import wrap

_WATERFALL = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
_MINIMUM_STAY = {"STANDARD_IA": 30, "ONEZONE_IA": 30, "GLACIER_IR": 90, "GLACIER": 90}
_ACTIONS = (
    "Transitions", "NoncurrentVersionTransitions", "Expiration", "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)


def _tags(rule):
    found = rule.get("Filter") or {}
    return [found["Tag"]] if "Tag" in found else (found.get("And") or {}).get("Tags", [])


def _filter_problem(rule):
    found = rule.get("Filter") or {}
    if len(found) > 1:
        return "MalformedXML", None
    keys = [tag["Key"] for tag in _tags(rule)]
    if len(set(keys)) < len(keys):
        return "InvalidRequest", "Duplicate Tag Keys are not allowed."
    both = found.get("And") or {}
    if "ObjectSizeGreaterThan" in both and "ObjectSizeLessThan" in both:
        if both["ObjectSizeGreaterThan"] >= both["ObjectSizeLessThan"]:
            return "InvalidRequest", "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."
    return None


def _expiration_problem(rule):
    expiration = rule.get("Expiration")
    if expiration is not None:
        if len(expiration) != 1:
            return "MalformedXML", None
        if "ExpiredObjectDeleteMarker" in expiration and _tags(rule):
            return "InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with tag filters."
    if "AbortIncompleteMultipartUpload" in rule:
        if _tags(rule):
            return "InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags."
        if rule["AbortIncompleteMultipartUpload"].get("DaysAfterInitiation", 0) < 1:
            message = "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer"
            return "InvalidArgument", message
    noncurrent = rule.get("NoncurrentVersionExpiration")
    if noncurrent is not None:
        if noncurrent.get("NoncurrentDays", 0) < 1:
            message = "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"
            return "InvalidArgument", message
        if not 1 <= noncurrent.get("NewerNoncurrentVersions", 1) <= 100:
            return "InvalidArgument", "'NewerNoncurrentVersions' must be between 1 and 100"
    return None


def _midnight(text):
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc)
    return moment.time() == datetime.time(0)


def _date_problem(rule):
    actions = [*rule.get("Transitions", []), *([rule["Expiration"]] if "Expiration" in rule else [])]
    dates = [action["Date"] for action in actions if "Date" in action]
    if any(not _midnight(date) for date in dates):
        return "InvalidArgument", "'Date' must be at midnight GMT"
    if dates and any("Days" in action for action in actions):
        message = "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule"
        return "InvalidRequest", message
    return None


def _transition_problem(transitions, unit):
    """Minimum age of 30 days for the IA classes, one way down the waterfall, minimum stay in each class."""
    steps = []
    for transition in transitions:
        if unit not in transition:
            if "Date" in transition:
                continue
            return "MalformedXML", None
        days, target = transition[unit], transition["StorageClass"]
        if target not in _WATERFALL:
            return "MalformedXML", None
        if days < 0:
            return "InvalidArgument", f"'{unit}' in Transition action must be nonnegative"
        if target in ("STANDARD_IA", "ONEZONE_IA") and days < 30:
            message = f"'{unit}' in Transition action must be greater than or equal to 30 for storageClass '{target}'"
            return "InvalidArgument", message
        steps.append((days, _WATERFALL.index(target), target))
    steps.sort()
    for (days, rank, source), (next_days, next_rank, target) in zip(steps, steps[1:]):
        if next_rank <= rank or (source, target) == ("ONEZONE_IA", "GLACIER_IR"):
            return "InvalidArgument", f"'{unit}' order of '{source}' and '{target}' goes up the storage class waterfall"
        stay = _MINIMUM_STAY.get(source, 0)
        if next_days < days + stay:
            message = f"'{unit}' in the '{target}' Transition action must be at least {stay} days after '{source}'"
            return "InvalidArgument", message
    return None


def _order_problem(rule):
    """Expiration comes after every transition of the same rule."""
    for expires, transitions, unit in (
        (rule.get("Expiration", {}).get("Days"), rule.get("Transitions", []), "Days"),
        (
            rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
            rule.get("NoncurrentVersionTransitions", []),
            "NoncurrentDays",
        ),
    ):
        if expires is not None and any(expires <= t.get(unit, -1) for t in transitions):
            message = f"'{unit}' in the Expiration action must be greater than '{unit}' in the Transition action"
            return "InvalidArgument", message
    return None


def rules_problem(rules):
    """``(code, message)`` of the first refusal for a list of parsed rules, or None."""
    identifiers = [rule["ID"] for rule in rules if "ID" in rule]
    if not 1 <= len(rules) <= 1000 or any(len(name) > 255 for name in identifiers):
        return "MalformedXML", None
    if len(set(identifiers)) < len(identifiers):
        return "InvalidArgument", "Rule ID must be unique. Found same ID for one or more rules"
    for rule in rules:
        if not any(action in rule for action in _ACTIONS):
            return "InvalidRequest", "At least one action needs to be specified in a rule"
        problem = (
            _filter_problem(rule)
            or _expiration_problem(rule)
            or _date_problem(rule)
            or _transition_problem(rule.get("Transitions", []), "Days")
            or _transition_problem(rule.get("NoncurrentVersionTransitions", []), "NoncurrentDays")
            or _order_problem(rule)
        )
        if problem:
            return problem
    return None


def _schema_problem(s3, body):
    """What the emulator's lenient parser would drop: unknown elements, a rule-level Prefix, text that is no number."""
    try:
        root = s3.fromstring(body)
    except s3.ParseError:
        return "MalformedXML", None
    for rule in root:
        names = [child.tag.rsplit("}", 1)[-1] for child in rule]
        if "Prefix" in names:
            return "NotImplemented", "The emulated AWS does not keep the rule-level Prefix of the older schema; use Filter."
        if "Filter" not in names or "Status" not in names:
            return "MalformedXML", None
    numbers = ("Days", "NoncurrentDays", "NewerNoncurrentVersions", "DaysAfterInitiation", "ObjectSizeGreaterThan",
               "ObjectSizeLessThan")
    for element in root.iter():
        if element.tag.rsplit("}", 1)[-1] in numbers and not (element.text or "").strip().lstrip("-").isdigit():
            return "MalformedXML", None
    return None


def _exact_read_back(s3):
    """GetBucketLifecycleConfiguration returns what was put: no size of 0 in an ``And`` that had none, which would
    read as a size filter and switch off the 128 KB minimum for transitions."""

    @wrap(s3, "_get_bucket_lifecycle")
    def get(original, name):
        status, headers, body = original(name)
        if status != 200:
            return status, headers, body
        parts = body.split(b"<Rule>")
        for i, rule in enumerate(s3._bucket_lifecycle[name], start=1):
            both = rule.get("Filter", {}).get("And")
            if both is not None and "ObjectSizeGreaterThan" not in both:
                parts[i] = parts[i].replace(b"<ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>", b"")
            if both is not None and "Prefix" not in both:
                parts[i] = parts[i].replace(b"<And><Prefix></Prefix>", b"<And>")
        return status, headers, b"<Rule>".join(parts)


_SIZE_HEADER = "x-amz-transition-default-minimum-object-size"


def _minimum_object_size(s3):
    """The minimum size for transitions is stored with the configuration and returned with it.

    Source: S3 API, PutBucketLifecycleConfiguration ``TransitionDefaultMinimumObjectSize``.
    """

    @wrap(s3, "_dispatch")
    def dispatch(original, method, bucket, key, headers, body, query_params):
        answer = original(method, bucket, key, headers, body, query_params)
        if key or "lifecycle" not in query_params or answer[0] != 200:
            return answer
        record = s3._buckets[bucket]
        if method == "PUT":
            record["_transition_minimum"] = headers.get(_SIZE_HEADER) or "all_storage_classes_128K"
        minimum = record.get("_transition_minimum", "all_storage_classes_128K")
        return answer[0], {**answer[1], _SIZE_HEADER: minimum}, answer[2]


def install():
    from ministack.services import s3

    def refuse(problem):
        code, message = problem
        return s3._error(code, message or s3._MALFORMED_XML, 501 if code == "NotImplemented" else 400)

    @wrap(s3, "_put_bucket_lifecycle")
    def put(original, name, body):
        problem = _schema_problem(s3, body) if name in s3._buckets else None
        if problem:
            return refuse(problem)
        answer = original(name, body)
        if isinstance(s3._bucket_lifecycle.get(name), str):  # the lenient parser gave up and stored the text
            s3._bucket_lifecycle.pop(name)
            return refuse(("MalformedXML", None))
        return answer

    @wrap(s3, "_lifecycle_rules_error")
    def check(original, rules):
        error = original(rules)
        if error:
            return error
        problem = rules_problem(rules)
        return refuse(problem) if problem else None

    _exact_read_back(s3)
    _minimum_object_size(s3)
