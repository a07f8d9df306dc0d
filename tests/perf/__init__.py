"""Benchmarks: what the portal promises about speed, measured. `bin/bench` runs them; they are no tests.

Each module here that has a function `measure` is one goal, called like the module. It takes nothing and answers with a
`Figure` (measuring.py). Whatever it is compared with runs in the same process, one round beside the other, because
absolute times wander. A database is at hand, migrated and empty but for what other goals left in it.
"""
