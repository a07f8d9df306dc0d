"""The process that builds, and the only one that runs an app's code. It knows the portal by its API alone."""

NAME = "runtime-portal builder"
VERSION = "0.1.0"
