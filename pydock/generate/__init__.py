"""What is derived from the declarations: the index of commands, completion scripts, man pages."""
