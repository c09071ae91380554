"""The operator's library and command line: pipelines run, models judged, releases carried out, environments watched."""
