"""SNS e-mail subscriptions wait for the person behind the address."""

from .wrap import wrap

_BY_MAIL = ("email", "email-json")


def install():
    """An e-mail subscription is pending until confirmed, and nothing is sent to it.

    Source: SNS API, Subscribe (``pending confirmation`` unless ``ReturnSubscriptionArn`` asks for the ARN) and
    ListSubscriptionsByTopic (``PendingConfirmation`` in place of the ARN).
    """
    from ministack.core.responses import new_uuid
    from ministack.services import sns

    def pending(topics):
        return [sub for topic in topics for sub in topic["subscriptions"] if not sub["confirmed"]]

    @wrap(sns, "_subscribe")
    def subscribe(original, params):
        status, headers, body = original(params)
        if status != 200 or sns._p(params, "Protocol") not in _BY_MAIL:
            return status, headers, body
        endpoint, protocol = sns._p(params, "Endpoint"), sns._p(params, "Protocol")
        topic = sns._topics[sns._p(params, "TopicArn")]
        sub = next(s for s in topic["subscriptions"] if (s["protocol"], s["endpoint"]) == (protocol, endpoint))
        if sub["token"] is None and sub["attributes"]["ConfirmationWasAuthenticated"] == "true":
            sub.update(confirmed=False, token=new_uuid())
            sub["attributes"].update(PendingConfirmation="true", ConfirmationWasAuthenticated="false")
            sns._refresh_subscription_counts(topic)
        if not sub["confirmed"] and sns._p(params, "ReturnSubscriptionArn") != "true":
            body = body.replace(sub["arn"].encode(), b"pending confirmation")
        return status, headers, body

    def hide_pending(original, params):
        status, headers, body = original(params)
        for sub in pending(sns._topics.values()):
            body = body.replace(f"<SubscriptionArn>{sub['arn']}<".encode(), b"<SubscriptionArn>PendingConfirmation<")
        return status, headers, body

    wrap(sns, "_list_subscriptions")(hide_pending)
    wrap(sns, "_list_subscriptions_by_topic")(hide_pending)
