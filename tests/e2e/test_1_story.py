"""What the demonstration promises, fact by fact."""

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "name",
    [
        "second_preview_changes",
        "first_released",
        "failed_requests",
        "second_rejected",
        "third_rolled_back",
        "reproduced",
        "predictions_shown",
        "git_status_clean",
    ],
)
def test_the_story_ends_as_it_must(house, name: str):
    fact = house.facts[name]
    assert fact["met"] is True, (
        f"{name} is {fact['value']}, not {fact['target']}; the end of the story: {house.story[-3000:]}"
    )


def test_the_first_model_beats_personal_frequency(house):
    assert house.facts["map_first"]["value"] > house.facts["map_personal_frequency"]["value"] > 0


def test_the_version_of_the_data_is_kept_in_a_clone(house):
    assert house.facts["data_versions"]["value"] == 1, house.story[-3000:]


@pytest.mark.parametrize("page", ["report.html", "model-card.html"])
def test_pages_can_be_opened(house, page: str):
    assert "</html>" in (house.path / "build" / "demo" / page).read_text()


def test_the_release_names_the_alarm_that_undid_it(house):
    assert house.facts["third_alarm"]["value"].endswith("-latency")
    assert house.facts["third_alarm"]["value"] in house.story


def test_the_live_endpoint_still_answers_with_the_first_model(house):
    answer = house.run("trainyard", "status", "--json")
    assert answer.returncode == 0, answer.stderr
    assert '"live_version": 1' in answer.stdout or '"live_version": "1"' in answer.stdout
