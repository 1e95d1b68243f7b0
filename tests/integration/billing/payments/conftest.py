from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from billing.models import Offer
from tests.factories.offers import create_offer
from tests.factories.shop import QuietShop, Shop, open_quiet_shop, open_shop


@pytest.fixture
def shop(live_server: LiveServer, settings: Any) -> Iterator[Shop]:
    with open_shop(live_server.url, settings) as opened:
        yield opened


@pytest.fixture
def quiet_shop(db: None, settings: Any) -> Iterator[QuietShop]:
    with open_quiet_shop(settings) as opened:
        yield opened


@pytest.fixture
def offer(db: None) -> Offer:
    return create_offer()
