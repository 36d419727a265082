"""`stack config`, and the compose files that it shares with `stack deploy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydock.commands.stack.namespace import orchestrator_flag
from pydock.errors import Failure, failing
from pydock.flags import pairs
from pydock.options import Options, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.compose.loading import ComposeFile, Surroundings


def compose_file_flag(since: str = "") -> Any:
    return flag(
        "-c",
        "--compose-file",
        parse=pairs.words,
        metavar="strings",
        since=since,
        help='Compose file to read; "-" for stdin; repeatable',
        sources="files",
    )


@options
class ConfigOptions(Options):
    compose_file: tuple[str, ...] = compose_file_flag()
    skip_interpolation: bool = flag("--skip-interpolation", help="Merge the files only, and leave their variables")
    orchestrator: str = orchestrator_flag()


@command("stack config", ConfigOptions, "Print the final config file, merged and interpolated", since="1.25")
def config(app: App, o: ConfigOptions) -> None:
    from pydock.compose.loading import load, text_of

    files = read_files(app, o.compose_file)
    with failing():
        text = text_of(load(files, surroundings(app, o.compose_file), not o.skip_interpolation))
    app.out.write(text)


def read_files(app: App, paths: tuple[str, ...]) -> list[ComposeFile]:
    """Raises Failure."""
    from pydock.compose.loading import parse

    if not paths:
        raise Failure("Specify a Compose file (with --compose-file)")
    files = []
    for path in paths:
        data = app.stdin.read() if path == "-" else app.files.read(path)
        with failing():
            files.append(parse(path, data))
    return files


def surroundings(app: App, paths: tuple[str, ...]) -> Surroundings:
    """Relative paths in all files begin at the folder of the first one; at the current one for stdin alone."""
    from pydock.compose.loading import Surroundings
    from pydock.go.filepath import clean, parent

    cwd = app.files.cwd()
    folder = cwd if paths == ("-",) else parent(paths[0] if paths[0].startswith("/") else clean(f"{cwd}/{paths[0]}"))
    return Surroundings(folder, app.environ, app.files.read, app.log.warning)
