from trainyard.ci.comment import marker
from trainyard.ci.preview import told

HIDDEN = {"/home/somebody/checkout": ".", "/home/somebody": "~"}


def test_a_report_is_passed_on_with_the_preview_s_exit_code() -> None:
    report = f"{marker('dev')}\n## dev\n"
    found = told("dev", 1, report, "a rule is broken", HIDDEN)
    assert (found.code, found.report) == (1, report)


def test_a_failed_preview_says_so_instead_of_leaving_an_older_report() -> None:
    found = told("dev", 2, "", "Error: /home/somebody/checkout/Pulumi.dev.yaml is no YAML\n", HIDDEN)
    assert found.code == 2
    assert found.report.startswith(f"{marker('dev')}\n## dev: the preview failed (exit code 2)\n")
    assert "    Error: ./Pulumi.dev.yaml is no YAML\n" in found.report


def test_what_is_no_report_fails_even_when_the_command_says_that_all_is_well() -> None:
    assert told("dev", 0, "", "", HIDDEN).code == 1
    assert told("dev", 0, f"{marker('prod')}\n", "", HIDDEN).code == 1


def test_only_the_end_of_a_long_log_is_quoted_and_none_of_it_can_leave_its_block() -> None:
    log = "\n".join([*(f"line {number}" for number in range(100)), "```", "# a heading?"])
    report = told("dev", 1, "", log, {}).report
    assert "line 61" not in report
    assert "line 62" in report
    assert "\n    ```\n    # a heading?\n" in report
