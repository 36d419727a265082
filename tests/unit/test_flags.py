"""Flag values: text to values, and docker's words for what is none. (More of both: test_recordings.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pydock.commands.container.networking import check_mac
from pydock.flags import conditions, devices, mounts, networks, pairs, ports, reference, times, units
from pydock.go.strconv import parse_duration, parse_int


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64m", 64 << 20),
        ("1.5GiB", 3 << 29),
        ("100 kb", 102400),
        ("7", 7),
        ("2tb", 2 << 40),
        ("1P", 1 << 50),
        ("10B", 10),
        ("8191p", 8191 << 50),
        ("8192p", -1 << 63),
        ("1e30", -1 << 63),
    ],
)
def test_sizes(text: str, value: int) -> None:
    assert units.ram_bytes(text) == value


@given(st.integers(0, 2**50), st.sampled_from(["", "b", "k", "kb", "KiB", "m", "G", "tb"]))
def test_sizes_of_any_unit(number: int, unit: str) -> None:
    scale = 1024 ** " kmgt".index(unit[:1].lower() if unit and unit != "b" else " ")
    assume(number * scale < 2**63)
    assert units.ram_bytes(f"{number}{unit}") == int(float(number) * scale)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0x10", 16 * 10**9), ("0b11", 3 * 10**9), ("010", 10**10), ("999999999999", 3875820018684212736), ("9223372037", -9223372036709551616),
        ("-9223372037", 9223372036709551616), ("1e30", 6873995514006732800), ("1e400", 0),
        # Go's other ways to write numbers, with an exponent of 2 too; "010" is octal in a fraction alone
        ("0x1p-2", 25 * 10**7), ("0X.8", 5 * 10**8), ("0x1p+1_0", 1024 * 10**9), ("-0b1.1", -15 * 10**8), ("0o1.4p1", 3 * 10**9), ("1.5p1", 3 * 10**9), ("0b1e1", 10**10),
        ("0x1e2", 482 * 10**9), ("010/0x2", 4 * 10**9), ("1_0.5", 105 * 10**8), ("5.", 5 * 10**9), ("1.5e1000001", 0),
    ],
)  # fmt: skip
def test_of_cpus_that_are_too_many_64_bits_are_left(text: str, value: int) -> None:
    assert units.nano_cpus(text) == value


@given(st.integers(0, 10**6), st.integers(1, 1000))
def test_cpus_are_exact(numerator: int, denominator: int) -> None:
    if numerator * 10**9 % denominator:
        with pytest.raises(ValueError, match="value is too precise"):
            units.nano_cpus(f"{numerator}/{denominator}")
    else:
        assert units.nano_cpus(f"{numerator}/{denominator}") == numerator * 10**9 // denominator


REFUSED: list[tuple[Callable[[str], Any], str, str]] = [
    (units.ram_bytes, "64x", "invalid suffix: 'x'"), (units.ram_bytes, "", "invalid size: ''"), (units.ram_bytes, "-5", "invalid size: '-5'"),
    (units.nano_cpus, "two", "failed to parse two as a rational number"), (units.ulimit, "nofile", "invalid ulimit argument: nofile"),
    (units.weight_device, "x:1", "bad format for device path: x:1"), (units.weight_device, "/dev/x:5", "invalid weight for device: /dev/x:5"),
    (units.rate_device, "/dev/x:9000p", "invalid rate for device: /dev/x:9000p. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb"),
    (pairs.link, "a:b:c", "bad format for links: a:b:c"), (pairs.link, "", "empty string specified for links"),
    (pairs.attach_stream, "x", "valid streams are STDIN, STDOUT and STDERR"), (pairs.env, "=x", "invalid environment variable: =x"),
    (pairs.label, "a b=c", "label 'a b' contains whitespaces"), (pairs.filter_pair, "x", "bad format of filter (expected name=value)"),
    (pairs.ip_address, "1.2.3", "IP address is not correctly formatted: 1.2.3"), (pairs.extra_host, "a:zz", 'invalid IP address in add-host: "zz"'),
    (networks.attachment, "name=n,bogus=1", "invalid field key bogus"), (networks.attachment, "alias=x", "network name/id is not specified"),
    (mounts.mount, "type=volume,dst=/d,bogus=1", "unexpected key 'bogus' in 'bogus=1'"),
    (mounts.mount, 'type=bind,"src=a', 'parse error on line 1, column 17: extraneous or missing " in quoted-field'),
    (devices.gpus, 'driver=a,"b""', 'parse error on line 1, column 14: extraneous or missing " in quoted-field'), (devices.gpus, "options=", "failed to read gpu options: EOF"),
    (devices.gpus, "count=1,count=2", "gpu request key 'count' can be specified only once"),
    (devices.device, "/dev/null:x", "x is not an absolute path"), (ports.publish, "a=b=c,=d", "invalid publish opts format (should be name=value but got '=d')"),
    (ports.publish, "[::1]x:80:80", "invalid IP address [::1]x: address [::1]x:: missing port in address"),
    (ports.publish, "[::1]:1:80:80", "invalid IP address [::1]:1: address [::1]:1:: too many colons in address"),
    (ports.publish, "[[::1]:80:80", "invalid IP address [[::1]: address [[::1]:: unexpected '[' in address"),
    (ports.publish, "x:a:/foo", "invalid IP address: x"), (ports.publish, "a:/foo", "no port specified: a:/foo<empty>"),
    (ports.publish, "a:b/foo", "invalid containerPort: b"), (ports.publish, "a:80/foo", "invalid hostPort: a"),
    (ports.publish, "80-81:1-3/foo", "invalid ranges specified for container and host Ports: 1-3 and 80-81"),
    (ports.publish, "80:80/foo/tcp", "invalid proto: foo"),
    (reference.parse, "a" * 64, f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings"),
    (reference.parse, "Bad", "invalid reference format: repository name (library/Bad) must be lowercase"), (reference.parse, "a:b:c", "invalid reference format"),
    (reference.parse, "", "invalid reference format"),
    *((conditions.condition, text, f"a condition is {conditions.FORMS}") for text in ("", "ready", "healthy=", "Running", "log", "log=", "port=", "=x")),
    (conditions.condition, "log=(", "it is no regular expression: missing ), unterminated subpattern at position 0"),
    *((conditions.condition, f"port={text}", "a port is a number between 1 and 65535") for text in ("x", "0", "65536", "-1", "1.5")),
    (conditions.condition, "port=53/udp", "only TCP ports accept connections"), (conditions.patience, "-1s", "it must not be negative"),
    (conditions.patience, "5", 'time: missing unit in duration "5"'),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "text", "words"), REFUSED, ids=[f"{p.__name__}-{t[:20]}" for p, t, _ in REFUSED])
def test_refused(parse: Callable[[str], Any], text: str, words: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(text)
    assert str(error.value) == words


PARSERS = [
    units.ram_bytes, units.swap_bytes, units.nano_cpus, units.ulimit, units.weight_device, units.rate_device, units.iops_device, pairs.env, pairs.label,
    pairs.filter_pair, pairs.sysctl, pairs.ip_address, pairs.extra_host, pairs.dns_search, pairs.link, pairs.attach_stream, networks.attachment, mounts.mount,
    devices.device, devices.gpus, devices.cgroup_rule, ports.publish, ports.expose, reference.parse, lambda t: mounts.volume(t, "/"), lambda t: times.timestamp(t, 0),
    lambda t: reference.platform(t, "amd64"), conditions.condition, conditions.patience,
]  # fmt: skip
_pieces = st.sampled_from(
    [
        "type=",
        "bind",
        ",",
        "=",
        ":",
        "/",
        "80",
        "-",
        "dst=/x",
        "name",
        "[::1]",
        ".",
        '"',
        "nofile=",
        "all",
        "@sha256:",
        "é",
        " ",
        "1h",
        "Z",
    ]
)


@given(st.sampled_from(PARSERS), st.lists(_pieces, max_size=8).map("".join) | st.text(max_size=12))
def test_any_text_is_a_value_or_a_value_error(parse: Callable[[str], Any], text: str) -> None:
    """No parser ends in anything but a value or docker's words."""
    try:
        parse(text)
    except ValueError as error:
        assert str(error)


_ip = st.sampled_from(["", "127.0.0.1", "0.0.0.0", "[::1]", "[2001:db8::1]"])


@given(
    _ip,
    st.integers(1, 65000),
    st.integers(1, 65000),
    st.integers(0, 20),
    st.sampled_from(["tcp", "udp", "sctp"]),
    st.booleans(),
)
def test_published_ranges(ip: str, host: int, container: int, more: int, protocol: str, named: bool) -> None:
    span = lambda start: f"{start}-{start + more}" if more else str(start)  # noqa: E731
    text = f"{ip}:{span(host)}:{span(container)}/{protocol}" if ip else f"{span(host)}:{span(container)}/{protocol}"
    want = [ports.Binding(f"{container + i}/{protocol}", ip.strip("[]"), str(host + i)) for i in range(more + 1)]
    if max(host, container) + more > 65535:
        return
    assert ports.publish(text) == want


_name = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,5}){0,2}", fullmatch=True)
_domain = st.sampled_from(
    ["", "docker.io", "localhost", "localhost:5000", "reg.example.com", "reg.example.com:443", "[::1]:5000"]
)
_tag = st.just("") | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True)
_digest = st.just("") | st.just("sha256:" + "ab" * 32)


@given(_domain, st.lists(_name, min_size=1, max_size=3), _tag, _digest)
def test_references(domain: str, path: list[str], tag: str, digest: str) -> None:
    if domain in ("", "docker.io") and len(path) > 1 and ("." in path[0] or path[0] == "localhost"):
        return  # such a first part is a domain
    if not domain and len(path) == 1 and not tag and not digest and len(path[0]) == 64:
        return
    text = (
        "/".join([*([domain] if domain else []), *path]) + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    )
    parsed = reference.parse(text)
    assert (parsed.domain, parsed.tag, parsed.digest) == (domain or "docker.io", tag, digest)
    assert reference.parse(str(parsed)) == parsed
    assert reference.parse(parsed.familiar) == parsed
    assert parsed.path.removeprefix("library/") == "/".join(path).removeprefix("library/")


def test_blanks_about_an_address_are_let_be() -> None:
    assert pairs.extra_host("a= 1.2.3.4 ") == "a: 1.2.3.4 "
    check_mac(" 02:42:ac:11:00:02 ")


@pytest.mark.parametrize(
    ("text", "bind"),
    [
        ("/data", ""),
        ("named:/data", "named:/data"),
        ("./d:/d:ro", "/here/d:/d:ro"),
        (".:/x", "/here:/x"),
        ("../d:/d", "/d:/d"),
        ("/abs:/x", "/abs:/x"),
        ("~/x:/x", "~/x:/x"),
        ("d:/d", ""),
    ],
)
def test_volumes(text: str, bind: str) -> None:
    assert mounts.volume(text, "/here") == bind


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10m", "1699999400"),
        ("-5m", "1700000300"),
        ("0", "0"),
        ("1.5", "1.5"),
        ("2023-01-02T03:04:05Z", "1672628645.000000000"),
        ("2023-01-02T03:04:05.25+01:00", "1672625045.250000000"),
    ],
)
def test_moments(text: str, value: str) -> None:
    assert times.timestamp(text, NOW) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bogus", 'failed to parse value as time or duration: "bogus"'), ("99999999999999999999", 'failed to parse value as time or duration: "99999999999999999999"'),
        ("1.", 'failed to parse value as time or duration: "1."'), ("2020-01-32", 'parsing time "2020-01-32": day out of range'),
        ("2020-02-30", 'parsing time "2020-02-30": day out of range'), ("2020-1-1", 'parsing time "2020-1-1" as "2006-01-02": cannot parse "1-1" as "01"'),
        ("2020-01-01T25", 'parsing time "2020-01-01T25": hour out of range'),
    ],
)  # fmt: skip
def test_bad_moments(text: str, words: str) -> None:
    with pytest.raises(ValueError) as error:
        times.timestamp(text, NOW)
    assert str(error.value) == words


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        (units.ram_bytes, "1e999", 'strconv.ParseFloat: parsing "1e999": value out of range'), (units.ram_bytes, "inf", "invalid size: 'inf'"),
        (units.nano_cpus, "1e99999999", "failed to parse 1e99999999 as a rational number"), (units.nano_cpus, "0xg", "failed to parse 0xg as a rational number"),
        *((units.nano_cpus, text, f"failed to parse {text} as a rational number") for text in ("1_.5", "1._5", "0b2", "0x1_p1", "08/2", "1/-2", "1/0", "--1", " 1", "\u0663", "1p10000001", "1.5e-1000000")),
        (parse_int, "9" * 5_000, f'strconv.ParseInt: parsing "{"9" * 5_000}": value out of range'),
        (parse_int, "9" * 5_000 + "x", f'strconv.ParseInt: parsing "{"9" * 5_000}x": invalid syntax'),
        (parse_duration, "9" * 5_000 + "s", f'time: invalid duration "{"9" * 5_000}s"'),
    ],
)  # fmt: skip
def test_numbers_that_nothing_can_hold_are_refused_in_gos_words(
    parse: Callable[[str], int], text: str, words: str
) -> None:
    with pytest.raises(ValueError) as error:
        parse(text)
    assert str(error.value) == words
