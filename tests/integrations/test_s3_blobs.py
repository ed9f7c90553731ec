"""Blobs in a bucket: moto's S3, in a process of its own, and servers that answer wrongly."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import requests
from botocore.exceptions import ClientError, FlexibleChecksumError, ReadTimeoutError

from integrations.s3_blobs import S3Blobs
from inthread.testing import check_blobs, check_vault
from tests.integrations.stub_server import answering, http
from tests.peers import moto
from tests.runtimes import a_vault

CONTENT = b"a sealed document \x00\xff" * 1000
NAME = hashlib.sha256(CONTENT).hexdigest()
BUCKET = "alder-documents"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto(tmp_path_factory.mktemp("moto")) as url:
        requests.put(f"{url}/{BUCKET}", timeout=10).raise_for_status()
        yield url


def blobs(url: str, place: str = f"s3://{BUCKET}/inthread/") -> S3Blobs:
    return S3Blobs.at(place, region="us-east-1", key_id="ours", secret="ours too", endpoint=url)


def test_the_bucket_conforms(s3: str) -> None:
    findings = check_blobs(blobs(s3)) + check_vault(a_vault(blobs(s3)))
    assert len(findings) == 15
    assert [finding for finding in findings if not finding.passed] == []


def test_what_is_put_lies_in_the_bucket_with_its_sha_256(s3: str) -> None:
    blobs(s3).put(NAME, CONTENT)
    at = {"Bucket": BUCKET, "Key": f"inthread/{NAME}"}
    looks = boto3.client(
        "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="looks",
        aws_secret_access_key="looks",
    )
    seen = looks.get_object(**at, ChecksumMode="ENABLED")
    assert seen["Body"].read() == CONTENT
    assert seen["ChecksumSHA256"] == base64.b64encode(bytes.fromhex(NAME)).decode()
    assert requests.get(f"{s3}/{BUCKET}/inthread/{NAME}", timeout=5).status_code == 403
    assert blobs(s3).get(NAME) == CONTENT
    blobs(s3).delete(NAME)
    with pytest.raises(ClientError, match="Not Found"):
        looks.head_object(**at)


def test_a_bucket_that_is_not_there_is_not_an_empty_one(s3: str) -> None:
    """A mistake in a setting must not read as a document that is gone."""
    with pytest.raises(ClientError, match="NoSuchBucket"):
        blobs(s3, "s3://another-bucket").get(NAME)


@pytest.mark.parametrize("name", ["", "..", "../x", NAME.upper(), NAME[:-1], NAME + "\n"])
def test_a_name_that_is_none_reaches_no_bucket(name: str) -> None:
    nowhere = blobs("http://127.0.0.1:1")
    for call in (lambda: nowhere.get(name), lambda: nowhere.put(name, b""),
                 lambda: nowhere.delete(name)):
        with pytest.raises(ValueError, match="64 hex digits"):
            call()


@pytest.mark.parametrize("place", ["s3://", "s3://AB", "s3://bucket/no-slash", "s3://b/../"])
def test_a_place_that_cannot_be_one_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match="a bucket is written"):
        blobs("http://127.0.0.1:1", place)


@pytest.mark.parametrize("less", ["region", "key_id", "secret"])
def test_nothing_is_taken_from_the_surroundings(
    less: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"region": "us-east-1", "key_id": "ours", "secret": "ours too", less: ""}
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with pytest.raises(ValueError, match="needs a region, a key id and a secret"):
        S3Blobs.at("s3://bucket", **given)


def test_we_are_who_the_settings_say_whatever_the_machine_has(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile theirs]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\n")
    for name, value in {
        "AWS_PROFILE": "theirs", "AWS_CONFIG_FILE": str(config), "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "theirs", "AWS_SESSION_TOKEN": "theirs",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    with answering(http(404)) as script, pytest.raises(ClientError):
        blobs(script.url).get(NAME)
    [sent] = script.requests
    assert b"Credential=ours/" in sent
    assert b"/us-east-1/s3/" in sent
    assert b"theirs" not in sent
    blobs(s3).put(NAME, CONTENT)
    assert blobs(s3).get(NAME) == CONTENT


def test_bytes_that_changed_on_the_way_are_not_taken() -> None:
    said = http(200, CONTENT, f"x-amz-checksum-sha256: {'AAAA' * 10}AAA=")
    with answering(said) as script, pytest.raises(FlexibleChecksumError):
        blobs(script.url).get(NAME)


def test_a_bucket_that_does_not_answer_is_not_waited_for() -> None:
    with answering([3.0, http(200, CONTENT)]) as script:
        slow = S3Blobs(
            BUCKET, region="us-east-1", key_id="ours", secret="ours too", endpoint=script.url,
            timeout=0.2,
        )
        with pytest.raises(ReadTimeoutError):
            slow.get(NAME)
    assert len(script.requests) <= 3
