"""EC2's instance metadata service, version 2, played: a token first and nothing without it, then user data and the role's credentials."""

import datetime
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROLE = "/latest/meta-data/iam/security-credentials/"


class Metadata:
    """On a port of its own; it ends with the process, or by `close`."""

    def __init__(self, user_data, key="AKIDPLAYED", secret="played", sick=0):
        self.user_data, self.key, self.secret = user_data, key, secret
        # So many requests are answered with 503 first.
        self.sick = sick
        self.asked = []
        self.token = secrets.token_hex(16)
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                service.answer(self)

            do_GET = do_PUT

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler):
        status, body = self.says(handler.command, handler.path, handler.headers)
        handler.send_response(status)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    def says(self, method, path, headers):
        self.asked.append((method, path))
        if self.sick > 0:
            self.sick -= 1
            return 503, ""
        if (method, path) == ("PUT", "/latest/api/token") and headers.get("x-aws-ec2-metadata-token-ttl-seconds"):
            return 200, self.token
        if headers.get("x-aws-ec2-metadata-token") != self.token:
            return 401, ""
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)
        answers = {
            "/latest/user-data": self.user_data,
            ROLE: "host",
            f"{ROLE}host": json.dumps({
                "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": self.key, "SecretAccessKey": self.secret, "Token": "session",
                "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ")})}
        return (200, answers[path]) if method == "GET" and path in answers else (404, "")
