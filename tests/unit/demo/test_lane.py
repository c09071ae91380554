from types import SimpleNamespace
from typing import Any

from trainyard.demo.judgement import changes, no_changes, promoted, short
from trainyard.demo.lane import PREVIEWS, Lane, is_kept, names
from trainyard.report.summary import fact
from trainyard.sweep import Thing


def lane(**previews: int) -> Lane:
    shell: Any = SimpleNamespace(environment="dev")
    return Lane(shell, "shop", previews=dict(zip(PREVIEWS, previews.values(), strict=False)))


def test_what_is_protected_or_needed_by_that_stays():
    survey: Any = SimpleNamespace(
        estate=SimpleNamespace(kept=[SimpleNamespace(id="data-1")]),
        sweep=SimpleNamespace(needed=[Thing("Model", "shop-prod-3")]),
    )
    stays = names(survey)
    assert is_kept("s3: data-1", stays)
    assert is_kept("sagemaker: shop-prod-3", stays)
    assert not is_kept("sagemaker: shop-prod-4", stays)


def test_names_with_colons_are_compared_whole():
    arn = "arn:aws:sns:eu-west-1:000000000003:news"
    assert is_kept(f"sns: {arn}", frozenset({arn}))


def test_a_preview_that_was_not_made_is_no_preview_without_changes():
    found = [lane(second=0, refreshed=0)]
    assert changes(found) != no_changes(found)
    assert changes([lane(second=0, refreshed=0, after=0)]) == no_changes(found)
    assert changes([lane(second=0, refreshed=1, after=0)]) != no_changes(found)


def test_promoted_is_what_was_released_everywhere_with_the_archive_of_the_first():
    one, two = lane(), Lane(SimpleNamespace(environment="prod"), "shop", released="4", live="version 4, sha256 a")  # type: ignore[arg-type]
    one.released, one.live = "2", "version 2, sha256 a"
    assert promoted([one, two]) == {"dev": one.live, "prod": two.live}
    two.live = "version 4, sha256 b"
    assert promoted([one, two])["prod"] == "version 4, sha256 a"
    one.live = two.live = ""
    assert promoted([one, two])["dev"] != one.live


def test_people_see_how_many_there_are_and_programs_which():
    facts = [fact("protected", ["a", "b"]), fact("left_behind", 0, equals=0)]
    assert [one.value for one in short(facts)] == [2, 0]
    assert facts[0].value == ["a", "b"]
