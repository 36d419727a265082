"""Values of the shapes that the API promises: any of them, as a strange engine may send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pydock.shape import Shape, opt


def values(shape: Shape, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """texts: what strings are made of."""
    if isinstance(shape, opt):
        return st.none() | values(shape.shape, texts)
    if isinstance(shape, list):
        return st.lists(values(shape[0], texts), max_size=2)
    if isinstance(shape, dict) and str in shape:
        return st.dictionaries(texts, values(shape[str], texts), max_size=2)
    if isinstance(shape, dict):
        made = {key: values(wanted, texts) for key, wanted in shape.items()}
        needed = {key for key, wanted in shape.items() if not isinstance(wanted, opt)}
        return st.fixed_dictionaries(
            {k: v for k, v in made.items() if k in needed}, optional={k: v for k, v in made.items() if k not in needed}
        )
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: texts, int: st.integers(-3, 1 << 40), bool: st.booleans(), list: st.lists(texts, max_size=2),
        dict: st.dictionaries(texts, st.none() | texts | st.integers(-2, 9), max_size=2),
    }  # fmt: skip
    return simple[shape]
