"""File storage in a local folder: durability, temporary files, permissions."""

import io
import os
import time

import pytest

from formengine.storage.blobs.local import LocalBlobs


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def store(folder):
    return LocalBlobs(folder)


def test_content_and_folder_are_synchronised_before_put_returns(store, monkeypatch):
    """T37: durable before the row that refers to it."""
    synchronised = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (synchronised.append(os.readlink(f"/proc/self/fd/{fd}")), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (synchronised.append("move"), replace(a, b)))
    stored = store.put(io.BytesIO(b"x"))
    move = synchronised.index("move")
    assert any("/incoming/" in path for path in synchronised[:move])
    assert synchronised[-1].endswith(f"/{stored.sha256[:2]}/{stored.sha256[2:4]}")


def test_put_leaves_no_temporary_files(store, folder):
    store.put(io.BytesIO(b"x"))
    store.put(io.BytesIO(b"x"))
    assert list((folder / "incoming").iterdir()) == []


def test_second_put_renews_the_modification_time(store, folder):
    stored = store.put(io.BytesIO(b"x"))
    path = next(folder.glob(f"??/??/{stored.sha256}"))
    os.utime(path, (1, 1))
    store.put(io.BytesIO(b"x"))
    assert time.time() - path.stat().st_mtime < 60


def test_old_temporary_files_are_deleted(store, folder):
    for name, age in (("old", 2 * 86400), ("young", 60)):
        path = folder / "incoming" / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age,) * 2)
    assert store.tidy() == 1
    assert [path.name for path in (folder / "incoming").iterdir()] == ["young"]
    assert list(store.list()) == []


def test_files_are_readable_by_the_owner_only(store, folder):
    stored = store.put(io.BytesIO(b"x"))
    assert next(folder.glob(f"??/??/{stored.sha256}")).stat().st_mode & 0o077 == 0
