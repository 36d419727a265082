"""The flags of `build`: their defaults, those of the environment, and those that have no effect."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.cli.pflag import FlagSet
from pydock.commands.build.options import BuildOptions, ClassicBuildOptions
from pydock.flags.units import Ulimit


@pytest.mark.parametrize(("kind", "words", "values"), [
    (BuildOptions, "-t a,b -t c", {"tag": ("a,b", "c")}), (ClassicBuildOptions, "-t a -t c", {"tag": ("a", "c")}),
    (BuildOptions, "--label k=v", {"label": ("k=v",)}), (BuildOptions, "--add-host a:1,b:2", {"add_host": ("a:1", "b:2")}),
    (BuildOptions, "-o type=tar,dest=x -o y", {"output": ("type=tar,dest=x", "y")}), (ClassicBuildOptions, "--cache-from a,b", {"cache_from": ("a", "b")}),
    (BuildOptions, "-m x --memory-swap y", {"memory": "x", "memory_swap": "y"}), (ClassicBuildOptions, "-m 1g --memory-swap -1", {"memory": 1 << 30, "memory_swap": -1}),
    (BuildOptions, "--shm-size 1k", {"shm_size": 1024}), (ClassicBuildOptions, "--ulimit nofile=1:2", {"ulimit": (Ulimit("nofile", 1, 2),)}),
    (BuildOptions, "", {"call": "build", "network": "default", "progress": "auto", "rm": True}), (ClassicBuildOptions, "", {"network": "default", "rm": True}),
    (BuildOptions, "-c 1 --cpu-period 2 --print outline", {"cpu_shares": 1, "cpu_period": 2, "print_": "outline"}),
])  # fmt: skip
def test_what_is_typed_and_what_it_is(kind: Any, words: str, values: dict[str, Any]) -> None:
    parsed = FlagSet(kind.flag_specs).parse([*words.split(), "."])
    o = kind(**parsed.values, context=parsed.words[0])
    assert {name: getattr(o, name) for name in values} == values and o.context == "."


@pytest.mark.parametrize("words", ["-m 1x", "--memory-swap x", "--shm-size -1", "--ulimit x", "--label =v", "-t A"])
def test_what_the_classic_builder_refuses_at_once(words: str) -> None:
    with pytest.raises(Exception, match=r"^invalid argument "):
        FlagSet(ClassicBuildOptions.flag_specs).parse([*words.split(), "."])
