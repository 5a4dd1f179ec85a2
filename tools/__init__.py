"""Maintainers' scripts: they work on the repository and are not part of the installed package."""
