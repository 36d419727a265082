"""What comes out of containers, and goes into them: archives, and helper containers."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import Any

import pytest

from tests.support.cli import Reply

FOLDER, LINK, DEVICE, IRREGULAR = 1 << 31 | 0o755, 1 << 27 | 0o777, 1 << 26 | 0o660, 1 << 19
PLACE = "/containers/web/archive"


def stated(mode: int = 0o644, target: str = "", body: Any = b"") -> Reply:
    """An answer that tells what is at a path."""
    facts = base64.b64encode(json.dumps({"mode": mode, "linkTarget": target}).encode()).decode()
    return Reply(body, headers={"X-Docker-Container-Path-Stat": facts})


def archive(**entries: str | None) -> bytes:
    """A tar archive of files, and of folders (None)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in entries.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.type, info.mode, info.size = (
                (tarfile.DIRTYPE, 0o755, 0) if text is None else (tarfile.REGTYPE, 0o644, len(text))
            )
            tar.addfile(info, io.BytesIO((text or "").encode()))
    return out.getvalue()


def names(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [f"{entry.name}/" if entry.isdir() else entry.name for entry in tar]


HELPER = "/containers/pydock-helper-00"


def name_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Helpers have one name."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "00")


def with_helper(more: dict[Any, Any]) -> dict[Any, Any]:
    """An engine that creates a helper and removes it."""
    nothing_left: dict[Any, Any] = {("GET", "/containers/json"): [], ("GET", "/images/json"): []}
    return {**nothing_left, ("POST", "/containers/create"): {"Id": "c" * 64}, ("DELETE", HELPER): b"", **more}
