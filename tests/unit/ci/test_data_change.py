from dataclasses import replace

from trainyard.ci.data_change import body, changes, message, title, told, warnings
from trainyard.data.versions import Pointer

BEFORE = Pointer(
    data_hash="a1" * 32,
    rows=1_200,
    customers=80,
    first_order="2024-01-01T09:00:00",
    last_order="2024-03-31T17:00:00",
    origin="s3://raw/recommender/orders/2024-03-31-a1/orders.parquet",
)
AFTER = replace(BEFORE, data_hash="b2" * 32, rows=1_450, customers=91, last_order="2024-04-30T08:00:00")
BOTH = changes({"recommender": BEFORE, "ranker": None}, {"recommender": AFTER, "ranker": BEFORE})


def test_the_same_pointer_is_no_change_and_a_first_one_is() -> None:
    assert changes({"recommender": BEFORE}, {"recommender": replace(BEFORE)}) == []
    assert [(one.service, one.before) for one in BOTH] == [("ranker", None), ("recommender", BEFORE)]


def test_the_title_names_environment_services_and_hashes() -> None:
    assert title("dev", BOTH) == "Data of dev: ranker a1a1a1a1a1a1, recommender b2b2b2b2b2b2"


def test_the_message_says_rows_days_hash_and_what_changed_since_the_last_pointer() -> None:
    assert message("dev", BOTH).splitlines() == [
        "Data of dev: ranker a1a1a1a1a1a1, recommender b2b2b2b2b2b2",
        "",
        f"ranker: 1,200 order lines of 80 customers, 2024-01-01 to 2024-03-31 (91 days), data hash {'a1' * 32}, "
        f"from {BEFORE.origin}; the first version",
        f"recommender: 1,450 order lines of 91 customers, 2024-01-01 to 2024-04-30 (121 days), data hash {'b2' * 32}, "
        f"from {BEFORE.origin}; against a1a1a1a1a1a1: +250 order lines, +11 customers, +30 days",
    ]


def test_the_pull_request_shows_now_and_before_in_one_row_a_service() -> None:
    rows = [line for line in body("dev", BOTH).splitlines() if line.startswith("| re")]
    assert rows == [
        "| recommender | 1,450 (+250) | 91 (+11) | 121 (+30) | 2024-04-30 (was 2024-03-31) | "
        "`b2b2b2b2b2b2` (was `a1a1a1a1a1a1`) |"
    ]
    assert "**" not in body("dev", BOTH)


def test_a_version_that_lost_something_says_so_above_everything_else() -> None:
    (lost,) = changes({"recommender": AFTER}, {"recommender": replace(BEFORE, first_order="2024-01-08T09:00:00")})
    assert warnings(lost) == [
        "recommender has 250 order lines fewer than before",
        "recommender begins later: 2024-01-08",
        "recommender ends earlier: 2024-03-31",
    ]
    assert body("dev", [lost]).index("**recommender has 250 order lines fewer") < body("dev", [lost]).index("| service")
    assert "-250 order lines, -11 customers, -37 days" in told(lost)
