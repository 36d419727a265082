"""Docker's flag grammar."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.cli.pflag import BadFlag, FlagSet
from pydock.options import Options, flag, options


@options
class Sample(Options):
    detach: bool = flag("-d", "--detach", help="")
    interactive: bool = flag("-i", "--interactive", help="")
    tty: bool = flag("-t", "--tty", help="")
    rm: bool = flag("--rm", help="")
    publish: tuple[str, ...] = flag("-p", "--publish", help="")
    name: str = flag("--name", help="")
    count: int = flag("-n", "--count", help="")
    json: str = flag("-j", "--json", bare="all", help="")
    option: tuple[str, ...] = flag("--dns-option", hidden_names=("--dns-opt",), help="")
    timeout: int = flag("--timeout", hidden_names=("--time",), deprecated={"time": "use --timeout instead"}, help="")


FLAGS = FlagSet(Sample.flag_specs)
STRICT = FlagSet(Sample.flag_specs, interspersed=False)


@pytest.mark.parametrize(
    ("words", "values", "rest"),
    [
        (["-itd"], {"interactive": True, "tty": True, "detach": True}, []),
        (["-p80:80", "-p", "81:81", "-p=82:82"], {"publish": ("80:80", "81:81", "82:82")}, []),
        (["-itdp80:80"], {"interactive": True, "tty": True, "detach": True, "publish": ("80:80",)}, []),
        (["--rm=false", "-d=true"], {"rm": False, "detach": True}, []),
        (["--rm", "false"], {"rm": True}, ["false"]),
        (["--json", "ID"], {"json": "all"}, ["ID"]),
        (["--json=ID,Names", "-d"], {"json": "ID,Names", "detach": True}, []),
        (["-jd", "-j=ID"], {"json": "ID", "detach": True}, []),
        (["--name=a=b", "x"], {"name": "a=b"}, ["x"]),
        (["--name", "-x"], {"name": "-x"}, []),
        (["--name", "--"], {"name": "--"}, []),
        (["a", "--rm", "b", "--", "--rm", "-z"], {"rm": True}, ["a", "b", "--rm", "-z"]),
        (["-"], {}, ["-"]),
        (["--dns-opt", "a", "--dns-option=b"], {"option": ("a", "b")}, []),
        (["-n", "0x10"], {"count": 16}, []),
        (["-n-5"], {"count": -5}, []),
    ],
)
def test_words(words: list[str], values: dict[str, Any], rest: list[str]) -> None:
    parsed = FLAGS.parse(words)
    assert (parsed.values, parsed.words) == (values, rest)


def test_flags_stop_at_the_first_word() -> None:
    parsed = STRICT.parse(["--rm", "image", "--name", "x", "--", "-d"])
    assert (parsed.values, parsed.words) == ({"rm": True}, ["image", "--name", "x", "--", "-d"])


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--bogus"], "unknown flag: --bogus"), (["--na", "x"], "unknown flag: --na"), (["-x"], "unknown shorthand flag: 'x' in -x"),
        (["-itx"], "unknown shorthand flag: 'x' in -x"), (["--name"], "flag needs an argument: --name"), (["-p"], "flag needs an argument: 'p' in -p"),
        (["-itp"], "flag needs an argument: 'p' in -p"), (["--=x"], "bad flag syntax: --=x"), (["---x"], "bad flag syntax: ---x"),
        (["--rm=perhaps"], 'invalid argument "perhaps" for "--rm" flag: strconv.ParseBool: parsing "perhaps": invalid syntax'),
        (["-n", "3x"], 'invalid argument "3x" for "-n, --count" flag: strconv.ParseInt: parsing "3x": invalid syntax'),
        (["--help", "--bogus"], "unknown flag: --bogus"),
    ],
)  # fmt: skip
def test_refused(words: list[str], text: str) -> None:
    with pytest.raises(BadFlag) as error:
        FLAGS.parse(words)
    assert str(error.value) == text


def test_deprecated_flags_are_told() -> None:
    parsed = FLAGS.parse(["--time", "3"])
    assert parsed.values == {"timeout": 3}
    assert parsed.notices == ["Flag --time has been deprecated, use --timeout instead"]


_value = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1)
_bools = st.sampled_from(["detach", "interactive", "tty", "rm"])
_shorts = {"detach": "-d", "interactive": "-i", "tty": "-t"}


@given(
    st.lists(
        st.tuples(_bools, st.booleans()) | st.tuples(st.just("name"), _value) | st.tuples(st.just("publish"), _value)
    ),
    st.lists(_value.filter(lambda v: v[0] != "-")),
    st.randoms(),
)
def test_what_is_written_is_read(flags: list[tuple[str, Any]], words: list[str], random: Any) -> None:
    """Any flags, in any of their spellings, and any words after "--" come back."""
    argv: list[str] = []
    want: dict[str, Any] = {}
    for name, value in flags:
        if isinstance(value, bool):
            want[name] = value
            spellings = [[f"--{name}={str(value).lower()}"]]
            if value:
                spellings += [[f"--{name}"], *([[_shorts[name]]] if name in _shorts else [])]
            argv += random.choice(spellings)
        else:
            want[name] = value if name == "name" else (*want.get(name, ()), value)
            argv += random.choice([[f"--{name}={value}"], [f"--{name}", value]])
    parsed = FLAGS.parse([*argv, "--", *words])
    assert (parsed.values, parsed.words) == (want, words)


@given(st.lists(st.text(max_size=8)))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    try:
        FLAGS.parse(words)
    except BadFlag as error:
        assert str(error)
