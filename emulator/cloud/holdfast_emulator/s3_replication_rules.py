"""PutBucketReplication refuses what S3 refuses.

Source: S3 API, PutBucketReplication and ReplicationRule; S3 User Guide, replication configuration file.
"""

import re

from .wrap import wrap

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_FILTER_MEMBERS = ("Prefix", "Tag", "And")


def _children(element):
    return [child.tag.rsplit("}", 1)[-1] for child in element]


def _child(element, name):
    return next((child for child in element if child.tag.rsplit("}", 1)[-1] == name), None)


def _text(element, name):
    found = _child(element, name) if element is not None else None
    return found.text or "" if found is not None else None


def _rule_error(s3, rule):
    """The first refusal for one <Rule>, or None."""
    malformed = s3._error("MalformedXML", s3._MALFORMED_XML, 400)
    if len(_text(rule, "ID") or "") > 255 or _text(rule, "Status") not in ("Enabled", "Disabled"):
        return malformed
    if _child(rule, "ExistingObjectReplication") is not None:
        return s3._error("InvalidRequest", "ExistingObjectReplication is not supported.", 400)
    destination = _child(rule, "Destination")
    if destination is None or not (_text(destination, "Bucket") or "").startswith("arn:"):
        return malformed
    storage_class = _text(destination, "StorageClass")
    if storage_class is not None and storage_class not in s3._VALID_STORAGE_CLASSES - {"FSX_OPENZFS"}:
        return malformed
    if s3._bucket_owner_account(_text(destination, "Bucket").split(":::")[-1]) is None:
        return s3._error("InvalidRequest", "Destination bucket must exist.", 400)
    filter_element = _child(rule, "Filter")
    if filter_element is None:
        return None
    given = _children(filter_element)
    if len(given) > 1 or any(name not in _FILTER_MEMBERS for name in given):
        return malformed
    for name in ("Priority", "DeleteMarkerReplication"):
        if _child(rule, name) is None:
            return s3._error(
                "InvalidRequest",
                f"{name} must be specified for this version of Cross Region Replication configuration schema.",
                400,
            )
    tagged = "Tag" in given or ("And" in given and "Tag" in _children(_child(filter_element, "And")))
    if tagged and _text(_child(rule, "DeleteMarkerReplication"), "Status") == "Enabled":
        return s3._error(
            "InvalidRequest", "Delete marker replication is not supported if any Tag filter is specified.", 400
        )
    return None


def replication_error(s3, root):
    """The first refusal for a whole configuration, or None."""
    if not _ROLE.fullmatch(_text(root, "Role") or ""):
        return s3._error("InvalidArgument", "Invalid Role", 400, extra={"ArgumentName": "Role"})
    rules = [child for child in root if child.tag.rsplit("}", 1)[-1] == "Rule"]
    if not 1 <= len(rules) <= 1000:
        return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
    for rule in rules:
        error = _rule_error(s3, rule)
        if error:
            return error
    if len({_child(rule, "Filter") is None for rule in rules}) > 1:
        return s3._error("InvalidRequest", "Rules with and without Filter cannot be mixed.", 400)
    identifiers = [name for name in (_text(rule, "ID") for rule in rules) if name]
    if len(set(identifiers)) < len(identifiers):
        return s3._error("InvalidArgument", "Rule ID must be unique. Found same ID for one or more rules", 400)
    priorities = [number for number in (_text(rule, "Priority") for rule in rules) if number is not None]
    if any(not number.isdigit() for number in priorities):
        return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
    if len(set(priorities)) < len(priorities):
        return s3._error("InvalidRequest", "Found duplicate priority in the replication configuration.", 400)
    return None


def install():
    from ministack.services import s3

    @wrap(s3, "_put_bucket_replication")
    def put(original, bucket, body):
        if s3._ensure_bucket(bucket) is None or s3._bucket_versioning.get(bucket) != "Enabled":
            return original(bucket, body)
        try:
            root = s3.fromstring(body)
        except s3.ParseError:
            return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
        return replication_error(s3, root) or original(bucket, body)
