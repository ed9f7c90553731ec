"""Blobs in a bucket of S3, or of anything that speaks as it does."""

from __future__ import annotations

import os
import re
from contextlib import closing
from typing import Any

import boto3  # type: ignore[import-untyped]
import botocore.session  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

_NAME = re.compile(r"[0-9a-f]{64}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"([A-Za-z0-9_-]+/)*")
# No profile, no file and no environment of the machine's owner decides who we are.
_OURS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "ca_bundle": (None, None, None, None),
}


class S3Blobs:
    """`bucket` has to be there. `prefix`: empty, or ends in `/`. `endpoint`: empty for Amazon's
    own. ValueError when one of them cannot be right.

    A put is checked by SHA-256 on arrival, a get on its way back. A bucket that keeps versions
    keeps what is deleted: give it a rule that ends them.
    """

    def __init__(
        self, bucket: str, *, region: str, key_id: str, secret: str, endpoint: str = "",
        prefix: str = "", timeout: float = 20, key: str = "s3",
    ) -> None:
        if not _BUCKET.fullmatch(bucket) or not _PREFIX.fullmatch(prefix):
            raise ValueError("a bucket is written s3://bucket or s3://bucket/prefix/")
        if not (region and key_id and secret):
            raise ValueError("a bucket needs a region, a key id and a secret")
        self._bucket, self._prefix, self._key = bucket, prefix, key
        core = botocore.session.Session(session_vars=_OURS)
        session = boto3.session.Session(
            aws_access_key_id=key_id, aws_secret_access_key=secret, region_name=region,
            botocore_session=core,
        )
        self._s3: Any = session.client(
            "s3", endpoint_url=endpoint or None, config=_config(timeout, bool(endpoint))
        )

    @classmethod
    def at(
        cls, place: str, *, region: str, key_id: str, secret: str, endpoint: str = ""
    ) -> S3Blobs:
        """*place*: `s3://bucket` or `s3://bucket/prefix/`."""
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        return cls(
            bucket, prefix=prefix, region=region, key_id=key_id, secret=secret, endpoint=endpoint
        )

    @property
    def key(self) -> str:
        return self._key

    def put(self, name: str, content: bytes) -> None:
        """Raises ValueError for a name that is not 64 hex digits."""
        self._s3.put_object(
            **self._at(name), Body=content, ChecksumAlgorithm="SHA256",
            ContentType="application/octet-stream",
        )

    def get(self, name: str) -> bytes:
        """Raises KeyError when there is none."""
        try:
            answer = self._s3.get_object(**self._at(name), ChecksumMode="ENABLED")
        except ClientError as refusal:
            if refusal.response.get("Error", {}).get("Code") == "NoSuchKey":
                raise KeyError(name) from None
            raise
        # The body itself: what it gives to a `with` is read past the check of its SHA-256.
        with closing(answer["Body"]) as body:
            content: bytes = body.read()
        return content

    def delete(self, name: str) -> None:
        self._s3.delete_object(**self._at(name))

    def _at(self, name: str) -> dict[str, str]:
        if not _NAME.fullmatch(name):
            raise ValueError("a blob's name is 64 hex digits in lower case")
        return {"Bucket": self._bucket, "Key": self._prefix + name}


def _config(timeout: float, elsewhere: bool) -> Config:
    return Config(
        connect_timeout=min(timeout, 5), read_timeout=timeout,
        retries={"mode": "standard", "total_max_attempts": 3},
        proxies={}, ignore_configured_endpoint_urls=True, signature_version="s3v4",
        request_checksum_calculation="when_required", response_checksum_validation="when_supported",
        s3={"addressing_style": "path" if elsewhere else "auto"},
    )
