from pathlib import Path

from stacks.configuration_page import page


def test_the_page_of_dials_is_the_one_that_the_settings_give():
    written = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    assert written == page(), "run `make docs`"
