"""Random command lines, given to docker's own CLI and to pydock: what they print, send and write is compared.

words      command lines from a seed: flags by their kinds, with good, bad and odd values, and arguments
engine     what both talk to: an engine and a registry with canned answers, which keep every request
compare    one line with both clients, each in the same folders; what differs, and what may
run        the long run: scripts/fuzz lines --seed N --count N
"""
