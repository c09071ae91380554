"""What a look at newer orders starts, and what keeps it from starting anything."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipelines.deployment import deploy
from pipelines.errors import RunRefused
from pipelines.launch import RunRequest, StartedRun, start
from pipelines.rendering import RenderedPipeline
from pipelines.retraining import DESCRIPTION, STARTER, Arrival, Retrained, Wish, newest, retrain
from stacks.outputs import Source
from tests.pipelines import contract
from tests.pipelines.account import Account

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
FIRST, SECOND = "2011-08-31", "2011-09-30"


class Executions:
    """SageMaker as moto has it, with the states that its executions never have."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker
        self.status: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sagemaker, name)

    def start_pipeline_execution(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return self._sagemaker.start_pipeline_execution(**asked)

    def get_paginator(self, name: str) -> Any:
        pages = self._sagemaker.get_paginator(name)
        return _Marked(pages, self.status) if name == "list_pipeline_executions" else pages


class _Marked:
    def __init__(self, pages: Any, status: dict[str, str]) -> None:
        self._pages, self._status = pages, status

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        found = [one for page in self._pages.paginate(**asked) for one in page["PipelineExecutionSummaries"]]
        for one in found:
            one["PipelineExecutionStatus"] = self._status.get(one["PipelineExecutionDisplayName"], "Succeeded")
        return [{"PipelineExecutionSummaries": sorted(found, key=lambda one: one["StartTime"], reverse=True)}]


@pytest.fixture
def ready(account: Account) -> Account:
    """An account in which a person has run the pipeline on the first orders, to a registered model."""
    watched = Account(replace(account.clients, sagemaker=Executions(account.clients.sagemaker)))
    definition = RenderedPipeline('{"Parameters":[],"Steps":[],"Version":"2020-12-01"}')
    deploy(
        definition, contract.platform(), contract.service(), sagemaker=account.clients.sagemaker, s3=account.clients.s3
    )
    watched.put_orders(FIRST, "aaa")
    watched.push_image("training-1")
    watched.push_image("serving-1")
    return watched


def by_hand(account: Account, **dials: str) -> StartedRun:
    request = RunRequest(dials=dials, commit="c0ffee")
    return start(request, contract.platform(), contract.service(), clients=account.clients, now=NOW)


def look(account: Account) -> Retrained:
    return retrain(contract.platform(), contract.service(), clients=account.clients, now=NOW)


def started(account: Account) -> list[dict[str, Any]]:
    return account.clients.sagemaker.asked


def given(asked: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in asked["PipelineParameters"]}


def test_newer_orders_repeat_the_last_run_that_registered_a_model_whatever_was_pushed_since(ready: Account) -> None:
    by_hand(ready, max_depth="5")
    ready.push_image("training-2")
    newer = ready.put_orders(SECOND, "bbb")
    looked = look(ready)
    before, after = (given(asked) for asked in started(ready))
    assert after["OrdersUri"] == newer
    assert {name for name in before if before[name] != after[name]} == {
        "Run",
        "OrdersUri",
        "AcceptedUri",
        "ChampionUri",
        "StartedBy",
    }
    assert (after["MaxDepth"], after["CodeCommit"], after["Run"]) == ("5", "c0ffee", looked.run)
    assert after["StartedBy"] == STARTER
    assert started(ready)[1]["PipelineExecutionDescription"] == DESCRIPTION
    assert looked.said == f"repeats run {before['Run']} on {newer}"


def test_orders_that_have_been_run_on_start_nothing_whoever_started_that_run(ready: Account) -> None:
    by_hand(ready)
    assert look(ready).said.startswith("run 20260301t123005-")
    ready.put_orders(SECOND, "bbb")
    first = look(ready)
    assert look(ready) == Retrained(said=f"run {first.run} was started on the newest orders, {newest_uri(ready)}")
    assert len(started(ready)) == 2


def test_a_run_that_failed_on_the_orders_is_not_tried_again(ready: Account) -> None:
    by_hand(ready)
    ready.put_orders(SECOND, "bbb")
    ready.clients.sagemaker.status[look(ready).run] = "Failed"
    assert look(ready).run == ""


def test_two_looks_at_the_same_moment_ask_for_the_same_run_with_one_token(ready: Account) -> None:
    by_hand(ready)
    ready.put_orders(SECOND, "bbb")
    look(ready)
    asked = started(ready)[1]
    ready.clients.sagemaker.status.clear()
    arrival = arrived(ready)
    assert given(asked)["Run"] == arrival.run()
    assert arrival.run() == arrived(ready).run()
    assert arrival.run() != replace(arrival, uri="s3://dev-raw/other").run()
    assert arrival.run() != replace(arrival, at=arrival.at + timedelta(days=1)).run()
    start(
        RunRequest(dials={}, run=arrival.run()), contract.platform(), contract.service(), clients=ready.clients, now=NOW
    )
    tokens = [each["ClientRequestToken"] for each in started(ready)]
    assert tokens[1] == tokens[2] != tokens[0]
    assert {len(token) for token in tokens} == {64}


def test_while_a_run_is_open_no_second_one_is_started(ready: Account) -> None:
    first = by_hand(ready)
    ready.put_orders(SECOND, "bbb")
    ready.clients.sagemaker.status[first.run] = "Executing"
    assert look(ready) == Retrained(said=f"run {first.run} is open; {newest_uri(ready)} waits for its end", waits=True)
    ready.clients.sagemaker.status[first.run] = "Succeeded"
    assert look(ready).run


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_before_a_run_has_registered_a_model_there_is_nothing_to_repeat(ready: Account, status: str) -> None:
    assert look(ready).said == "no run of recommender has registered a model yet, and the first is a person's"
    first = by_hand(ready)
    ready.clients.sagemaker.status[first.run] = status
    ready.put_orders(SECOND, "bbb")
    assert look(ready).said == "no run of recommender has registered a model yet, and the first is a person's"
    assert len(started(ready)) == 1


def test_an_image_that_is_gone_is_refused_by_name(ready: Account) -> None:
    image = by_hand(ready).image
    ready.put_orders(SECOND, "bbb")
    ready.clients.ecr.batch_delete_image(
        repositoryName="trainyard/recommender", imageIds=[{"imageDigest": image.rpartition("@")[2]}]
    )
    with pytest.raises(RunRefused, match="There is no image") as refused:
        look(ready)
    assert image in refused.value.what


def test_without_a_pipeline_or_orders_nothing_is_started(account: Account) -> None:
    assert look(account).said == "the pipeline recommender-dev has not been deployed"
    definition = RenderedPipeline('{"Parameters":[],"Steps":[],"Version":"2020-12-01"}')
    deploy(
        definition, contract.platform(), contract.service(), sagemaker=account.clients.sagemaker, s3=account.clients.s3
    )
    with pytest.raises(RunRefused, match="No orders of recommender have been imported"):
        look(account)


def arrived(account: Account) -> Arrival:
    return newest(contract.platform(), contract.service(), account.clients.s3, NOW)


def newest_uri(account: Account) -> str:
    return arrived(account).uri


def as_of(day: str, asked_by: str = "airflow one", *, again: bool = False) -> Wish:
    return Wish(before=date.fromisoformat(day), asked_by=asked_by, again=again)


def wished(account: Account, wish: Wish) -> Retrained:
    return retrain(contract.platform(), contract.service(), clients=account.clients, now=NOW, wish=wish)


def test_a_day_that_is_made_up_for_sees_the_orders_that_were_known_before_it(ready: Account) -> None:
    by_hand(ready)
    second = ready.put_orders(SECOND, "bbb")
    ready.put_orders("2011-10-31", "ccc")
    assert wished(ready, as_of("2011-10-01")).run
    assert given(started(ready)[1])["OrdersUri"] == second
    with pytest.raises(RunRefused, match="No orders of recommender before 2011-08-31 have been imported"):
        wished(ready, as_of(FIRST))


def test_whoever_asks_again_gets_the_run_that_was_started_and_another_asker_none(ready: Account) -> None:
    by_hand(ready)
    ready.put_orders(SECOND, "bbb")
    first = wished(ready, as_of("2011-10-01"))
    assert replace(wished(ready, as_of("2011-10-01")), said=first.said) == first
    assert wished(ready, as_of("2011-10-01", "airflow two")).run == ""
    assert wished(ready, as_of("2011-10-01", "airflow two", again=True)).run not in ("", first.run)
    assert len(started(ready)) == 3


DATABASE = contract.service().model_copy(update={"source": Source(type="database", secret_arn="arn", table="orders")})


def test_a_database_is_read_by_the_run_itself_so_each_hour_may_begin_one_run_and_no_second(ready: Account) -> None:
    start(RunRequest(dials={}), contract.platform(), DATABASE, clients=ready.clients, now=NOW)
    latest = datetime.now(UTC)

    def at(now: datetime) -> Retrained:
        return retrain(contract.platform(), DATABASE, clients=ready.clients, now=now)

    assert at(latest).said.endswith("was started on the newest orders, s3://dev-features/recommender/history")
    assert at(latest + timedelta(hours=1)).run
    assert given(started(ready)[1])["OrdersUri"] == "s3://dev-features/recommender/history"


def test_a_database_s_past_cannot_be_made_up_for(ready: Account) -> None:
    wish = as_of("2011-10-01")
    with pytest.raises(RunRefused, match="orders of recommender are read from its database as they are today"):
        retrain(contract.platform(), DATABASE, clients=ready.clients, now=NOW, wish=wish)
