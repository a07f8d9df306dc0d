"""Properties, tried on many made-up values. No clock decides: a slow machine is no failure."""

from hypothesis import settings

settings.register_profile("portal", deadline=None, database=None, print_blob=True)
settings.load_profile("portal")
