"""Progress messages of pull, push, load and the like to lines of text. Pure."""

from __future__ import annotations

from pydock.errors import Failure
from pydock.shape import Json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def check(message: dict[str, Any]) -> None:
    """Raises Failure where the message is the engine's error."""
    detail = message.get("errorDetail") or ({"message": message["error"]} if message.get("error") else None)
    if detail:
        raise Failure(str(detail.get("message") or message.get("error")), int(detail.get("code") or 1) or 1)


def progress_json(message: Json) -> Json | None:
    """A message as --json prints it: None for one that tells nothing."""
    detail = message.get("progressDetail") or {}
    text = str(message.get("status") or message.get("stream") or "").strip()
    if not text:
        return None
    # some engines count seconds there
    counts = detail if not detail.get("units") else {}
    return {
        "id": message.get("id") or None,
        "status": text,
        "current": counts.get("current"),
        "total": counts.get("total") or None,
    }


def plain_line(message: dict[str, Any]) -> str:
    """A message's text for a pipe: status changes, no progress bars; "" for none."""
    detail = message.get("progressDetail") or {}
    if detail.get("current") or detail.get("total"):
        return ""
    if message.get("stream"):
        return str(message["stream"])
    if "status" not in message:
        return ""
    prefix = f"{message['id']}: " if message.get("id") else ""
    return f"{prefix}{message['status']}\n"
