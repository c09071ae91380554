import io
import tarfile
from pathlib import Path

import pytest

from recommender.unpacking import unpack


def archive(*members: tarfile.TarInfo) -> tarfile.TarFile:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as written:
        for member in members:
            written.addfile(member, io.BytesIO(b"x" * member.size))
    file.seek(0)
    return tarfile.open(fileobj=file)


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.size, found.linkname = kind, 1 if kind == tarfile.REGTYPE else 0, "/etc/passwd"
    return found


@pytest.fixture(params=["filter", "by hand"])
def any_python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by hand":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


@pytest.mark.usefixtures("any_python")
def test_files_and_folders_are_unpacked(tmp_path: Path):
    unpack(archive(member("code", tarfile.DIRTYPE), member("model.json")), tmp_path)
    assert (tmp_path / "model.json").read_bytes() == b"x"
    assert (tmp_path / "code").is_dir()


@pytest.mark.usefixtures("any_python")
@pytest.mark.parametrize("bad", [member("../out"), member("link", tarfile.SYMTYPE)], ids=["path", "link"])
def test_what_leaves_the_folder_is_refused(tmp_path: Path, bad: tarfile.TarInfo):
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(tarfile.TarError):
        unpack(archive(bad), inside)
    assert list(tmp_path.iterdir()) == [inside]
