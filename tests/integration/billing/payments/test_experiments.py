"""Experiments: who is shown what, what is logged, what came of it, and who steers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing.experiments.assignment import assign
from billing.experiments.results import results_of
from billing.models import Allocation, Experiment, Exposure, Offer, Order, Price
from billing.services import ExperimentRefused, end_experiment, ensure_customer, set_weights, start_experiment
from billing.states import EXPERIMENT_TRANSITIONS, ExperimentStatus, OrderStatus
from billing.views.visitors import COOKIE
from tests.factories import create_user
from tests.factories.browsers import log_in
from tests.factories.experiments import create_experiment, run_experiment
from tests.factories.shop import _HIDDEN, Shop

pytestmark = pytest.mark.django_db
PAGE = "/offers/calendar/"


def _visitor(experiment: Experiment, key: str) -> str:
    """A visitor who is assigned to a variant."""
    keys = (f"visitor-{number:014}" for number in range(1000))
    return next(each for each in keys if assign(experiment.salt, each, {"plain": 1, "bold": 1})[0] == key)


def _browser(experiment: Experiment, key: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = _visitor(experiment, key)
    return client


def test_visitor_is_shown_the_same_variant_each_time_and_all_of_it_is_logged(offer: Offer) -> None:
    run_experiment(offer)
    client = Client()

    pages = [client.get(url) for url in (PAGE, "/offers/", PAGE)]

    cookie = pages[0].cookies[COOKIE]
    assert (len(cookie.value), cookie["httponly"], cookie["samesite"], cookie["path"]) == (22, True, "Lax", "/offers/")
    assert COOKIE not in pages[1].cookies
    shown = Exposure.objects.order_by("pk")
    assert [each.context["page"] for each in shown] == ["offer", "list", "offer"]
    assert {(each.propensity, each.policy_version) for each in shown} == {(0.5, "bold-name/1")}
    (variant,) = {each.variant for each in shown}
    assert all(("THE calendar" in page.content.decode()) is (variant == "bold") for page in pages)
    assert not any(cookie.value in str(each.__dict__) for each in shown)


@pytest.mark.parametrize(
    ("headers", "logged"),
    [({"User-Agent": "Googlebot/2.1"}, 0), ({"User-Agent": "Baiduspider"}, 0), ({"Sec-GPC": "1"}, 1)],
)
def test_machines_are_left_out_and_whoever_asks_not_to_be_told_apart(
    offer: Offer, headers: dict[str, str], logged: int
) -> None:
    run_experiment(offer)

    page = Client().get(PAGE, headers=headers)

    assert COOKIE not in page.cookies
    assert "THE calendar" not in page.content.decode()
    assert list(Exposure.objects.values_list("variant", "propensity", "arm")) == [("catalogue", 1.0, None)] * logged


def test_no_cookie_is_set_where_nothing_is_tried(offer: Offer) -> None:
    create_experiment(offer)

    assert COOKIE not in Client().get(PAGE).cookies


def test_order_carries_the_variant_and_its_price(quiet_shop: Shop, offer: Offer) -> None:
    experiment = run_experiment(offer, amount=2900)
    client = _browser(experiment, "bold")
    form = dict(_HIDDEN.findall(client.get(PAGE).content.decode()))

    client.post(PAGE, form | {"name": "Jo", "email": "jo@example.com", "coupon": ""})

    order, shown = Order.objects.get(), Exposure.objects.get()
    assert (order.amount_total, order.offer_name) == (2900, "THE calendar")
    assert order.order_details["experiment"] == {
        "exposure": shown.pk,
        "variant": "bold",
        "propensity": 0.5,
        "policy_version": "bold-name/1",
        "experiment": "bold-name",
    }


def test_price_of_an_experiment_that_ended_is_not_sold_any_more(quiet_shop: Shop, offer: Offer) -> None:
    experiment = run_experiment(offer, amount=100)
    client = _browser(experiment, "bold")
    form = dict(_HIDDEN.findall(client.get(PAGE).content.decode()))
    end_experiment(experiment_id=experiment.pk, by=create_user())

    answer = client.post(PAGE, form | {"name": "Jo", "email": "jo@example.com", "coupon": ""})

    assert answer.status_code == 422
    assert "The price has changed meanwhile." in answer.content.decode()
    assert "€19.00" in answer.content.decode()
    assert not Order.objects.exists()


def test_results_of_weighs_by_propensity_and_counts_what_was_kept(offer: Offer) -> None:
    experiment = run_experiment(offer)
    for key, propensity, n, totals in (
        ("plain", 0.9, 90, [(OrderStatus.PAID, 0), (OrderStatus.PAID, 400), (OrderStatus.DISPUTE_LOST, 0)]),
        ("plain", 0.5, 10, [(OrderStatus.PENDING, 0)]),
        ("bold", 0.1, 10, [(OrderStatus.PAID, 0)]),
    ):
        _record(experiment, key, propensity, n, totals)

    bold, plain = results_of(experiment).arms
    assert (plain.n, plain.orders, bold.n, bold.orders) == (100, 3, 10, 1)
    assert plain.revenue["EUR"] == pytest.approx((1000 + 600) / 0.9 / (90 / 0.9 + 10 / 0.5))
    assert bold.revenue["EUR"] == pytest.approx(100)
    assert results_of(experiment).verdict == "No winner: fewer than 20 showings of bold."


def _record(experiment: Experiment, key: str, propensity: float, n: int, totals: list[tuple[OrderStatus, int]]) -> None:
    """`n` showings of a variant, and one order of 10 EUR for each status and refund."""
    arm, offer = experiment.variants.get(key=key), experiment.offer
    of_all: dict[str, Any] = {
        "offer": offer,
        "variant": key,
        "propensity": propensity,
        "policy_version": "1",
        "arm": arm,
    }
    shown = Exposure.objects.bulk_create(
        Exposure(context={"page": page}, **of_all) for page in ["offer"] * n + ["list"] * 3
    )
    customer = ensure_customer(email="jo@example.com", name="Jo")
    for exposure, (status, refunded) in zip(shown, totals, strict=False):
        seen = {"exposure": exposure.pk, "variant": key, "propensity": propensity, "experiment": experiment.slug}
        Order.objects.create(
            customer=customer,
            opportunity=offer.opportunity,
            order_details={"experiment": seen},
            status=status,
            currency="EUR",
            amount_subtotal=1000,
            amount_total=1000,
            amount_refunded=refunded,
        )


def test_offer_page_takes_two_queries_more_while_an_experiment_runs(
    offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run_experiment(offer)

    with django_assert_num_queries(5):
        Client().get("/offers/")


@pytest.mark.parametrize("before", ExperimentStatus)
def test_start_and_end_follow_the_table(offer: Offer, before: ExperimentStatus) -> None:
    user, experiment = create_user(), create_experiment(offer)
    if before != ExperimentStatus.DRAFT:
        start_experiment(experiment_id=experiment.pk, by=user)
    if before == ExperimentStatus.ENDED:
        end_experiment(experiment_id=experiment.pk, by=user)

    for step, after in ((start_experiment, ExperimentStatus.RUNNING), (end_experiment, ExperimentStatus.ENDED)):
        with transaction.atomic():
            if after in EXPERIMENT_TRANSITIONS[before]:
                assert step(experiment_id=experiment.pk, by=user).status == after
            else:
                with pytest.raises(ExperimentRefused, match=f"it is {before.label.lower()}"):
                    step(experiment_id=experiment.pk, by=user)
            transaction.set_rollback(True)


def test_start_experiment_refuses_what_could_not_be_judged(offer: Offer) -> None:
    user, lonely = create_user(), Experiment.objects.create(offer=offer, slug="lonely", question="?")
    lonely.variants.create(key="only")
    run_experiment(offer)
    second = create_experiment(offer, slug="second")
    dear = create_experiment(offer, slug="dear", amount=5)
    Price.objects.filter(amount=5).update(currency="USD")

    refused: list[tuple[Experiment, str]] = [(lonely, "two variants"), (second, "end it first"), (dear, "currency")]
    for experiment, why in refused:
        with pytest.raises(ExperimentRefused, match=why):
            start_experiment(experiment_id=experiment.pk, by=user)


@pytest.mark.parametrize("weights", [{"plain": 1}, {"plain": 0, "bold": 0}, {"plain": -1, "bold": 1}, {"a": 1, "b": 1}])
def test_set_weights_refuses_what_makes_no_sense(offer: Offer, weights: dict[str, int]) -> None:
    experiment = run_experiment(offer)

    with pytest.raises(ExperimentRefused):
        set_weights(experiment_id=experiment.pk, weights=weights, by=create_user())

    assert experiment.allocations.count() == 1


def test_allocations_can_be_neither_changed_nor_deleted(offer: Offer) -> None:
    run_experiment(offer)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Allocation.objects.update(weights={})


def test_experiment_page_is_made_started_steered_and_ended_by_operators(offer: Offer) -> None:
    client = log_in()
    form: dict[str, Any] = {"offer": offer.pk, "slug": "s", "question": "Which?"}
    variants = {"variants-TOTAL_FORMS": 2, "variants-INITIAL_FORMS": 0, "variants-0-key": "a", "variants-1-key": "b"}

    made = client.post("/admin/billing/experiment/add/", form | variants)
    url = made["Location"]
    draft = client.get(url + "?edit=1").status_code
    for said in (
        {"action": "start"},
        {"action": "weights", "a": "3", "b": "1"},
        {"action": "weights", "a": "x", "b": "1"},
    ):
        last = client.post(url, said)
    page = client.get(url).content.decode()
    client.post(url, {"action": "end"})

    experiment = Experiment.objects.get()
    assert (draft, last.status_code, experiment.status) == (200, 422, ExperimentStatus.ENDED)
    assert [each.weights for each in experiment.allocations.order_by("version")] == [{"a": 1, "b": 1}, {"a": 3, "b": 1}]
    assert "No winner: fewer than 20 showings of a, b." in page
    assert "a 75.0%" in page


@pytest.mark.parametrize("action", ["start", "end", "weights"])
def test_experiment_page_of_a_viewer_only_shows(offer: Offer, action: str) -> None:
    experiment = run_experiment(offer) if action == "end" else create_experiment(offer)
    client, before = log_in(create_user(groups=("Viewers",))), experiment.status

    shown = client.get(f"/admin/billing/experiment/{experiment.pk}/change/").status_code
    client.post(f"/admin/billing/experiment/{experiment.pk}/change/", {"action": action, "plain": "1", "bold": "9"})

    experiment.refresh_from_db()
    assert (shown, experiment.status) == (200, before)
    assert not experiment.allocations.filter(version=2).exists()


def test_running_experiment_keeps_its_variants(offer: Offer) -> None:
    experiment = run_experiment(offer)
    url = f"/admin/billing/experiment/{experiment.pk}/change/"

    answer = log_in().post(url + "?edit=1", {"offer": offer.pk, "slug": "other", "question": "Changed?"})

    experiment.refresh_from_db()
    assert (answer.status_code, experiment.slug) == (403, "bold-name")
