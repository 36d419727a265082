"""Where the tests of a command are: in tests/unit/commands, as its module is in pydock/commands."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE, TESTS = ROOT / "pydock" / "commands", ROOT / "tests" / "unit" / "commands"
MODULES = sorted(path.relative_to(CODE) for path in CODE.rglob("*.py") if path.name != "__init__.py")

#: modules that are seen only through others, and the tests that see what they do
ELSEWHERE = {
    # docker's own lines: what it sends for each flag
    "service/body.py": "service/test_lines.py", "service/changes.py": "service/test_lines.py", "service/create.py": "service/test_lines.py",
    "service/options.py": "service/test_lines.py", "service/references.py": "service/test_lines.py", "service/scale.py": "service/test_lines.py",
    "service/send.py": "service/test_update.py", "service/progress.py": "service/test_converge.py",
    # docker's own documents: what it writes, and sends
    "stack/composed.py": "stack/test_compose.py", "stack/mounts.py": "stack/test_compose.py", "stack/namespace.py": "stack/test_compose.py", "stack/specs.py": "stack/test_compose.py",
    "stack/resources.py": "stack/test_deploy.py", "stack/rollout.py": "stack/test_deploy.py", "stack/service_spec.py": "stack/test_compose.py",
    "swarm/options.py": "swarm/test_init.py", "swarm/texts.py": "swarm/test_keys.py",
    "stored.py": "test_secret.py", "tasks.py": "service/test_ps.py",
    "build/running.py": "build/test_build.py", "container/create_options.py": "container/test_body.py",
    "container/copying.py": "container/test_cp.py",
    "container/anew.py": "container/test_recreate.py", "container/line.py": "container/test_as_run.py", "container/own.py": "container/test_as_run.py",
}  # fmt: skip


def own(module: Path) -> list[Path]:
    """Where a module's tests may be: a file of its own, or one for its whole folder."""
    return [TESTS / module.parent / f"test_{module.name}", TESTS / f"test_{module.parent}.py"]


@pytest.mark.parametrize("module", MODULES, ids=Path.as_posix)
def test_every_module_of_commands_has_its_tests(module: Path) -> None:
    elsewhere = ELSEWHERE.get(module.as_posix())
    found = [path for path in own(module) if path.exists()]
    if elsewhere:
        assert not found, f"{module} has tests of its own: it is not to be in ELSEWHERE"
        found = [path for path in [TESTS / elsewhere] if path.exists()]
    assert found, f"no tests of {module}: there is no {own(module)[0].relative_to(ROOT)}"


def test_no_module_is_excused_that_is_not_there() -> None:
    assert set(ELSEWHERE) <= {module.as_posix() for module in MODULES}
