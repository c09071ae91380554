"""A definition as a graph: what comes after what, for orchestrators that follow it."""

import json
from typing import Any

from pipelines.graph import GraphStep, graph
from pipelines.rendering import RenderedPipeline


def step(name: str, kind: str = "Processing", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "Arguments": {}} | more


def of(name: str, path: str = "Output") -> dict[str, Any]:
    return {"Get": f"Steps.{name}.{path}"}


def made(*steps: dict[str, Any]) -> dict[str, GraphStep]:
    return {each.name: each for each in graph(json.dumps({"Steps": list(steps)}))}


def test_a_step_comes_after_what_it_depends_on_and_what_it_refers_to_however_deep() -> None:
    joined = {"Std:Join": {"On": "/", "Values": [{"Get": "Parameters.Run"}, {"Deep": [of("First")]}]}}
    found = made(step("First"), step("Second"), step("Third", DependsOn=["Second"], Arguments={"Where": joined}))
    assert found["Third"].after == ("First", "Second")


def test_what_comes_before_by_way_of_another_is_left_out() -> None:
    found = made(step("A"), step("B", Arguments=of("A")), step("C", Arguments={"x": [of("A"), of("B")]}))
    assert found["C"].after == ("B",)


def test_what_a_condition_decides_about_comes_after_what_it_reads_and_its_refusal_is_no_step() -> None:
    condition = step(
        "Decide",
        "Condition",
        Arguments={"Conditions": [of("Gate")], "IfSteps": [step("Register")], "ElseSteps": [step("Reject", "Fail")]},
    )
    found = made(step("Gate"), condition)
    assert list(found) == ["Gate", "Register"]
    assert found["Register"].after == ("Gate",)
    assert (found["Gate"].decided, found["Register"].decided) == (False, True)


def test_the_training_pipeline_reads_as_its_story(rendered: RenderedPipeline) -> None:
    found = {each.name: each for each in graph(rendered.text)}
    names = list(found)
    assert names[0] == "Ingest"
    assert names.index("Train") < names.index("Evaluate") < names.index("Gate") < names.index("Register")
    assert found["Train"].kind == "Training"
    assert all(names.index(before) < names.index(name) for name in names for before in found[name].after)
