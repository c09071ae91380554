import os
import threading

import numpy as np
import pytest

from recommender.ranking.deadline import Deadline
from recommender.ranking.hosts import PORTS, Hosts, port


def test_every_customers_rows_are_on_one_host_and_no_row_on_none() -> None:
    customers = np.array([12346, 12347, 12346, 12351, 12348], dtype=np.int64)
    names = ("algo-1", "algo-2", "algo-3")
    shares = np.array([Hosts(names=names, current=name).share(customers) for name in names])
    assert (shares.sum(axis=0) == 1).all()
    assert (shares[:, 0] == shares[:, 2]).all()


def test_a_job_without_a_description_of_its_hosts_has_one_that_learns_from_all() -> None:
    hosts = Hosts.read({})
    assert (hosts.count, hosts.first) == (1, True)
    assert hosts.share(np.arange(5)).all()
    assert (hosts.total(7), hosts.of_first("it")) == (7, "it")


def test_hosts_are_in_the_same_order_on_each_of_them() -> None:
    read = [Hosts.read({"hosts": ["algo-2", "algo-1"], "current_host": name}) for name in ("algo-1", "algo-2")]
    assert [(hosts.index, hosts.first) for hosts in read] == [(0, True), (1, False)]


def test_jobs_on_one_machine_meet_at_different_ports() -> None:
    assert port("127.5.9.1") != port("127.5.10.1")
    assert port("10.0.0.1") in PORTS


def test_the_way_in_and_the_way_out_have_a_limit_and_the_work_between_has_none() -> None:
    expired = threading.Event()
    deadline = Deadline(0.02, 0.02, expired.set)
    with deadline.around():
        assert expired.wait(10)  # never got in
    expired.clear()
    with deadline.around(), deadline.inside():
        assert not expired.wait(0.2)
    expired.clear()
    with deadline.around():
        with deadline.inside():
            pass
        assert expired.wait(10)  # never got out


def test_once_all_are_left_nothing_expires() -> None:
    expired = threading.Event()
    with (deadline := Deadline(0.05, 0.05, expired.set)).around(), deadline.inside():
        pass
    assert not expired.wait(0.2)


def test_a_host_that_cannot_be_reached_in_time_ends_its_process_and_leaves_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, codes = list[str](), list[int]()
    monkeypatch.setattr(os, "_exit", codes.append)
    Hosts(names=("algo-1", "algo-2"))._give_up(kept.append)
    assert codes == [1]
    assert kept[0].startswith("algo-1 cannot go on: of the hosts algo-1, algo-2 one was lost")
