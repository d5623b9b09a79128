"""What may be uploaded: a certificate request, which has a few kilobytes; nothing touches the disk."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload

LARGEST = 64 * 1024


class SmallFilesOnly(MemoryFileUploadHandler):
    """Keeps small files in memory and stops reading at the first octet too many, whatever the request promised."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > LARGEST:
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)
