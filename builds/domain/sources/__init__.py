"""The files in which an app can ask for a Python version: one module each, pure functions over the file's bytes."""
