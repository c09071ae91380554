from trainyard.sweep.job_logs import JobLogs, decide, delete

GROUP = "/aws/sagemaker/TrainingJobs"


class Logs:
    def __init__(self) -> None:
        self.deleted: list[dict[str, str]] = []

    def delete_log_group(self, **arguments: str) -> None:
        self.deleted.append(arguments)

    def delete_log_stream(self, **arguments: str) -> None:
        self.deleted.append(arguments)


def test_the_group_goes_only_where_every_stream_is_ours():
    assert decide(GROUP, ["a/algo-1", "b/algo-1"], {"a", "b"}).whole
    shared = decide(GROUP, ["a/algo-1", "ab/algo-1", "c/algo-1"], {"a"})
    assert shared == JobLogs(GROUP, ("a/algo-1",), 2)
    assert not shared.whole


def test_of_a_group_that_others_use_only_our_streams_go():
    logs = Logs()
    delete(lambda _: logs, JobLogs(GROUP, ("a/algo-1",), 1))
    assert logs.deleted == [{"logGroupName": GROUP, "logStreamName": "a/algo-1"}]
    delete(lambda _: logs, JobLogs(GROUP, ("a/algo-1",), 0))
    assert logs.deleted[1:] == [{"logGroupName": GROUP}]
