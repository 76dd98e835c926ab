"""One test suite for all blob stores."""

import errno
import io
import os
import shutil
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import boto3
import obstore
import pytest
from moto.server import ThreadedMotoServer

from formengine.errors import NotFound, SettingError, StorageUnavailable
from formengine.storage.blobs import s3
from formengine.storage.blobs.store import open_blobs

NDA = b"%PDF-1.7 an agreement"
NDA_HASH = sha256(NDA).hexdigest()


@pytest.fixture(scope="module")
def s3_address():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def aws_variables(address):
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "maya",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }


@pytest.fixture
def s3_url(s3_address, monkeypatch):
    for name, value in aws_variables(s3_address).items():
        monkeypatch.setenv(name, value)
    bucket = f"files-{time.monotonic_ns()}"
    client = boto3.client("s3", endpoint_url=s3_address, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    client.close()
    return f"s3://{bucket}"


@pytest.fixture(params=["file", "s3", "s3-prefix"])
def store(request, tmp_path):
    if request.param == "file":
        return open_blobs(f"file:{tmp_path}/files")
    url = request.getfixturevalue("s3_url")
    return open_blobs(f"{url}/portal/files" if request.param == "s3-prefix" else url)


def content(store, key):
    with store.open(key) as stream:
        return stream.read()


def test_a_store_that_is_there_passes_its_check(store):
    """O4: an empty store as well."""
    store.check()


def test_a_missing_bucket_or_folder_fails_the_check(s3_url, tmp_path):
    """O4: a name that is not there is no empty store."""
    with pytest.raises(OSError, match="bucket"):
        open_blobs(f"{s3_url}-missing").check()
    store = open_blobs(f"file:{tmp_path}/files")
    shutil.rmtree(tmp_path / "files")
    with pytest.raises(OSError, match="folder"):
        store.check()


def test_a_store_that_went_away_says_so(s3_url, tmp_path):
    """T7, T37: never that it does not have a content, and by an error that is not one of ours."""
    missing_bucket, folder = open_blobs(f"{s3_url}-missing"), open_blobs(f"file:{tmp_path}/files")
    shutil.rmtree(tmp_path / "files")
    for store in (missing_bucket, folder):
        for ask in (lambda store=store: store.put(io.BytesIO(NDA)), lambda store=store: store.open(NDA_HASH)):
            with pytest.raises(StorageUnavailable):
                ask()


def test_a_full_disk_is_told_from_a_store_that_is_away(tmp_path, monkeypatch):
    """T7: its number stays, by which the page says that it is full."""
    store = open_blobs(f"file:{tmp_path}/files")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as raised:
        store.put(io.BytesIO(NDA))
    assert not isinstance(raised.value, StorageUnavailable)


def test_content_is_read_by_its_hash(store):
    assert store.put(io.BytesIO(NDA)) == (NDA_HASH, len(NDA))
    assert store.exists(NDA_HASH)
    assert content(store, NDA_HASH) == NDA


def test_equal_content_is_stored_once(store):
    """T37: content-addressed, so never swapped or duplicated."""
    store.put(io.BytesIO(NDA))
    store.put(io.BytesIO(NDA))
    store.put(io.BytesIO(b"another"))
    assert sorted(entry.size for entry in store.list()) == [7, len(NDA)]


def test_empty_file(store):
    assert content(store, store.put(io.BytesIO()).sha256) == b""


def test_large_file(store):
    big = os.urandom(6 * 1024 * 1024 + 7)
    stored = store.put(io.BytesIO(big))
    assert content(store, stored.sha256) == big


def test_range_of_a_file_is_read(store):
    store.put(io.BytesIO(NDA))
    with store.open(NDA_HASH) as stream:
        stream.seek(5)
        assert stream.read(3) == NDA[5:8]


def test_unknown_hash_is_not_found(store):
    assert not store.exists(NDA_HASH)
    with pytest.raises(NotFound):
        store.open(NDA_HASH)


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", "AB" * 32, NDA_HASH + "\n", "ab/cd"])
def test_malformed_hash_is_not_found(store, key):
    """T22: path traversal."""
    for ask in (store.open, store.exists, store.delete):
        with pytest.raises(NotFound):
            ask(key)


def test_delete_is_idempotent(store):
    store.put(io.BytesIO(NDA))
    store.delete(NDA_HASH)
    store.delete(NDA_HASH)
    assert list(store.list()) == []


def test_only_an_old_blob_is_deleted_if_older(store):
    """T37."""
    store.put(io.BytesIO(NDA))
    assert not store.delete_if_older(NDA_HASH, datetime.now(UTC) - timedelta(minutes=1))
    assert [entry.sha256 for entry in store.list()] == [NDA_HASH]
    assert store.delete_if_older(NDA_HASH, datetime.now(UTC) + timedelta(minutes=1))
    assert not store.delete_if_older(NDA_HASH, datetime.now(UTC) + timedelta(minutes=1))
    assert list(store.list()) == []
    assert store.tidy() == 0


def test_content_put_while_it_is_swept_stays(store, monkeypatch):
    """T37: an old content is uploaded again after its age was asked and before it is deleted."""
    deleting = threading.Event()

    def slow(delete):
        def delete_late(*arguments):
            deleting.set()
            time.sleep(0.5)
            return delete(*arguments)

        return delete_late

    store.put(io.BytesIO(NDA))
    monkeypatch.setattr(Path, "unlink", slow(Path.unlink))
    monkeypatch.setattr(obstore, "delete", slow(obstore.delete))
    old = datetime.now(UTC) + timedelta(minutes=1)
    sweep = threading.Thread(target=lambda: store.delete_if_older(NDA_HASH, old))
    sweep.start()
    assert deleting.wait(10)
    store.put(io.BytesIO(NDA))
    sweep.join()
    assert [entry.sha256 for entry in store.list()] == [NDA_HASH]
    assert content(store, NDA_HASH) == NDA


@pytest.mark.slow
def test_a_mark_that_a_killed_sweep_left_holds_up_no_upload_for_long(s3_url, monkeypatch):
    """T37."""
    monkeypatch.setattr(s3, "MARK_SECONDS", 0.5)
    store = open_blobs(s3_url)
    obstore.put(store._store, f"{s3.MARKS}/{NDA_HASH}", b"")
    assert [entry.sha256 for entry in store.list()] == []
    store.put(io.BytesIO(NDA))
    assert content(store, NDA_HASH) == NDA


def test_a_closed_port_is_told_quickly(monkeypatch):
    """O4: a readiness probe waits two seconds at most, for a bucket that refuses as for one that keeps silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (1, silent.getsockname()[1]):
            for name, value in aws_variables(f"http://127.0.0.1:{port}").items():
                monkeypatch.setenv(name, value)
            store = open_blobs("s3://files")
            began = time.monotonic()
            with pytest.raises(OSError, match="the bucket cannot be reached"):
                store.check()
            assert time.monotonic() - began < 2


def test_errors_of_a_bucket_are_sentences(s3_url, monkeypatch):
    """T37: of one that goes away while it is read."""
    store = open_blobs(s3_url)
    store.put(io.BytesIO(NDA))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    lost = open_blobs(s3_url)
    for ask in (lambda: list(lost.list()), lambda: lost.open(NDA_HASH).read(), lambda: lost.put(io.BytesIO(NDA))):
        with pytest.raises(OSError, match=r"the bucket cannot be reached: [^\n]+$"):
            ask()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    """O4: below a file, for example."""
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="the folder cannot be made"):
        open_blobs(f"file:{tmp_path}/file/files")


def test_list_has_hash_size_and_modification_time(store):
    store.put(io.BytesIO(NDA))
    (entry,) = store.list()
    assert (entry.sha256, entry.size) == (NDA_HASH, len(NDA))
    assert abs(datetime.now(UTC) - entry.modified) < timedelta(minutes=1)


def test_concurrent_puts_of_the_same_content(store):
    threads = [threading.Thread(target=lambda: store.put(io.BytesIO(NDA))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.sha256 for entry in store.list()] == [NDA_HASH]
    assert content(store, NDA_HASH) == NDA


class Broken(io.BytesIO):
    def read(self, size=-1):
        chunk = super().read(4)
        if not chunk:
            raise OSError("the line went dead")
        return chunk


def test_aborted_upload_leaves_nothing(store):
    with pytest.raises(OSError, match="dead"):
        store.put(Broken(NDA))
    assert list(store.list()) == []


@pytest.mark.parametrize("url", ["http://example.com", "file:", "s3:", "files"])
def test_unsupported_storage_urls_are_refused(url):
    with pytest.raises(SettingError, match="write file:path or s3://bucket"):
        open_blobs(url)
