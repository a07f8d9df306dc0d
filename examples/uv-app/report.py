"""Prints what the dependency says, how it came, and that the one for developers did not."""

import json
from importlib.metadata import distribution
from importlib.util import find_spec

from greeting import greet

greeting = distribution("greeting")
installer = (greeting.read_text("INSTALLER") or "nobody").strip()
wheel = json.loads(greeting.read_text("direct_url.json") or "{}").get("url", "an index").rpartition("/")[2]

print(greet())
print(f"greeting {greeting.version}, installed by {installer} from {wheel}")
print("with developers' tools" if find_spec("rehearsal") else "without developers' tools")
