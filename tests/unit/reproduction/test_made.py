import io
import json
import tarfile

from trainyard.reproduction.made import content, flat, metrics


def archive(**files: bytes) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        folder = tarfile.TarInfo("states")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, data in files.items():
            info = tarfile.TarInfo(f"./{name.replace('_', '.')}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    packed.seek(0)
    return packed


def test_files_are_known_by_their_content_however_they_were_packed() -> None:
    model = json.dumps({"features": ["a"]}).encode()
    files, documents = content(archive(model_json=model, names_npy=b"n"))
    assert sorted(files) == ["model.json", "names.npy"]
    assert documents == {"model.json": {"features": ["a"]}}
    assert content(archive(names_npy=b"n", model_json=model))[0] == files
    assert content(archive(names_npy=b"n", model_json=model + b" "))[0]["model.json"] != files["model.json"]


def test_values_are_named_by_their_path() -> None:
    assert flat({"a": {"b": 1, "c": {"d": [2]}}, "e": None}) == {"a.b": 1, "a.c.d": [2], "e": None}


def test_only_what_says_how_good_the_model_is_is_compared() -> None:
    challenger = {"map_at_10": 0.2, "latency_ms_p50": 3.0, "version": "4", "customers": 7}
    assert metrics({"models": {"challenger": challenger}}) == {"map_at_10": 0.2, "customers": 7.0}
    assert metrics({}) == metrics({"models": {"challenger": None}}) == {}
