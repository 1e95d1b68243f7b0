import io
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pygit2
import pytest
from django.core.management import CommandError, call_command
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from pytest_django.fixtures import Settings

from billing.models import Offer
from fsarsite.samples import ensure_shop_tables, ensure_workspace
from proposals.models import Opportunity, Proposal, User
from proposals.states import Status

OUTCOMES = {
    "gift_card_table": Status.CLEARED,
    "cart_total": Status.CLEARED,
    "cart_total_again": Status.DUPLICATE,
    "task_model_column": Status.BLOCKED,
    "order_delivery_note": Status.BLOCKED,
    "drop_old_orders": Status.BLOCKED,
    "freeze_prices_in_december": Status.BLOCKED,
    "second_payment_provider": Status.NEEDS_MITIGATION,
    "booking_slots_cut_off": Status.RETURNED,
    "repair_tickets_syntax": Status.RETURNED,
    "checkout_button_in_css": Status.RETURNED,
    "tasting_box": Status.CLEARED,
}


@pytest.fixture
def target() -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"samples_{uuid.uuid4().hex}"
    server = make_conninfo(os.environ["DATABASE_URL"])
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def installation(settings: Settings, tmp_path: Path, target: str) -> Settings:
    settings.TARGET_DATABASE_URL = target
    settings.WORKSPACE_PATH = tmp_path / "workspace"
    return settings


def load() -> str:
    out = io.StringIO()
    call_command("load_samples", stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db
def test_load_samples_fills_queue_shop_and_logins(installation: Settings) -> None:
    printed = load()

    statuses = dict(Proposal.objects.values_list("report_id", "status"))
    assert {name: statuses[f"sample_{name}"] for name in OUTCOMES} == OUTCOMES
    assert len(set(Proposal.objects.values_list("type", flat=True))) == 3
    assert set(Proposal.objects.values_list("submitted_by__username", flat=True)) == {"sample-agent"}
    assert Proposal.objects.waiting().count() >= 6
    assert "failed" not in printed
    assert_offers_for_the_opportunities_of_the_reports()
    for username, group in (("operator", "Operators"), ("lead", "Leads")):
        assert_login_that_is_no_superuser(printed, username, group)


def assert_offers_for_the_opportunities_of_the_reports() -> None:
    offers = Offer.objects.on_sale()
    assert {offer.opportunity for offer in offers} == set(Opportunity.objects.all())
    assert all(offer.opportunity.proposal_set.exists() for offer in offers)
    assert [offer.prices.get().currency for offer in offers] == ["EUR"] * 4


def assert_login_that_is_no_superuser(printed: str, username: str, group: str) -> None:
    account = User.objects.get(username=username)
    password = re.search(rf"{username}, password (\S+) ", printed)
    assert password
    assert account.check_password(password[1])
    assert (account.is_staff, account.is_superuser, account.is_person) == (True, False, True)
    assert list(account.groups.values_list("name", flat=True)) == [group]


@pytest.mark.django_db
def test_load_samples_again_changes_nothing(installation: Settings) -> None:
    load()
    Offer.objects.filter(slug="gift-card").update(is_published=False, name="Voucher")
    before = list(Proposal.objects.order_by("pk").values())

    printed = load()

    assert list(Proposal.objects.order_by("pk").values()) == before
    assert f"Sample reports: {len(before)} repeated\n" in printed
    assert "Target database: nothing made\n" in printed
    assert "Sample offers: 0 made" in printed
    assert "operator exists; a new password: manage.py changepassword operator" in printed
    offer = Offer.objects.get(slug="gift-card")
    assert (offer.name, offer.is_published, offer.prices.count()) == ("Voucher", False, 1)


@pytest.mark.django_db
def test_load_samples_keeps_a_password_that_is_there(installation: Settings) -> None:
    account = User.objects.create_user("operator", password="a password of their own")

    load()

    account.refresh_from_db()
    assert account.check_password("a password of their own")


@pytest.mark.django_db
def test_load_samples_in_production(installation: Settings) -> None:
    installation.PRODUCTION = True

    with pytest.raises(CommandError, match="FSARSITE_ENV is production"):
        load()

    assert not User.objects.exists()


@pytest.mark.django_db
def test_load_samples_without_a_target(installation: Settings) -> None:
    installation.TARGET_DATABASE_URL = None

    assert "TARGET_DATABASE_URL is not set" in load()


@pytest.mark.django_db
def test_load_samples_with_a_target_that_does_not_answer(installation: Settings, tmp_path: Path) -> None:
    installation.TARGET_DATABASE_URL = f"postgresql:///shop?host={tmp_path}"

    with pytest.raises(CommandError, match="the target database cannot be prepared"):
        load()


def test_ensure_shop_tables_leaves_out_the_model_column(target: str) -> None:
    made = ensure_shop_tables(target)

    with psycopg.connect(target) as connection:
        columns = {
            name
            for (name,) in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'execution_tasks'"
            )
        }
    assert made == ["execution_tasks", "customers", "orders"]
    assert "status" in columns
    assert "ai_model" not in columns


def test_ensure_shop_tables_leaves_a_table_that_is_there(target: str) -> None:
    with psycopg.connect(target) as connection:
        connection.execute("CREATE TABLE orders (id INT)")

    made = ensure_shop_tables(target)

    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert made == ["execution_tasks", "customers"]


def test_ensure_workspace_makes_one_commit_in_a_repository_of_its_own(tmp_path: Path) -> None:
    pygit2.init_repository(tmp_path)  # as .data/workspace lies in a checkout
    path = tmp_path / "deep" / "workspace"

    assert ensure_workspace(path)
    assert not ensure_workspace(path)

    repository = pygit2.Repository(path)
    assert Path(repository.path) == path / ".git"
    assert [commit.message for commit in repository.walk(repository.head.target)] == ["Start the workspace."]
    assert repository.head.shorthand == "main"
    assert repository.status() == {}


def test_ensure_workspace_finishes_a_repository_without_a_commit(tmp_path: Path) -> None:
    pygit2.init_repository(tmp_path)

    assert ensure_workspace(tmp_path)
    assert not pygit2.Repository(tmp_path).is_empty


@pytest.mark.django_db
def test_load_samples_with_a_workspace_that_holds_files(installation: Settings, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    installation.WORKSPACE_PATH = tmp_path

    with pytest.raises(CommandError, match="it holds files that are in no commit"):
        load()

    assert (tmp_path / "README.md").read_text() == "mine"
