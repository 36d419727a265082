"""What `setup` makes for one user: completion, man pages, links; what it has made, and how that is undone."""
