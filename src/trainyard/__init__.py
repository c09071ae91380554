"""The operator's library and command line: pipelines started, models judged, releases carried out, environments watched."""
