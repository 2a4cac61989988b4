"""Who is asking: condition keys of the principal, and authorisation of a role that a service uses by itself."""

from .wrap import wrap


def role_arn(session_arn):
    """The role ARN, with its path, of an assumed-role session ARN; any other ARN unchanged.

    Source: IAM User Guide, global condition keys, ``aws:PrincipalArn``: for assumed roles the value is
    the ARN of the role, not of the session.
    """
    if ":assumed-role/" not in session_arn:
        return session_arn
    from ministack.services import iam

    account = session_arn.split(":")[4]
    name = session_arn.split(":assumed-role/", 1)[1].split("/", 1)[0]
    role = iam._roles.get_scoped(account, None, name)
    return role["Arn"] if role else f"arn:aws:iam::{account}:role/{name}"


def _principal_condition_keys(evaluator):
    @wrap(evaluator, "_resolve_condition_key")
    def resolve(original, key, ctx):
        lower = key.lower()
        if lower == "aws:principalarn":
            return role_arn(ctx.principal_arn)
        if lower in ("aws:principalisawsservice", "aws:viaawsservice"):
            # IAM User Guide, global condition keys: always present; principals here are users, roles and root.
            return "false"
        return original(key, ctx)


def _refuse_not_principal(s3):
    """``NotPrincipal`` is not evaluated by the emulator (a Deny would fail open), so it cannot be stored."""

    @wrap(s3, "_put_bucket_policy")
    def put(original, name, body):
        if b'"NotPrincipal"' in body:
            return s3._error("NotImplemented", "The emulated AWS does not evaluate NotPrincipal.", 501)
        return original(name, body)


def role_decision(arn, action, resource, service, region, conditions=None):
    """``Allow``, ``Deny`` or ``ImplicitDeny`` for the role ``arn`` doing ``action`` on ``resource``: its own
    policies, boundary and the resource's policy, as for any caller.

    Source: IAM User Guide, policy evaluation logic (same account: a Deny anywhere wins, an Allow in
    either suffices; a KMS key policy must allow too).
    """
    from ministack.core import iam_evaluator as evaluator
    from ministack.services import iam

    account, name = arn.split(":")[4], arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    if role is None or role["Arn"] != arn:
        return "ImplicitDeny"
    keys = {key.lower(): value for key, value in (conditions or {}).items()}
    keys.setdefault("aws:tagkeys", None)
    ctx = evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/{service}",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        source_ip="",
        secure_transport=True,
        service_context=keys,
    )
    limits = evaluator._permissions_boundary(iam._roles, name, account)
    result = evaluator.evaluate(ctx, evaluator._gather_role_policies(name, account), *limits)
    found = evaluator._resource_policy(service, resource)
    if found is not None:
        result = evaluator.combine_resource_policy(result, ctx, *found, required=service == "kms", limits=limits)
    return result.decision


def role_trusts(arn, service_principal):
    """Whether the trust policy of the role lets the AWS service assume it; a missing role trusts nobody."""
    import json

    from ministack.services import iam

    role = iam._roles.get_scoped(arn.split(":")[4], None, arn.rsplit("/", 1)[-1]) if arn.count(":") >= 5 else None
    if role is None or role["Arn"] != arn:
        return False
    document = role.get("AssumeRolePolicyDocument")
    statements = (json.loads(document) if isinstance(document, str) else document or {}).get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        services = (statement.get("Principal") or {}).get("Service", []) if statement.get("Principal") != "*" else "*"
        services = [services] if isinstance(services, str) else services
        if statement.get("Effect") == "Allow" and (service_principal in services or "*" in services):
            return True
    return False


def install():
    from ministack.core import iam_evaluator
    from ministack.services import s3

    _principal_condition_keys(iam_evaluator)
    _refuse_not_principal(s3)
