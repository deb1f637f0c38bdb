"""S3 objects of one bucket: ranged reads, multipart uploads, and presigned URLs for clients.

The caller bounds each read and write, so nothing here loads an object larger than requested.
Presigned URLs use Signature Version 4 and expire after their time, or earlier with the credentials
of the signer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit.aws import clients
from outrider.kit.errors import ServiceUnavailable

MIN_PART = 5 * 1024 * 1024
"""Minimum bytes of a part of a multipart upload, except the last (S3 limit)."""


class ObjectMissing(Exception):
    """There is no object with this key."""


class ObjectsFailed(ServiceUnavailable):
    """S3 did not respond, returned a server error, or throttled the call."""


@dataclass(frozen=True, slots=True)
class ObjectRange:
    """A byte range of an object; `size` is the size of the whole object."""

    body: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one bucket, by key."""

    bucket: str

    def link_to_put(self, key: str, seconds: int) -> str:
        """Return a presigned PUT URL for this object, valid for `seconds` and any number of
        uploads."""
        return self._link("put_object", key, seconds)

    def link_to_get(self, key: str, seconds: int, *, filename: str, media: str) -> str:
        """Return a presigned GET URL that downloads the object as `filename`, with the media type
        `media`."""
        return self._link(
            "get_object",
            key,
            seconds,
            ResponseContentDisposition=f'attachment; filename="{filename}"',
            ResponseContentType=media,
        )

    def get(self, key: str) -> bytes:
        """Return the whole object. Raises ObjectMissing, ObjectsFailed."""
        return bytes(self._call("get_object", Key=key)["Body"].read())

    def get_part(self, key: str, start: int, length: int) -> ObjectRange:
        """Return up to `length` bytes from offset `start`: no bytes if the object ends before it.

        Raises ObjectMissing, ObjectsFailed.
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
        """Write the object. Raises ObjectsFailed."""
        self._call("put_object", Key=key, Body=body)

    def put_new(self, key: str, body: bytes) -> bool:
        """Create the object; return False, and write nothing, if the key already exists. Raises
        ObjectsFailed."""
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

    def list(self, prefix: str) -> Sequence[str]:
        """Return the keys that begin with `prefix`, up to 1,000. Raises ObjectsFailed."""
        found = self._call("list_objects_v2", Prefix=prefix).get("Contents", [])
        return [each["Key"] for each in found]

    def delete(self, key: str) -> None:
        """Delete the object, if there is one. Raises ObjectsFailed."""
        self._call("delete_object", Key=key)

    def begin(self, key: str) -> str:
        """Start a multipart upload and return its id. The object does not exist until `complete`.
        Raises ObjectsFailed."""
        return str(self._call("create_multipart_upload", Key=key)["UploadId"])

    def put_part(self, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Upload the part `number` (from 1), replacing an earlier upload of it, and return its
        ETag. Raises ObjectsFailed."""
        return str(
            self._call("upload_part", Key=key, UploadId=upload_id, PartNumber=number, Body=body)[
                "ETag"
            ]
        )

    def complete(self, key: str, upload_id: str, tags: Sequence[str]) -> None:
        """Complete the multipart upload with the ETags of its parts, in order. Idempotent. Raises
        ObjectsFailed."""
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, start=1)]
        try:
            self._call(
                "complete_multipart_upload",
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": parts},
            )
        except ClientError as error:  # an earlier attempt has completed the upload
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
