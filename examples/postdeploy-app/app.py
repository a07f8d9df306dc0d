"""A web server of the standard library that binds the port it is given."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Page(BaseHTTPRequestHandler):
    """Answers every path alike."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"It listens where it should.\n")


print("Listening on port " + os.environ["PORT"])
ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Page).serve_forever()
