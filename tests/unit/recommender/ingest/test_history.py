import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.errors import BadOrders, BadSource
from recommender.ingest.file_source import open_file
from recommender.ingest.history import at, newest, take_new_rows
from recommender.ingest.snapshot import data_hash
from recommender.ingest.source import OrdersTable, Source
from recommender.ingest.store import FolderStore
from tests.unit.recommender.ingest.shop_files import insert, keys_of

TODAY = date(2024, 3, 1)


class Crash(Exception):
    pass


class Crashing(FolderStore):
    """Ends at the n-th write: before it, or after it."""

    def __init__(self, root: Path, writes: int) -> None:
        super().__init__(root)
        self.left = writes

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash

    def keep(self, path: Path, name: str) -> None:
        self._count()
        super().keep(path, name)
        self._count()

    def claim(self, name: str, content: bytes) -> bool:
        self._count()
        done = super().claim(name, content)
        self._count()
        return done


@pytest.fixture(params=[".sqlite", ".duckdb"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"orders{request.param}"


def source_of(path: Path) -> Source:
    return open_file(path, OrdersTable())


@settings(max_examples=25, deadline=None)
@given(runs=st.lists(st.tuples(st.sets(st.integers(1, 40)), st.integers(0, 6)), max_size=6))
def test_whenever_runs_end_each_row_is_in_the_last_snapshot_once(
    runs: list[tuple[set[int], int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("shop")
    path, there = folder / "orders.sqlite", set[int]()
    insert(path, [])
    for new, writes in runs:
        insert(path, sorted(new - there))
        there |= new
        with contextlib.suppress(Crash, BadOrders):
            take_new_rows(source_of(path), Crashing(folder / "history", writes), TODAY)
    insert(path, [99])
    store = FolderStore(folder / "history")
    assert keys_of(take_new_rows(source_of(path), store, TODAY), store, folder / "read") == sorted({*there, 99})


def test_a_run_with_nothing_new_leaves_the_history_as_it_was(path: Path, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "history")
    insert(path, [1, 2, 3])
    first = take_new_rows(source_of(path), store, TODAY)
    files = sorted((tmp_path / "history").rglob("*"))
    assert take_new_rows(source_of(path), store, TODAY) == first
    assert sorted((tmp_path / "history").rglob("*")) == files


def test_rows_whose_transaction_ended_late_are_taken_by_the_next_run(path: Path, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "history")
    insert(path, [2, 6])
    take_new_rows(source_of(path), store, TODAY)
    insert(path, [1, 5, 7])
    assert keys_of(take_new_rows(source_of(path), store, TODAY), store, tmp_path / "read") == [1, 2, 5, 6, 7]


def test_more_gaps_than_one_statement_asks_for_are_all_filled(path: Path, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "history")
    insert(path, range(2, 1002, 2))
    take_new_rows(source_of(path), store, TODAY)
    insert(path, range(1, 1002, 2))
    assert keys_of(take_new_rows(source_of(path), store, TODAY), store, tmp_path / "read") == list(range(1, 1002))


def test_of_two_runs_at_once_both_end_with_every_row_once(path: Path, tmp_path: Path) -> None:
    insert(path, [1, 2])
    store = FolderStore(tmp_path / "history")

    class Overtaken(FolderStore):
        def claim(self, name: str, content: bytes) -> bool:
            if not self.names("manifests"):
                take_new_rows(source_of(path), store, TODAY)
                insert(path, [3])
            return super().claim(name, content)

    last = take_new_rows(source_of(path), Overtaken(tmp_path / "history"), TODAY)
    assert (last.number, keys_of(last, store, tmp_path / "read")) == (2, [1, 2, 3])


def test_who_is_always_overtaken_is_told_so(path: Path, tmp_path: Path) -> None:
    class Slow(FolderStore):
        def claim(self, name: str, content: bytes) -> bool:
            return False

    insert(path, [1])
    with pytest.raises(BadSource, match="5 runs in a row were faster"):
        take_new_rows(source_of(path), Slow(tmp_path / "history"), TODAY)


def test_a_snapshot_has_the_identity_of_its_files(path: Path, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "history")
    hashes = list[str]()
    for key in (1, 2):
        insert(path, [key])
        manifest = take_new_rows(source_of(path), store, TODAY)
        files = sorted((tmp_path / "history" / "increments").iterdir())
        assert manifest.data_hash == data_hash(files)
        hashes.append(manifest.data_hash)
    assert len(set(hashes)) == 2
    assert at(store, "manifests/0000000001.json").data_hash == hashes[0]


def test_a_changed_increment_is_found(path: Path, tmp_path: Path) -> None:
    insert(path, [1])
    store = FolderStore(tmp_path / "history")
    manifest = take_new_rows(source_of(path), store, TODAY)
    (tmp_path / "history" / manifest.increments[0].name).write_bytes(b"other")
    with pytest.raises(BadSource, match="was changed since it was written"):
        keys_of(newest(store), store, tmp_path / "read")


def test_a_history_is_of_one_source(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "history")
    for name, raises in (("a.sqlite", False), ("b.duckdb", True)):
        insert(tmp_path / name, [1])
        if not raises:
            take_new_rows(source_of(tmp_path / name), store, TODAY)
            continue
        with pytest.raises(BadSource, match="holds the history of sqlite file order_lines by line_id, not of duckdb"):
            take_new_rows(source_of(tmp_path / name), store, TODAY)


def test_a_database_without_rows_is_refused(path: Path, tmp_path: Path) -> None:
    insert(path, [])
    with pytest.raises(BadOrders, match=r"no orders: .* holds no rows"):
        take_new_rows(source_of(path), FolderStore(tmp_path / "history"), TODAY)


def test_a_database_without_the_table_is_refused(path: Path, tmp_path: Path) -> None:
    insert(path, [1])
    with pytest.raises(BadSource, match=r"sales by line_id cannot be read: .*sales"):
        take_new_rows(open_file(path, OrdersTable(name="sales")), FolderStore(tmp_path / "history"), TODAY)
