import pytest
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from pytest_django.fixtures import Settings

from execution.models import ExecutionTask
from execution.queue import broker as broker_module
from execution.queue.broker import ExecutionBroker, PurgeRefused
from execution.queue.wakeup import install_bell
from execution.states import TaskStatus
from execution.tasks import run
from tests.integration.execution.probing import effects, queue_probe, queue_probes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]


@pytest.fixture
def broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> ExecutionBroker:
    settings.EXECUTION_PREFETCH = 1
    monkeypatch.setattr(Conf, "WORKERS", 2)
    monkeypatch.setattr(broker_module, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(broker_module, "REAP_SECONDS", 0)
    install_bell().answer()  # what tasks of other tests rang in this process
    return ExecutionBroker("execution")


def test_dequeue_packs_what_a_worker_can_run(broker: ExecutionBroker) -> None:
    task = queue_probe()

    ((ack_id, package),) = broker.dequeue()
    unpacked = SignedPackage.loads(package)
    unpacked["func"](*unpacked["args"], **unpacked["kwargs"])

    assert (ack_id, unpacked["func"]) == (task.pk, run)
    assert effects(task) == 1


def test_dequeue_takes_no_more_than_there_is_room_for(broker: ExecutionBroker) -> None:
    queue_probes(5)

    sizes = [len(broker.dequeue()) for _ in range(2)]

    assert sizes == [2, 0]  # nothing ahead of the workers before any task ended
    assert (broker.queue_size(), broker.lock_size()) == (3, 2)


def test_ping_frees_what_a_dead_cluster_of_the_same_name_held(broker: ExecutionBroker) -> None:
    queue_probes(2)
    broker.dequeue()

    broker.ping()
    again = broker.dequeue()

    assert len(again) == 2
    assert set(ExecutionTask.objects.filter(status=TaskStatus.LEASED).values_list("fence", flat=True)) == {2}


def test_enqueue_hands_housekeeping_to_the_other_cluster(broker: ExecutionBroker) -> None:
    broker.enqueue("a package")

    assert list(OrmQ.objects.values_list("key", "payload")) == [("default", "a package")]


def test_purge_queue_is_refused(broker: ExecutionBroker) -> None:
    with pytest.raises(PurgeRefused):
        broker.purge_queue()
