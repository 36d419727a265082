"""`config`: what it does not share with `secret` (test_secret.py)."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.api import configs
from tests.support import samples
from tests.support.cli import cli

NOW = 1_700_003_600.0


@pytest.mark.parametrize(("flags", "out"), [
    ((), "ID        NAME      CREATED          UPDATED\nconfig1   c         59 minutes ago   59 minutes ago\n"),
    (("--format", "json"), '{"CreatedAt":"59 minutes ago","ID":"config1","Labels":"","Name":"c","UpdatedAt":"59 minutes ago"}\n'),
])  # fmt: skip
def test_configs_are_listed(flags: tuple[str, ...], out: str) -> None:
    done = cli("config", "list", *flags, table={configs.list_configs({}): [samples.config("c")]}, clock=lambda: NOW)
    assert (done.code, done.out, done.err) == (0, out, "")


@pytest.mark.parametrize(("words", "answer"), [
    (("c", "-"), {"Name": "c", "Labels": {}, "Data": "eQ=="}),
    (("c", ""), 'Error reading content from "": config file is required'),
    (("c", "/nonexistent"), 'Error reading content from "/nonexistent": error reading from /nonexistent: open /nonexistent: no such file or directory'),
    (("c", "/dev/null"), 'Error reading content from "/dev/null": error reading from /dev/null: data is empty'),
])  # fmt: skip
def test_a_config_is_created_of_data(words: tuple[str, ...], answer: Any) -> None:
    made = isinstance(answer, dict)
    done = cli(
        "config", "create", *words, stdin=b"y", table={configs.create_config(answer): {"ID": "new"}} if made else {}
    )
    assert (done.code, done.out, done.err) == ((0, "new\n", "") if made else (1, "", answer + "\n"))


def test_the_data_of_a_config_are_shown() -> None:
    table = {configs.inspect_config("c"): samples.config("c", Labels={"a": "b"}, Data="aGn/Cg==")}
    assert cli("config", "inspect", "--pretty", "c", table=table).out == (
        "ID:\t\t\tconfig1\nName:\t\t\tc\nLabels:\n - a=b\nCreated at:            \t2023-11-14 22:13:20.5 +0000 utc\n"
        "Updated at:            \t2023-11-14 22:13:20.5 +0000 utc\nData:\nhi\udcff\n\n"
    )
    out = cli(
        "config",
        "inspect",
        "-f",
        '{{printf "%s|%q|%x|%v" .Spec.Data .Spec.Data .Spec.Data .Spec.Data}}',
        "c",
        table=table,
    ).out
    assert out == 'hi\udcff\n|"hi\\xff\\n"|6869ff0a|[104 105 255 10]\n'


@pytest.mark.parametrize("data", ["!", "YQ", "é"])
def test_data_that_are_none_are_told(data: str) -> None:
    done = cli(
        "config", "inspect", "--pretty", "c", table={configs.inspect_config("c"): samples.config("c", Data=data)}
    )
    assert (done.code, done.out, done.err) == (1, "", "the engine's data of the config config1 is not base64\n")
