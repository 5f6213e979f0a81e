"""Reading what was handed in: nothing outside is touched, and nothing grows without a limit."""

import io
import os
import stat
import zipfile
from datetime import UTC, datetime

import pytest

from autograder.grading.course import CourseError
from autograder.handin import source
from autograder.handin.source import HandedIn, Refused, read_source


def zipped(members, **changes):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8))
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changes.items():
                setattr(info, key, value)
            archive.writestr(info, data)
    return file.getvalue()


def read(path):
    results = list(read_source(path))
    taken = {str(one.where): one.data for one in results if isinstance(one, HandedIn)}
    return taken, {str(one.where): one.why for one in results if isinstance(one, Refused)}


def test_a_folder_a_zip_and_a_zip_in_a_zip(tmp_path):
    inner = zipped({"02/x.ipynb": b"inner"})
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.ipynb").write_bytes(b"plain")
    (tmp_path / "class" / "ben.zip").write_bytes(inner)
    (tmp_path / "class.zip").write_bytes(zipped({"ada.ipynb": b"plain", "ben.zip": inner}))
    expected = {"ada.ipynb": b"plain", "ben.zip/02/x.ipynb": b"inner"}
    assert read(tmp_path / "class") == (expected, {})
    assert read(tmp_path / "class.zip") == (expected, {})
    assert read(tmp_path / "class" / "ada.ipynb") == ({"ada.ipynb": b"plain"}, {})


def test_what_systems_leave_behind_is_not_mentioned(tmp_path):
    (tmp_path / "a.zip").write_bytes(
        zipped({"__MACOSX/._x.ipynb": b"", ".ipynb_checkpoints/x.ipynb": b"", "._y.ipynb": b""})
    )
    assert read(tmp_path / "a.zip") == ({}, {})


@pytest.mark.parametrize(
    "name",
    ["../evil.ipynb", "a/../../evil.ipynb", "/etc/evil.ipynb", "..\\evil.ipynb", "C:/evil.ipynb"],
)
def test_a_name_that_leads_out_is_refused(tmp_path, name):
    (tmp_path / "a.zip").write_bytes(zipped({name: b"x", "good.ipynb": b"y"}))
    taken, refused = read(tmp_path / "a.zip")
    assert taken == {"good.ipynb": b"y"}
    [why] = refused.values()
    assert "leads out of the zip" in why


def test_links_are_refused(tmp_path):
    link = zipped({"x.ipynb": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.zip").write_bytes(link)
    (tmp_path / "secret.ipynb").write_text("secret")
    (tmp_path / "class" / "b.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "class" / "c").symlink_to(tmp_path)
    taken, refused = read(tmp_path / "class")
    assert taken == {}
    assert set(refused) == {"a.zip/x.ipynb", "b.ipynb", "c"}
    assert {*refused.values()} == {"it is a link, and not a file"}


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "x.ipynb")
    assert read(tmp_path) == ({}, {"x.ipynb": "it is not a file"})


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_ARCHIVE", 1_000_000)
    monkeypatch.setattr(source, "MAX_NOTEBOOK", 1_000_000)
    bomb = zipped({f"{n}.ipynb": bytes(400_000) for n in range(3)})
    assert len(bomb) < 5_000
    (tmp_path / "a.zip").write_bytes(bomb)
    (tmp_path / "b.zip").write_bytes(zipped({"x.ipynb": bytes(2_000_000 // 2)}))
    taken, refused = read(tmp_path)
    assert set(taken) == {"b.zip/x.ipynb"}
    assert refused == {"a.zip": "unpacked it is 1 MB; at most 1 are read"}


def test_a_size_that_lies_gets_no_more_than_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_NOTEBOOK", 1_000_000)
    data = bytearray(zipped({"x.ipynb": bytes(5_000_000)}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(data)
    taken, refused = read(tmp_path / "a.zip")
    assert all(len(content) <= 10 for content in taken.values())
    assert len(taken) + len(refused) == 1


def test_limits_for_one_notebook_for_files_and_for_nesting(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_NOTEBOOK", 1_000_000)
    monkeypatch.setattr(source, "MAX_MEMBERS", 3)
    (tmp_path / "big.ipynb").write_bytes(bytes(3_000_000))
    (tmp_path / "many.zip").write_bytes(zipped({f"{n}.ipynb": b"" for n in range(4)}))
    deep = zipped({"c.zip": zipped({"d.zip": zipped({"x.ipynb": b""})})})
    (tmp_path / "deep.zip").write_bytes(deep)
    taken, refused = read(tmp_path)
    assert taken == {}
    assert refused == {
        "big.ipynb": "it is 3 MB; at most 1 are read",
        "many.zip": "it holds 4 files; at most 3 are read",
        "deep.zip/c.zip/d.zip": "it is a zip in a zip in a zip",
    }


def test_what_is_no_notebook_is_named(tmp_path):
    for name in ("essay.pdf", "all.rar"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "torn.zip").write_bytes(zipped({"x.ipynb": b"text" * 99})[:-30])
    (tmp_path / "locked.zip").write_bytes(_locked(zipped({"x.ipynb": b"text"})))
    taken, refused = read(tmp_path)
    assert taken == {}
    assert refused["essay.pdf"] == "it is not a notebook (.ipynb)"
    assert refused["all.rar"] == "it is a .rar archive; unpack it, or ask for a zip"
    assert refused["torn.zip"].startswith("it is not a zip that can be read")
    assert refused["locked.zip/x.ipynb"] == "it is locked with a password"


def _locked(data):
    """Set the flag of encryption in a zip's directory."""
    place = data.rindex(b"PK\x01\x02") + 8
    return data[:place] + bytes([data[place] | 1]) + data[place + 1 :]


def test_damaged_content_is_said(tmp_path):
    data = bytearray(zipped({"x.ipynb": os.urandom(500)}))
    data[60:70] = bytes(10)
    (tmp_path / "a.zip").write_bytes(data)
    taken, refused = read(tmp_path / "a.zip")
    assert taken == {}
    assert refused["x.ipynb"].startswith("it cannot be unpacked")


def test_the_time_is_that_of_the_file_that_was_handed_in(tmp_path):
    (tmp_path / "class").mkdir()
    for name, data in {"ada.ipynb": b"x", "ben.zip": zipped({"x.ipynb": b"y"})}.items():
        (tmp_path / "class" / name).write_bytes(data)
        os.utime(tmp_path / "class" / name, (1_700_000_000, 1_700_000_000))
    times = {one.when for one in read_source(tmp_path / "class")}
    assert times == {datetime.fromtimestamp(1_700_000_000, UTC)}
    (tmp_path / "class.zip").write_bytes(zipped({"ben.zip": zipped({"x.ipynb": b"y"})}))
    [one] = read_source(tmp_path / "class.zip")
    assert one.when == datetime(2026, 3, 4, 5, 6, 8).astimezone(UTC)


def test_a_timestamp_of_nbgraders_exchange_counts(tmp_path):
    (tmp_path / "x.ipynb").write_bytes(b"x")
    (tmp_path / "timestamp.txt").write_text("2026-05-06 07:08:09.123 UTC")
    [one] = read_source(tmp_path)
    assert one.when == datetime(2026, 5, 6, 7, 8, 9, 123000, UTC)


def test_nothing_there(tmp_path):
    with pytest.raises(CourseError, match="There is nothing at"):
        list(read_source(tmp_path / "nothing"))
