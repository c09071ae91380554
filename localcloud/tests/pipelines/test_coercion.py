from localcloud.sagemaker.pipelines.coercion import coerce_arguments


def test_a_number_becomes_text_where_the_call_wants_text() -> None:
    request = {
        "HyperParameters": {"depth": 6, "fast": True, "rate": 0.5},
        "ResourceConfig": {"InstanceCount": 1},
        "Environment": None,
    }
    assert coerce_arguments("Training", request) == {
        "HyperParameters": {"depth": "6", "fast": "true", "rate": "0.5"},
        "ResourceConfig": {"InstanceCount": 1},
    }


def test_a_condition_keeps_its_numbers() -> None:
    conditions = {"Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": None}]}
    assert coerce_arguments("Condition", conditions) == conditions
