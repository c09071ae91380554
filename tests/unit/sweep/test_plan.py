from trainyard.sweep import AFTER, BEFORE, Ownership, Thing, plan

DIGEST = "0123456789"
OURS = Ownership("dev", ["shop"])
CONFIG, MODEL = Thing("EndpointConfig", f"shop-dev-1-{DIGEST}"), Thing("Model", f"shop-dev-1-{DIGEST}")
ALARM = Thing("Alarm", f"shop-dev-{DIGEST}-5xx")
PRE = Thing("Endpoint", f"shop-dev-pre-{DIGEST}")


def test_configs_go_before_the_models_that_they_name_and_endpoints_before_both():
    swept = plan([MODEL, CONFIG, ALARM, PRE], OURS, ())
    assert swept.goes == (PRE, ALARM, CONFIG, MODEL)


def test_what_an_endpoint_that_stays_needs_is_not_swept_and_told():
    old = Thing("Model", f"shop-dev-0-{DIGEST}")
    swept = plan([MODEL, CONFIG, ALARM, old], OURS, needed=(CONFIG, MODEL, ALARM))
    assert swept.goes == (old,)
    assert set(swept.needed) == {CONFIG, MODEL, ALARM}


def test_a_kind_is_asked_for_and_a_thing_named_twice_goes_once():
    assert plan([MODEL, MODEL, CONFIG], OURS, (), kinds=("Model",)).goes == (MODEL,)


def test_what_somebody_else_made_is_not_even_told():
    assert plan([Thing("Model", "shop-dev-by-hand")], OURS, ()).goes == ()


def test_alarms_go_before_the_engine_and_whatever_appears_later_after_it():
    assert "Alarm" in BEFORE
    assert "Alarm" in AFTER
