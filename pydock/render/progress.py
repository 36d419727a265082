"""Progress messages of pull, push, load and the like to lines of text. Pure."""

from __future__ import annotations

from typing import Any

from pydock.errors import Failure
from pydock.render.human import size


def check(message: dict[str, Any]) -> None:
    """Raises Failure where the message is the engine's error."""
    detail = message.get("errorDetail") or ({"message": message["error"]} if message.get("error") else None)
    if detail:
        raise Failure(str(detail.get("message") or message.get("error")), int(detail.get("code") or 1) or 1)


def plain_line(message: dict[str, Any]) -> str:
    """The text that one message gives on a pipe: status changes, no bars; "" for nothing."""
    detail = message.get("progressDetail") or {}
    if detail.get("current") or detail.get("total"):
        return ""
    if message.get("stream"):
        return str(message["stream"])
    if "status" not in message:
        return ""
    prefix = f"{message['id']}: " if message.get("id") else ""
    return f"{prefix}{message['status']}\n"


def bar(detail: dict[str, Any], width: int) -> str:
    """ "[=====>    ]  1.2MB/3.4MB" for a message's progressDetail."""
    current, total = detail.get("current") or 0, detail.get("total") or 0
    if current <= 0 and total <= 0:
        return ""
    now = size(float(current), 4)
    if total <= 0:
        return f"{now:>8}"
    share = min(current / total, 1.0)
    drawn = ""
    if width > 110:
        done = int(share * 50)
        drawn = "[" + ("=" * done + ">").ljust(51)[:51] + "] " if done < 50 else "[" + "=" * 50 + ">] "
    return f"{drawn}{now:>8}/{size(float(total), 4)}"
