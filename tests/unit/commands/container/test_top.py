"""`top`."""

from __future__ import annotations

from tests.support.cli import cli


def test_options_of_ps_are_sent_as_one_text_and_where_there_are_any() -> None:
    table = {("GET", "/containers/web/top"): {"Titles": ["PID", "CMD"], "Processes": [["1", "sh"]]}}
    for words, sent in (((), {}), (("",), {"ps_args": ""}), (("-o", "pid,cmd"), {"ps_args": "-o pid,cmd"})):
        done = cli("top", "web", *words, table=table)
        assert (done.out.split(), done.requests[0].query) == (["PID", "CMD", "1", "sh"], sent)
