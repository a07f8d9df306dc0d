"""The app itself is the package; what it depends on is named here instead of in a requirements.txt."""

from setuptools import setup

setup(
    name="greeting",
    version="1.0",
    packages=["greeting"],
    install_requires=["itsdangerous>=1.1"],
)
