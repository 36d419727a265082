"""A server of registries' tokens, for tests: python token_server.py PORT FOLDER.

https://distribution.github.io/distribution/spec/auth/token/, …/oauth/ and …/jwt/. In FOLDER: key.pem and cert.pem, which it signs
with; "log", to which it writes a line for each request: method, user, scope.
"""

from __future__ import annotations

import base64
import http.server
import json
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

USER, PASSWORD, REFRESH = "user", "secret", "an-identity-token"


def compact(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(folder: Path, service: str, subject: str, scopes: list[str]) -> str:
    """A JWT (ES256) that allows what is asked for; nobody may read team/hidden, and who is not known may only pull."""
    key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes()).public_bytes(serialization.Encoding.DER)
    access = []
    for scope in " ".join(scopes).split():
        kind, name, actions = scope.split(":")
        allowed = [a for a in actions.split(",") if name != "team/hidden" and (subject or a == "pull")]
        access.append({"type": kind, "name": name, "actions": allowed})
    now = int(time.time())
    claims = {
        "iss": "tests",
        "sub": subject,
        "aud": service,
        "exp": now + 300,
        "nbf": now - 10,
        "iat": now,
        "jti": str(time.time_ns()),
        "access": access,
    }
    head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(der).decode()]}
    text = ".".join(compact(json.dumps(part).encode()) for part in (head, claims))
    r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{compact(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def handler(folder: Path) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            kind, _, pair = self.headers.get("Authorization", "").partition(" ")
            user, _, password = base64.b64decode(pair).decode().partition(":") if kind == "Basic" else ("", "", "")
            self.answer(query, user, not user or (user, password) == (USER, PASSWORD))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            user = form.get("username", [USER])[0]
            ok = (
                form.get("password") == [PASSWORD]
                if form["grant_type"] == ["password"]
                else form.get("refresh_token") == [REFRESH]
            )
            if (folder / "no-forms").exists():
                self.send_error(405)
            else:
                self.answer(form, user, ok)

        def answer(self, asked: dict[str, list[str]], user: str, ok: bool) -> None:
            with open(folder / "log", "a") as log:
                log.write(f"{self.command} {user or '-'} {' '.join(asked.get('scope', []))}\n")
            name = "access_token" if self.command == "POST" else "token"
            body = {
                name: token(folder, asked["service"][0], user, asked.get("scope", [])),
                "expires_in": 300,
                "issued_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            }
            data = json.dumps(
                body if ok else {"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]}
            ).encode()
            self.send_response(200 if ok else 401)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words: object) -> None:
            pass

    return Handler


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler(Path(sys.argv[2]))).serve_forever()
