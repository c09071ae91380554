import pytest

from trainyard.doctor import check
from trainyard.doctor.check import Finding, examine


def test_a_missing_engine_comes_with_its_cure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(check, "locate", lambda: None)
    finding = check.engine()
    assert finding.verdict == "missing"
    assert "make engine" in finding.cure


def test_go_is_only_needed_where_there_is_no_engine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(check.shutil, "which", lambda name: None)
    monkeypatch.setattr(check, "locate", lambda: object())
    assert check.go().verdict == "note"
    monkeypatch.setattr(check, "locate", lambda: None)
    assert check.go().verdict == "missing"


def test_another_platform_is_told_clearly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(check.sys, "platform", "darwin")
    assert check.namespaces() == Finding(
        "User namespaces", "missing", "this is darwin", "Use Linux (a virtual machine or WSL 2 will do)"
    )


def test_every_check_is_run_in_order():
    first, second = Finding("a", "ok", "x"), Finding("b", "missing", "y")
    assert examine((lambda: first, lambda: second)) == [first, second]
