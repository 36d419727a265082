"""Generators of files from the declarations: the index of commands, completion scripts, man pages."""
