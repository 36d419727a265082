"""The local destinations of a build's outputs: folders, files, stdout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydock.commands.build.result import descriptor
from pydock.errors import Failure
from pydock.flags.builds import Output
from pydock.go.strconv import is_true

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.files.atomic import WholeFile


#: the name of the exported OCI layout in the protocol
STORE = "export"


class Destinations:
    """The local destinations of a build's outputs. A context manager: files are created only by keep().

    folders, sinks: by the number of the output; stores: an OCI layout, by its name in the protocol."""

    def __init__(self, app: App, outputs: list[Output]) -> None:
        """Raises Failure with buildx's messages."""
        self.folders: dict[int, str] = {}
        self.sinks: dict[int, Callable[[bytes], None]] = {}
        self.stores: dict[str, str] = {}
        self._app, self._kept = app, False
        self._files: list[WholeFile] = []
        stdout = False
        try:
            for i, one in enumerate(o for o in outputs if o.kind != "cacheonly"):
                archive = one.kind == "tar" or (
                    one.kind in ("oci", "docker") and is_true(one.attributes.get("tar", ""), True)
                )
                if one.kind == "local":
                    self.folders[i] = _folder(app, one)
                elif one.kind in ("oci", "docker") and not archive:
                    if STORE in self.stores:
                        raise Failure(
                            f'oci store key "{STORE}" already exists: only one result can be written as a layout (tar=false)'
                        )
                    self.stores[STORE] = _folder(app, one)
                elif archive and (one.destination == "-" or (not one.destination and one.kind != "docker")):
                    if stdout:
                        raise Failure("multiple outputs configured to write to stdout")
                    if app.out.is_terminal:
                        raise Failure(f"dest file is required for {one.kind} exporter. refusing to write to console")
                    self.sinks[i], stdout = app.out.put, True
                elif archive and one.destination:
                    file = _file(app, one)
                    self._files.append(file)
                    self.sinks[i] = file.write
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Destinations:
        return self

    def keep(self, response: Mapping[str, str]) -> None:
        """After a successful build: keep the files, and tag the image in a layout, as the exporter's response says.
        Raises Failure.
        """
        self._kept = True
        if STORE in self.stores:
            layout, names = (
                self._app.builder.layout(self.stores[STORE]),
                [n for n in response.get("image.name", "").split(",") if n],
            )
            image = descriptor(response.get("containerimage.descriptor", ""), encoded=True)
            layout.check(image)
            layout.put(image, names, tag="latest")

    def __exit__(self, *problem: Any) -> None:
        for file in self._files:
            file.close(self._kept)


def _folder(app: App, one: Output) -> str:
    if not one.destination:
        raise Failure(f"dest is required for {one.kind} exporter")
    if one.destination == "-":
        raise Failure(f"dest cannot be stdout for {one.kind} exporter")
    try:
        kind = app.files.kind(one.destination)
    except Failure as failure:
        raise Failure(f"invalid destination directory: {one.destination}: {failure.message}") from None
    if kind == "file":
        raise Failure(f"destination directory {one.destination} is a file")
    return one.destination


def _file(app: App, one: Output) -> WholeFile:
    try:
        kind = app.files.kind(one.destination)
    except Failure as failure:
        raise Failure(f"invalid destination file: {one.destination}: {failure.message}") from None
    if kind == "folder":
        raise Failure(f"destination file {one.destination} is a directory")
    return app.files.open_whole(one.destination, 0o666, alike=True)
