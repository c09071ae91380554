from pathlib import Path

from trainyard.file_backend import mend


def test_attributes_of_no_bytes_go_and_everything_else_stays(tmp_path: Path) -> None:
    stacks = tmp_path / ".pulumi" / "stacks"
    stacks.mkdir(parents=True)
    for name, content in {"dev.json": "{}", "dev.json.attrs": "", "dev.json.bak.attrs": "{}", "empty.json": ""}.items():
        (stacks / name).write_text(content)
    assert mend({"PULUMI_BACKEND_URL": f"file://{tmp_path}"}) == [stacks / "dev.json.attrs"]
    assert {file.name for file in stacks.iterdir()} == {"dev.json", "dev.json.bak.attrs", "empty.json"}


def test_a_backend_that_is_no_folder_is_left_alone(tmp_path: Path) -> None:
    assert mend({"PULUMI_BACKEND_URL": "s3://bucket?region=eu-west-1"}) == []
    assert mend({"PULUMI_BACKEND_URL": f"file://{tmp_path / 'not-there'}"}) == []
    assert mend({}) == []
