"""The context of a build as an archive: the engine fetches it from the session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydock.buildkit.call import NOT_FOUND, Call
from pydock.buildkit.messages import DATA
from pydock.buildkit.session import new_id
from pydock.errors import RpcError


class Upload:
    """An archive that the engine may fetch once: session/upload of github.com/moby/buildkit."""

    METHODS: tuple[str, ...] = ("/moby.upload.v1.Upload/Pull",)

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.identity = new_id()
        self.blocks: Iterator[bytes] | None = iter(blocks)

    @property
    def url(self) -> str:
        """The URL of the archive, for the frontend's context."""
        return f"http://buildkit-session/{self.identity}"

    def serve(self, call: Call) -> None:
        if call.header("urlpath") != f"/{self.identity}" or self.blocks is None:
            raise RpcError(NOT_FOUND, "no upload of that name")
        blocks, self.blocks = self.blocks, None
        for block in blocks:
            for at in range(0, len(block), 1 << 20):
                call.send(DATA.encode({"data": block[at : at + (1 << 20)]}))
