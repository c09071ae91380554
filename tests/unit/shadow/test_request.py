from tests.unit.shadow.plans import CAPTURE, VARIANT, plan
from trainyard.shadow import request

PLAN = plan()
TAGS = {"managed-by": "trainyard-release", "environment": "dev", "service": "shop"}


def test_the_config_is_the_live_one_with_one_shadow() -> None:
    made = request.config(PLAN)
    assert made["EndpointConfigName"] == PLAN.config_name == f"shop-dev-shadow-{PLAN.digest}"
    assert made["ProductionVariants"] == [VARIANT]
    assert made["DataCaptureConfig"] == CAPTURE
    (shadow,) = made["ShadowProductionVariants"]
    assert (shadow["ModelName"], shadow["InstanceType"]) == (PLAN.model_name, "ml.m5.large")
    assert (shadow["InitialInstanceCount"], shadow["InitialVariantWeight"]) == (1, 0.2)
    assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == {**TAGS, "shadow-of": "bootstrap"}


def test_the_weight_is_a_share_of_what_production_weighs() -> None:
    (shadow,) = request.config(plan(production_weight=0.5, percent=50))["ShadowProductionVariants"]
    assert shadow["InitialVariantWeight"] == 0.25


def test_the_model_names_its_version_and_its_maker() -> None:
    made = request.model(PLAN)
    assert made["PrimaryContainer"]["Environment"] == {"A": "1", "LOG": "info", "MODEL_VERSION": "4"}
    assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == TAGS


def test_the_shadow_comes_all_at_once_and_the_endpoint_s_alarms_undo_it() -> None:
    asked = request.switch(PLAN)
    assert (asked["EndpointConfigName"], asked["RetainAllVariantProperties"]) == (PLAN.config_name, True)
    assert "ExcludeRetainedVariantProperties" not in asked, "count, weight and capture stay"
    update = asked["DeploymentConfig"]["BlueGreenUpdatePolicy"]
    assert update["TrafficRoutingConfiguration"]["Type"] == "ALL_AT_ONCE"
    assert update["TerminationWaitInSeconds"] == 60
    alarms = asked["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarms == [{"AlarmName": "shop-dev-5xx"}]


def test_the_way_back_names_what_was_live_and_no_alarm_can_keep_the_shadow() -> None:
    asked = request.switch_back(PLAN)
    assert (asked["EndpointConfigName"], asked["RetainAllVariantProperties"]) == ("bootstrap", True)
    assert "AutoRollbackConfiguration" not in asked["DeploymentConfig"]
    assert asked["DeploymentConfig"]["BlueGreenUpdatePolicy"]["TerminationWaitInSeconds"] == 0


def test_another_try_of_the_same_version_has_names_of_its_own() -> None:
    assert plan(shadow_id="shadow#20261123T130000Z-0002").config_name != PLAN.config_name
