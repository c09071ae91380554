from datetime import UTC, datetime

from tests.unit.teardown.estates import estate
from trainyard.sweep import Sweep, Thing
from trainyard.sweep.job_logs import JobLogs
from trainyard.teardown import view
from trainyard.teardown.destroying import Failure
from trainyard.teardown.estate import Estate
from trainyard.teardown.survey import PendingKey, Survey

KEY = PendingKey("key-1", datetime(2026, 12, 1, tzinfo=UTC))


def survey(of: Estate, *goes: Thing, needed: tuple[Thing, ...] = (), others: int = 0) -> Survey:
    logs = JobLogs("/aws/sagemaker/TrainingJobs", ("a/1",), others)
    return Survey(estate=of, sweep=Sweep(goes, needed), job_logs=(logs,) if goes else (), keys=(KEY,))


def test_the_contents_that_are_lost_stand_first():
    lines = list(view.before(survey(estate(protect=False), Thing("Model", "m"), others=2), "prod"))
    assert lines[0] == "Environment 'prod': this will be deleted."
    assert lines[1] == "  with everything in them: raw"
    assert lines[2].startswith("  10 resources of Pulumi's state: 1 appautoscaling.Target, 1 cloudwatch.MetricAlarm")
    assert lines[3] == "  left by releases, pipelines and AWS: 1 Model: m"
    assert lines[4].endswith("2 streams of other environments stay")
    assert lines[5].startswith("KMS key key-1 waits for its deletion on 2026-12-01")


def test_what_is_protected_is_listed_with_type_name_and_the_way_out():
    text = "\n".join(view.after(survey(estate(protect=True), needed=(Thing("Model", "live"),)), [], "prod"))
    assert "s3.Bucket raw (raw)" in text
    assert "sagemaker.Endpoint shop-prod (shop-prod)" in text
    assert "trainyard:deletion_protection: false in Pulumi.prod.yaml" in text
    assert "`trainyard up --stack prod`" in text
    assert "in use by what stays: Model: live" in text


def test_failures_are_told_last_with_the_command_to_run_again():
    lines = list(view.after(survey(Estate(())), [Failure("Model m", "denied")], "prod"))
    assert lines[-2:] == ["1 steps failed; run `trainyard destroy --stack prod` again to go on:", "  Model m: denied"]
    assert "Nothing of environment" not in "\n".join(lines)


def test_an_environment_that_is_gone_says_so():
    assert "Nothing of environment 'dev' is left." in view.after(survey(Estate(())), [], "dev")
    nothing = "Environment 'dev' holds nothing that a destroy would delete."
    assert nothing in view.before(survey(Estate(())), "dev")


def test_long_lists_are_cut():
    many = [Thing("Model", f"m{number}") for number in range(20)]
    assert any(line.endswith("and 12 more") for line in view.before(survey(Estate(()), *many), "dev"))
