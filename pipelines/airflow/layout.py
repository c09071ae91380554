"""A folder of DAGs laid out: the file that Airflow reads, the DAGs' description, and the modules that they need."""

import shutil
from pathlib import Path

from pipelines.airflow.description import FILE, DagDescription, read, written
from stacks import module_files

_ENTRY = Path(__file__).parent / "dags" / "trainyard_training.py"
_IGNORED = "pipelines/\nstacks/\n"
"""Modules are no DAGs, though they speak of them."""


def lay_out(folder: Path, description: DagDescription) -> list[DagDescription]:
    """Put a DAG into a folder, in place of the one it had under that name; return all that it has then.

    The folder may be MWAA's: it is on the path of whatever Airflow parses there.
    """
    others = [each for each in read(folder / FILE) if each.dag_id != description.dag_id]
    whole = sorted([*others, description], key=lambda each: each.dag_id)
    for name, source in files().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    (folder / ".airflowignore").write_text(_IGNORED, "utf-8")
    (folder / FILE).write_text(written(whole), "utf-8")
    return whole


def files() -> dict[str, Path]:
    """Return the files of the folder by their paths in it."""
    modules = module_files.closure(["pipelines.airflow.dag", "pipelines.airflow.description"])
    return {_ENTRY.name: _ENTRY, **dict(sorted(modules))}
