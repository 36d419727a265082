"""Layers of images: what two engines have in common, and the files of an archive that hold it."""

from __future__ import annotations

from pydock.commands.image.layers import in_common, names, old_ids, sizes

#: of a real image, with the folders that Engine 20.10 gave its layers in an archive; the top one's depends on more
LAYERS = [
    "sha256:d15147fba8fea441d33aae4bb5ee38e8e5823887e896fe9581bf0b3e128dd655",
    "sha256:d6ad0939d0c1309ede68ba63825f9bf766df6b523fb28ebf33fafe3d8c68850c",
    "sha256:46437fb12c903562744ae2a350c5d0cdb6a08d4c7a94d63cf1edce06491a30d9",
    "sha256:ecc540717d8b13dffd4857090a42635ddea489a8db3c75da6e0ca6d7978b3f33",
]
FOLDERS = [
    "a5f1764115ee873da55c49748ec04cb06d387692cdf90fb4e8abeba0971936d5",
    "4f4775b01d3ae0f54f22f2f3b10a0d83f0bbdd0a0412f48fccde200d1180c5ec",
    "7bd197f0632f38fa5f71f3ba9fa342acbec4f380365493fae2658be8892e55a4",
]


def test_what_is_in_common_counts_from_the_bottom() -> None:
    for others, count in (
        ([], 0),
        ([["a"], ["a", "b", "x"], ["b", "c"]], 2),
        ([["x", "b", "c"]], 0),
        ([["a", "b", "c", "d"]], 3),
        ([[]], 0),
    ):
        assert in_common(["a", "b", "c"], others) == count


def test_how_archives_name_layers() -> None:
    assert old_ids(LAYERS) == FOLDERS
    blobs = [f"blobs/sha256/{layer.partition(':')[2]}" for layer in LAYERS]
    assert names(LAYERS, 0) == set()
    assert names(LAYERS, 2) == {*blobs[:2], *(f"{folder}/layer.tar" for folder in FOLDERS[:2])}
    # the top layer's folder is not known: it is sent
    assert names(LAYERS, 4) == {*blobs, *(f"{folder}/layer.tar" for folder in FOLDERS)}
    # the same content above is the same file, or a link to it: it is needed
    twice = [*LAYERS[:2], LAYERS[0], LAYERS[3]]
    assert names(twice, 2) == {blobs[1], f"{FOLDERS[1]}/layer.tar"}


def test_sizes_are_those_of_the_steps_that_made_layers() -> None:
    history = [{"Size": 3}, {"Size": 0}, {"Size": 2}, {}, {"Size": 1}]
    assert sizes(history, ["a", "b", "c"]) == [1, 2, 3]
    assert sizes(history, ["a", "b"]) is None
