"""Parses each policy text once. The same decisions, several times faster: every request asks several policies."""

import json
from functools import lru_cache

from .wrap import wrap


def install():
    from ministack.core import iam_evaluator as evaluator

    uncached = evaluator.parse_policy_document

    @lru_cache(maxsize=2048)
    def parse_text(text):
        return uncached(text)

    @lru_cache(maxsize=1024)
    def resource_statements(text):
        """``[(statement, parsed)]`` of a resource policy; the statement itself still names its principals."""
        try:
            document = json.loads(text)
        except ValueError:
            return []
        statements = document.get("Statement", []) if isinstance(document, dict) else []
        statements = [statements] if isinstance(statements, dict) else statements
        found = [s for s in statements if isinstance(s, dict)] if isinstance(statements, list) else []
        return [(s, uncached({"Statement": [s]})) for s in found]

    @wrap(evaluator, "parse_policy_document")
    def parse(original, doc):
        return parse_text(doc) if isinstance(doc, str) else original(doc)

    @wrap(evaluator, "evaluate_resource_policy")
    def evaluate(original, doc, ctx, service=None, named_only=False, direct_only=False):
        if not isinstance(doc, str):
            return original(doc, ctx, service, named_only, direct_only)

        def applies(principal):
            if direct_only:
                return evaluator._names_caller_directly(principal, ctx.principal_arn)
            if named_only:
                return evaluator._names_caller(principal, ctx.principal_arn)
            if isinstance(principal, dict):
                aws = {"AWS": principal.get("AWS", [])}
                return evaluator._principal_matches(aws, ctx.principal_arn) or (
                    bool(service) and evaluator._service_principal_matches(principal, service)
                )
            return evaluator._principal_matches(principal, ctx.principal_arn)

        applicable = [p for s, parsed in resource_statements(doc) if applies(s.get("Principal", {})) for p in parsed]
        return evaluator.evaluate(ctx, [applicable])
