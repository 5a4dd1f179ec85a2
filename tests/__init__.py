"""The tests. A package, so that another `tests` on the path can never take its place."""
