"""Go templates: grammar, values, printing, errors. (Against the real docker: live/test_parity.)"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.go.kinds import untyped
from pydock.go.template.execute import ExecError, ParseError, Template
from pydock.views.gotypes import decode

DATA = {
    "Name": "/web",
    "Env": ["A=1", "B=2"],
    "Labels": {"b": "2", "a": "1"},
    "Count": 5,
    "Ratio": 1.5,
    "None": None,
    "Empty": [],
    "On": True,
}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("{{.Name}} {{.Env}} {{.Labels}} {{.Count}} {{.Ratio}} {{.None}} {{.On}}", "/web [A=1 B=2] map[a:1 b:2] 5 1.5 <no value> true"),
        ("{{range $i, $e := .Env}}{{$i}}={{$e}};{{end}}", "0=A=1;1=B=2;"),
        ("{{range $k, $v := .Labels}}{{$k}}{{$v}} {{end}}", "a1 b2 "),
        ("{{range .Empty}}x{{else}}none{{end}}", "none"),
        ("{{range 3}}{{.}}{{end}}", "012"),
        ("{{range .Env}}{{if eq . \"A=1\"}}{{continue}}{{end}}{{.}}{{break}}{{end}}", "B=2"),
        ("{{if and .Env (not .None)}}a{{else if .On}}b{{else}}c{{end}}", "a"),
        ("{{with .None}}x{{else with .Name}}{{.}}{{end}}", "/web"),
        ("{{with $x := .Count}}{{$x}}{{$.Name}}{{end}}", "5/web"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"),
        ('{{define "t"}}<{{.}}>{{end}}{{template "t" .Name}}', "</web>"),
        ('{{block "b" .Env}}{{len .}}{{end}}', "2"),
        ("a {{- .Count -}} b {{/* no */}}{{- /* no */ -}} c", "a5b c"),
        ("{{.Name | printf \"%q\" | len}}", "6"),
        ("{{(index .Env 0) | lower}} {{index .Labels \"a\"}} {{slice .Name 1 3}}", "a=1 1 we"),
        ("{{print 1 2 \"a\" \"b\" 3}}|{{println .Count \"x\"}}", "1 2ab3|5 x\n"),
        ("{{printf \"%+v %+v\" 5 1.5}}", "5 1.5"),
        ("{{printf \"%5d|%-5d|%05d|%x|%+d|%c|%U\" 42 42 42 255 5 65 65}}", "   42|42   |00042|ff|+5|A|U+0041"),
        ("{{printf \"%s %v %q %t %T\" .Name .Env .Name .On .Name}}", "/web [A=1 B=2] \"/web\" true string"),
        ("{{printf \"%d %s\" .Name}} {{printf \"%d\" 1 2}}", "%!d(string=/web) %!s(MISSING) 1%!(EXTRA int=2)"),
        ("{{json .Labels}} {{json .None}} {{json .Name}}", '{"a":"1","b":"2"} null "/web"'),
        ("{{join .Env \",\"}} {{split \"a,b\" \",\"}} {{upper \"a\"}} {{title \"ab cd\"}} {{pad \"x\" 1 2}}| {{truncate \"abc\" 2}}", "A=1,B=2 [a b] A Ab Cd  x  | ab"),
        ("{{html \"<a&'>\"}} {{js \"a'b\\n\"}} {{urlquery \"a b&\"}}", "&lt;a&amp;&#39;&gt; a\\'b\\u000A a+b%26"),
        ("{{eq .Count 5}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt \"b\" \"a\"}} {{ge 1.5 2.5}} {{eq .Count 1 5}}", "true true true true true false true"),
        ("{{and 1 0 2}} {{or 0 \"\" \"x\"}} {{not 0}}", "0 x true"),
        ("{{eq . .None}} {{eq .None .None}} {{join nil \",\"}}|{{printf \"%#x|% x|%+v|%+d\" \"ab\" \"ab\" 5 5}}", "false true |0x6162|61 62|5|+5"),
        ("{{printf \"%p|%p|%d\" .Name .None .None}}", "%!p(string=/web)|%!p(<nil>)|%!d(<nil>)"),
        ("{{1e3}} {{0x10}} {{'a'}} {{`raw\\n`}} {{\"\\u00e9\\t\"}} {{1_000}} {{0b11}}", "1000 16 97 raw\\n é\t 1000 3"),
    ],
)  # fmt: skip
def test_what_templates_give(text: str, want: str) -> None:
    assert Template(text).execute(DATA) == want


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{end}}", "template: :1: unexpected {{end}}"), ("{{if .Name}}", "template: :1: unexpected EOF"), ("{{.Name", "template: :1: unclosed action"),
        ("{{bogus .Name}}", 'template: :1: function "bogus" not defined'), ("{{$x}}", 'template: :1: undefined variable "$x"'),
        ("{{if}}x{{end}}", "template: :1: missing value for if"), ("{{break}}", "template: :1: {{break}} outside {{range}}"),
        ("{{.Name | 1}}", "template: :1: non executable command in pipeline stage 2"), ("{{(.Name}}", "template: :1: unclosed left paren"),
        ("{{.Name)}}", "template: :1: unexpected right paren"), ("{{\"a}}", "template: :1: unterminated quoted string"), ("\n{{1a}}", 'template: :2: bad number syntax: "1a"'),
        ("{{-\n/* c */}}{{bogus}}", 'template: :2: function "bogus" not defined'), ("{{/* c\n */\n-}}{{bogus}}", 'template: :3: function "bogus" not defined'),
        ("{{if\n-}}", "template: :2: missing value for if"), ("{{.Name\n-}}{{end}}", "template: :2: unexpected {{end}}"),
        ("{{-\n/* c\n */ }}", "template: :2: comment ends before closing delimiter"),
        ("{{/* x }}", "template: :1: unclosed comment"), ("{{-  /* x */}}", 'template: :1: unexpected "/" in command'), ("{{-\n /* x */}}", 'template: :2: unexpected "/" in command'), ("{{if .", 'template: :1: illegal number syntax: "."'), ("{{0x}}", 'template: :1: illegal number syntax: "0x"'),
        ("{{..}}", "template: :1: unexpected <.> in operand"), ("{{nil.x}}", 'template: :1: unexpected . after term "nil"'),
    ],
)  # fmt: skip
def test_what_is_no_template(text: str, words: str) -> None:
    with pytest.raises(ParseError) as error:
        Template(text)
    assert str(error.value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{.Bogus}}", 'template: :1:2: executing "" at <.Bogus>: map has no entry for key "Bogus"'),
        ("a\n{{.Name.Bogus}}", "template: :2:7: executing \"\" at <.Name.Bogus>: can't evaluate field Bogus in type interface {}"),
        ("{{nil}}", 'template: :1:2: executing "" at <nil>: nil is not a command'),
        ("{{index .Env 9}}", 'template: :1:2: executing "" at <index .Env 9>: error calling index: index out of range: 9'),
        ("{{index .Env -1}}", 'template: :1:2: executing "" at <index .Env -1>: error calling index: index out of range: -1'),
        ("{{len .Env | index .Env}}", 'template: :1:13: executing "" at <index .Env>: error calling index: reflect: slice index out of range'),
        ("{{len .Name | index .Name}}", 'template: :1:14: executing "" at <index .Name>: error calling index: reflect: string index out of range'),
        ("{{upper .Env}}", 'template: :1:8: executing "" at <.Env>: wrong type for value; expected string; got []interface {}'),
        ("{{upper}}", 'template: :1:2: executing "" at <upper>: wrong number of args for upper: want 1 got 0'),
        ("{{lt 1 \"a\"}}", 'template: :1:2: executing "" at <lt 1 "a">: error calling lt: incompatible types for comparison'),
        ("{{.Name 1}}", "template: :1:2: executing \"\" at <.Name>: Name is not a method but has arguments"),
        ("{{template \"x\"}}", 'template: :1:11: executing "" at <{{template "x"}}>: template "x" not defined'),
        ("{{join 'x' \",\"}}", 'template: :1:7: executing "" at <\'x\'>: can\'t handle \'x\' for arg of type []string'),
        ("{{range 3}}{{.X}}{{end}}", 'template: :1:13: executing "" at <.X>: can\'t evaluate field X in type int'),
        ("{{upper nil}}", 'template: :1:8: executing "" at <nil>: cannot assign nil to string'),
        ("{{upper .None}}", 'template: :1:8: executing "" at <.None>: wrong type for value; expected string; got interface {}'),
        ("{{upper (.Name | print | len)}}", 'template: :1:25: executing "" at <len>: wrong type for value; expected string; got int'),
        ("{{range or .Name .Env}}{{end}}", 'template: :1:11: executing "" at <.Name>: range can\'t iterate over /web'),
        ("{{lt .Env 1}}", 'template: :1:2: executing "" at <lt .Env 1>: error calling lt: invalid type for comparison'),
        ("{{eq .Env .Labels}}", 'template: :1:2: executing "" at <eq .Env .Labels>: error calling eq: non-comparable types [A=1 B=2]: []interface {}, map[string]interface {}: map[a:1 b:2]'),
        ("{{.Name | call}}", 'template: :1:10: executing "" at <call>: error calling call: non-function /web of type string'),
        ("{{range .Name}}{{end}}", 'template: :1:8: executing "" at <.Name>: range can\'t iterate over /web'),
    ],
)  # fmt: skip
def test_what_does_not_fit(text: str, words: str) -> None:
    with pytest.raises(ExecError) as error:
        Template(text).execute(untyped(DATA), missing="error")
    assert str(error.value) == words


def test_typed_structs() -> None:
    """Go's names, order, zero values and String methods."""
    value = decode(
        "container.InspectResponse",
        {
            "Id": "abc",
            "HostConfig": {"RestartPolicy": {"Name": "no"}, "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]},
            "Config": {"Healthcheck": {"Test": ["CMD"], "Interval": 1500000000}, "Labels": None},
        },
    )
    for text, want in [
        ("{{.ID}} {{.HostConfig.RestartPolicy}} {{.HostConfig.Memory}} {{.HostConfig.Binds}}", "abc {no 0} 0 []"),
        (
            "{{.HostConfig.Ulimits}} {{.Config.Healthcheck}} {{.Config.Healthcheck.Interval}}",
            "[nofile=1:2] {[CMD] 1.5s 0s 0s 0s 0} 1.5s",
        ),
        (
            "{{json .HostConfig.Ulimits}} {{json .Config.Labels}} {{.State}} {{.SizeRw}}",
            '[{"Name":"nofile","Hard":2,"Soft":1}] null <nil> <nil>',
        ),
        ('{{index .Config.Labels "x"}}| {{.Config.Labels.x}}', "| <no value>"),
    ]:
        assert Template(text).execute(value) == want


_pieces = st.sampled_from(
    '{{ }} {{- -}} .Name .Env . $ $x := = | ( ) if else end range with define template block "t" 1 \'a\' nil true index len printf "%d" , break /* */ \n upper'.split(
        " "
    )
)


@given(st.lists(_pieces, max_size=14).map(" ".join))
def test_any_text_is_a_template_or_a_parse_error(text: str) -> None:
    """Nothing but the two errors ever comes out."""
    try:
        Template(text).execute(untyped(DATA), missing="error")
    except (ParseError, ExecError) as error:
        assert str(error).startswith("template: ")


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda i: st.lists(i, max_size=3) | st.dictionaries(st.text(), i, max_size=3),
    max_leaves=8,
)


@given(_json)
def test_json_of_any_value_is_that_value(value: Any) -> None:
    assert json.loads(Template("{{json .}}").execute(untyped(value))) == value
