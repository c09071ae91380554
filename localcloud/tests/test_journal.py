from localcloud.journal import Entry, Journal


def entry(sequence, body=b"small"):
    return Entry(sequence=sequence, at=1.5, variables={"REQUEST_METHOD": "PUT"}, body=body)


def test_entries_come_back_in_order_with_large_bodies_stored_once(tmp_path):
    journal = Journal(tmp_path)
    entries = [entry(1), entry(2, b"x" * 100_000), entry(3, b"x" * 100_000)]
    for each in entries:
        journal.append(each)
    journal.close()
    again = Journal(tmp_path)
    assert list(again.replay()) == entries
    assert again.sequence == 3
    assert len([path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]) == 1
    again.close()


def test_a_line_that_a_kill_cut_in_half_is_dropped(tmp_path):
    journal = Journal(tmp_path)
    journal.append(entry(1))
    journal.append(entry(2))
    journal.close()
    file = tmp_path / "requests.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    again = Journal(tmp_path)
    assert [each.sequence for each in again.replay()] == [1]
    again.append(entry(2))
    again.close()
    last = Journal(tmp_path)
    assert [each.sequence for each in last.replay()] == [1, 2]
    last.close()
