import json

from infra.dashboard import Dashboard, DashboardArgs, body
from tests.harness import deploy


def test_the_dashboard_has_alarms_on_top_and_a_row_an_endpoint() -> None:
    widgets = body("eu-west-1", ["recommender-dev", "ranker-dev"], ["arn:a"])["widgets"]
    assert widgets[0]["properties"]["alarms"] == ["arn:a"]
    assert [widget["y"] for widget in widgets[1:]] == [2, 2, 2, 8, 8, 8]
    assert {widget["x"] for widget in widgets[1:]} == {0, 8, 16}


def test_every_graph_names_endpoint_and_variant() -> None:
    for widget in body("eu-west-1", ["recommender-dev"], [])["widgets"][1:]:
        for metric in widget["properties"]["metrics"]:
            assert metric[2:6] == ["EndpointName", "recommender-dev", "VariantName", "live"]


def test_people_find_the_dashboard_by_the_environments_name() -> None:
    args = DashboardArgs(environment="dev", region="eu-west-1", endpoints=["recommender-dev"], alarm_arns=["arn:a"])
    dashboard = deploy(lambda: Dashboard("dashboard", args)).one("cloudwatch/dashboard:Dashboard").inputs
    assert dashboard["dashboardName"] == "trainyard-dev"
    assert json.loads(dashboard["dashboardBody"]) == body("eu-west-1", ["recommender-dev"], ["arn:a"])
