"""/v1/disputes: evidence, and giving in. Verdicts are the controls' affair, or that of Stripe's magic evidence."""

from __future__ import annotations

from billing.sandbox.api.calls import Call, Route, listing, metadata_only, retrieving
from billing.sandbox.disputes import close_dispute, require_open, submit_evidence
from billing.sandbox.objects.dispute import EVIDENCE
from billing.sandbox.shapes import Json


def _update(call: Call) -> Json:
    dispute = call.store.get("dispute", call.key)
    given = call.params.child("evidence")
    evidence = {name: given.text(name, most=150_000) for name in EVIDENCE if given.has(name)}
    is_submitted = call.params.boolean("submit") is not False
    changes = metadata_only(call, dispute)
    call.params.finish()
    if evidence or call.params.has("submit"):
        require_open(dispute)
    call.store.update(dispute, changes)
    return submit_evidence(call.store, dispute, evidence, is_submitted=is_submitted) if evidence else dispute


def _close(call: Call) -> Json:
    dispute = call.store.get("dispute", call.key)
    call.params.finish()
    return close_dispute(call.store, dispute, is_won=False)


ROUTES = (
    Route("GET", "/v1/disputes", listing("dispute", ["charge", "payment_intent"])),
    Route("GET", "/v1/disputes/{id}", retrieving("dispute")),
    Route("POST", "/v1/disputes/{id}", _update),
    Route("POST", "/v1/disputes/{id}/close", _close),
)
