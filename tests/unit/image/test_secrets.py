from pathlib import Path

import pytest

from trainyard.image.secrets import pip_secrets


def test_a_shell_that_says_nothing_about_pip_gives_no_secret(tmp_path: Path) -> None:
    assert pip_secrets({"PATH": "/bin"}, tmp_path) == {}


def test_the_package_index_is_handed_on_in_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    secrets = pip_secrets({"PIP_INDEX_URL": "https://user:pass%40@index.example/simple"}, tmp_path)
    assert secrets.keys() == {"pip"}
    assert secrets["pip"].read_text() == "[global]\nindex-url = https://user:pass%40@index.example/simple\n\n"
    assert secrets["pip"].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_machines_certificates_are_where_pip_is_told_to_look(tmp_path: Path, name: str) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    secrets = pip_secrets({name: str(bundle)}, tmp_path)
    assert secrets["ca"] == bundle
    assert "cert = /run/secrets/ca.pem" in secrets["pip"].read_text()


def test_certificates_that_are_not_there_are_no_secret(tmp_path: Path) -> None:
    assert pip_secrets({"SSL_CERT_FILE": str(tmp_path / "none.pem")}, tmp_path) == {}
