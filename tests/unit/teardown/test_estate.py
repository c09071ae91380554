from tests.unit.teardown.estates import PROVIDER, STACK, estate, row
from trainyard.sweep import Thing
from trainyard.teardown import Estate
from trainyard.teardown.estate import things


def test_without_protection_everything_goes_and_nothing_stays():
    all_of_it = estate(protect=False)
    assert all_of_it.kept == ()
    assert len(all_of_it.goes) == 11
    assert all_of_it.stays == frozenset()


def test_what_guards_a_protected_resource_stays_with_it():
    kept = {item.name for item in estate(protect=True).kept}
    assert {"raw", "raw-policy"} <= kept, "a protected bucket without its policy would not be safe"
    assert {"shop-prod", "late", "target", "day-0"} <= kept, "a protected endpoint keeps its scaling and its alarms"


def test_what_a_protected_resource_needs_stays_and_the_rest_goes():
    protected = estate(protect=True)
    kept = {item.name for item in protected.kept}
    assert {"serving", "topic", "topic-policy"} <= kept
    assert {item.name for item in protected.goes} == {"training", "outputs"}
    assert PROVIDER in protected.stays


def test_a_resource_directly_under_the_stack_does_not_keep_the_whole_stack():
    rows = [
        {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False},
        row("aws:kms/key:Key", "key", protect=True),
        row("aws:iam/role:Role", "training"),
    ]
    assert [item.name for item in Estate.read({"deployment": {"resources": rows}}).goes] == ["training"]


def test_resources_are_seen_as_a_sweep_would_see_them():
    assert things(estate(protect=True).kept) == {
        Thing("Endpoint", "shop-prod"),
        Thing("Alarm", "late"),
        Thing("Model", "day-0"),
        Thing("ScalableTarget", "endpoint/shop-prod"),
    }


def test_an_empty_stack_is_an_empty_estate():
    assert Estate.read({"version": 3, "deployment": {}}).items == ()
