"""S3: objects of one bucket, read and written in parts, and links that let a client do so itself.

Reads and writes are bounded by the caller: nothing here holds an object larger than what was asked
for. Links are signed with Signature Version 4 and end with their time or the signer's credentials,
whichever is first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.kit.errors import ServiceUnavailable

MIN_PART = 5 * 1024 * 1024
"""Bytes: S3 takes no smaller part of a multipart upload, but for the last."""


class ObjectMissing(Exception):
    """There is no object under this key."""


class ObjectsFailed(ServiceUnavailable):
    """S3 did not answer, or has no capacity for us just now."""


@dataclass(frozen=True, slots=True)
class ObjectRange:
    """A range of an object; `size` is that of the whole object."""

    body: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Objects:
    bucket: str

    def link_to_put(self, key: str, seconds: int) -> str:
        """A URL that takes one PUT of this object, as often as it is called within `seconds`."""
        return self._link("put_object", key, seconds)

    def link_to_get(self, key: str, seconds: int, *, filename: str, media: str) -> str:
        """A URL that gives the object as a download of this name."""
        return self._link(
            "get_object",
            key,
            seconds,
            ResponseContentDisposition=f'attachment; filename="{filename}"',
            ResponseContentType=media,
        )

    def get(self, key: str) -> bytes:
        """Raises ObjectMissing."""
        return bytes(self._call("get_object", Key=key)["Body"].read())

    def get_part(self, key: str, start: int, length: int) -> ObjectRange:
        """Up to `length` bytes from `start`; none when the object ends before it.

        Raises ObjectMissing.
        """
        try:
            answer = self._call("get_object", Key=key, Range=f"bytes={start}-{start + length - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidRange":
                raise
            return ObjectRange(b"", start)
        size = int(answer["ContentRange"].rpartition("/")[2])
        return ObjectRange(bytes(answer["Body"].read()), size)

    def put(self, key: str, body: bytes) -> None:
        self._call("put_object", Key=key, Body=body)

    def put_new(self, key: str, body: bytes) -> bool:
        """False, and nothing written, when there is an object under this key."""
        try:
            self._call("put_object", Key=key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in (
                "PreconditionFailed",
                "ConditionalRequestConflict",
            ):
                raise
            return False
        return True

    def begin(self, key: str) -> str:
        """Begin a multipart upload; gives its id. Nothing is there before it is completed."""
        return str(self._call("create_multipart_upload", Key=key)["UploadId"])

    def put_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Put the part `number` (from 1), over what was put as this part before; gives its tag."""
        return str(
            self._call("upload_part", Key=key, UploadId=upload_id, PartNumber=number, Body=body)[
                "ETag"
            ]
        )

    def complete(self, key: str, upload_id: str, tags: Sequence[str]) -> None:
        """Make the object of its parts. Twice is the same as once."""
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, start=1)]
        try:
            self._call(
                "complete_multipart_upload",
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},
            )
        except ClientError as error:  # S3 forgets an upload that an earlier try has completed
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise

    def _call(self, operation: str, **params: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = getattr(clients.client("s3"), operation)(
                Bucket=self.bucket, **params
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("NoSuchKey", "404"):
                raise ObjectMissing(params["Key"]) from error
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500 and code != "SlowDown":
                raise
            raise ObjectsFailed from error
        except BotoCoreError as error:
            raise ObjectsFailed from error
        return answer

    def _link(self, operation: str, key: str, seconds: int, **params: Any) -> str:
        return str(
            clients.client("s3").generate_presigned_url(
                operation, {"Bucket": self.bucket, "Key": key, **params}, ExpiresIn=seconds
            )
        )
