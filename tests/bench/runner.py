"""Runs programs and measures each. Started with `python -IS`, and told on stdin what to run, a JSON object for each line.

Linux counts for a new program what the process that starts it had in memory. This process has less than any program
that is measured, so that the peak is the program's own.
"""

import json
import os
import sys
import time


def measure(
    argv: "list[str]", env: "dict[str, str]", cwd: str, stdin: str, stdout: str, stderr: str
) -> "dict[str, float]":
    """Run argv, with files as its streams. Returns seconds, CPU seconds, peak memory in MB, and the exit code."""
    files = [os.open(stdin, os.O_RDONLY)]
    files += [os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for name in (stdout, stderr)]
    os.chdir(cwd)
    start = time.perf_counter()
    moves = [(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(files)]
    child = os.posix_spawn(argv[0], argv, env, file_actions=moves)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    for file in files:
        os.close(file)
    return {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
    }


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(measure(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
