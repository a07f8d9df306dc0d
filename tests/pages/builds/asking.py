"""Questions to the sandbox, as tests ask them."""

from html import unescape
from urllib.parse import urlencode

from django.test import Client

from tests.reporting import STACK

ADDRESS = "/runtimes/sandbox/"


def text_of(client: Client, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200, address
    return unescape(reply.content.decode())


def asked(client: Client, *files: tuple[str, str], **settings: str) -> str:
    """The page that answers these files by its address."""
    names, contents = [name for name, _content in files], [content for _name, content in files]
    query = urlencode({"stack": STACK, **settings, "name": names, "content": contents}, doseq=True)
    return text_of(client, f"{ADDRESS}?{query}")


def posted(client: Client, **fields: object) -> str:
    """The page after sending the form, a redirect to the answer's own address followed."""
    reply = client.post(ADDRESS, {"stack": STACK, "arch": "amd64", **fields}, follow=True)
    assert reply.status_code == 200
    return unescape(reply.content.decode())
