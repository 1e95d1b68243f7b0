"""/v1/events and /v1/webhook_endpoints."""

from __future__ import annotations

from billing.sandbox.api.calls import Call, Route, copied, given, retrieving
from billing.sandbox.errors import SandboxRefused, StripeError
from billing.sandbox.listing import created_within, filtered, page
from billing.sandbox.objects.customer import build_deleted
from billing.sandbox.objects.webhook_endpoint import build_webhook_endpoint
from billing.sandbox.posting import require_loopback
from billing.sandbox.shapes import API_VERSION, Json


def _list_events(call: Call) -> Json:
    rows = filtered(call.params, created_within(call.params, call.store.all("event")), {"type": "type"})
    types = call.params.texts("types")
    if types:
        rows = [row for row in rows if row["type"] in types]
    delivered = call.params.boolean("delivery_success")
    if delivered is not None:
        rows = [row for row in rows if (row["pending_webhooks"] == 0) == delivered]
    answer = page(call.params, rows, call.path)
    call.params.finish()
    return answer


def _create_endpoint(call: Call) -> Json:
    """The answer alone carries the signing secret."""
    params = call.params
    url = _read_url(call)
    enabled = params.texts("enabled_events")
    if not enabled:
        raise StripeError("Missing required param: enabled_events.", code="parameter_missing", param="enabled_events")
    endpoint = build_webhook_endpoint(
        key=call.store.new_id("we"),
        created=call.store.now(),
        url=url,
        enabled_events=enabled,
        description=params.text("description"),
        api_version=params.text("api_version", among=(API_VERSION,)),
        metadata=params.metadata(),
    )
    params.finish()
    secret = call.store.new_id("whsec", 32)
    call.store.note(endpoint["id"])["secret"] = secret
    return copied(call.store.add(endpoint)) | {"secret": secret}


def _read_url(call: Call) -> str:
    url = call.params.text("url", required=True)
    try:
        require_loopback(url)
    except SandboxRefused as error:
        raise StripeError(f"Invalid URL: {error}", code="url_invalid", param="url") from error
    return url


def _changes(call: Call, endpoint: Json) -> Json:
    fields = given(call, ["description"]) | {"metadata": call.params.metadata(endpoint["metadata"])}
    if call.params.has("url"):
        fields["url"] = _read_url(call)
    if call.params.has("enabled_events"):
        fields["enabled_events"] = call.params.texts("enabled_events")
    disabled = call.params.boolean("disabled")
    if disabled is not None:
        fields["status"] = "disabled" if disabled else "enabled"
    return fields


def _update_endpoint(call: Call) -> Json:
    """Without an event: Stripe has none for endpoints."""
    endpoint = call.store.get("webhook_endpoint", call.key)
    changes = _changes(call, endpoint)
    call.params.finish()
    call.store.update(endpoint, changes)
    return endpoint


def _list_endpoints(call: Call) -> Json:
    answer = page(call.params, call.store.all("webhook_endpoint"), call.path)
    call.params.finish()
    return answer


def _delete_endpoint(call: Call) -> Json:
    endpoint = call.store.get("webhook_endpoint", call.key)
    call.params.finish()
    call.store.remove(endpoint)
    return build_deleted(endpoint)


ROUTES = (
    Route("GET", "/v1/events", _list_events),
    Route("GET", "/v1/events/{id}", retrieving("event")),
    Route("POST", "/v1/webhook_endpoints", _create_endpoint),
    Route("GET", "/v1/webhook_endpoints", _list_endpoints),
    Route("GET", "/v1/webhook_endpoints/{id}", retrieving("webhook_endpoint")),
    Route("POST", "/v1/webhook_endpoints/{id}", _update_endpoint),
    Route("DELETE", "/v1/webhook_endpoints/{id}", _delete_endpoint),
)
