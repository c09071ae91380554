import pytest

from trainyard.verify_aws.announcement import JOB_MINUTES, JOBS, MINUTES, Price, announcement

STACK = {"config": {"trainyard:services": [{"serving": {"instance_type": "ml.m5.large"}}]}}
PRICE = Price(monthly=146.0, job_instance_hour=0.1, currency="USD", date="2026-11-24", unpriced=0)


def test_account_region_time_and_price_are_stated():
    text = " ".join(announcement("444444444444", "us-east-1", STACK, 107, PRICE))
    for word in ("444444444444", "us-east-1", "107 resources", "ml.m5.large", f"{sum(MINUTES.values())} minutes"):
        assert word in text
    assert f"about {PRICE.total:.2f} USD at prices of 2026-11-24" in text
    assert "146 USD a month" in text


def test_the_price_is_the_environments_share_doubled_and_the_jobs():
    hours = sum(MINUTES.values()) / 60
    assert PRICE.total == pytest.approx(2 * 146 / 730 * hours + 0.1 * JOBS * JOB_MINUTES / 60)


def test_what_has_no_price_is_said():
    unknown = Price(monthly=1, job_instance_hour=None, currency="USD", date="2026-11-24", unpriced=3)
    assert "3 resources have no price" in " ".join(announcement("4", "r", STACK, 1, unknown))
