"""A real provider of OpenID Connect, Canaille, on loopback and with a memory of its own. The address that it calls itself is the first
line that is printed; it ends when its input ends.

usage: oidc_provider.py CLIENT SECRET-FILE ADDRESS PASSWORD-FILE LOGIN[:GROUP]…
       CLIENT is the console, which browsers reach at ADDRESS; whoever signs in has the password of the file
"""
import datetime
import os
import pathlib
import sys
import threading
import uuid

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import portpicker
from joserfc.jwk import JWKRegistry
from pytest_iam import Backend, Server, create_app

client_id, secret, address, password, *people = sys.argv[1:]
password = pathlib.Path(password).read_text().strip()
port = portpicker.pick_unused_port()
key = JWKRegistry.generate_key("RSA", 2048)
key.ensure_kid()
quiet = {
    "version": 1, "disable_existing_loggers": False, "handlers": {"none": {"class": "logging.NullHandler"}},
    "loggers": {"canaille": {"handlers": ["none"]}},
}
app = create_app(config={
    "TESTING": True, "ENV_FILE": None, "SECRET_KEY": str(uuid.uuid4()), "WTF_CSRF_ENABLED": False,
    "PREFERRED_URL_SCHEME": "http", "SERVER_NAME": f"localhost:{port}",
    "CANAILLE": {
        "DATABASE": "memory", "JAVASCRIPT": False, "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}}, "LOGGING": quiet,
    },
    "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
})
server = Server(app, port, Backend.instance)
backend, models = server.backend, server.models
with app.app_context():
    users, members = [], {}
    for person in people:
        login, _, group = person.partition(":")
        user = models.User(
            # What it tells as 'preferred_username' is the name to be shown.
            user_name=login, display_name=login, family_name=login, formatted_name=f"{login} at Canaille", emails=[f"{login}@works.example"],
            password=password)
        backend.save(user)
        users.append(user)
        if group: members.setdefault(group, []).append(user)
    for group, those in members.items(): backend.save(models.Group(display_name=group, members=those))
    client = models.Client(
        client_id=client_id, client_secret=pathlib.Path(secret).read_text().strip(), client_name="Waybill",
        client_id_issued_at=datetime.datetime.now(datetime.timezone.utc), contacts=["console@works.example"],
        client_uri=address, redirect_uris=[f"{address}/sign-in/provider/done"],
        post_logout_redirect_uris=[f"{address}/sign-in"], grant_types=["authorization_code"], response_types=["code"],
        token_endpoint_auth_method="client_secret_basic", scope=["openid", "profile", "email", "groups"],
        id_token_signed_response_alg="RS256")
    backend.save(client)
    backend.update(client, audience=[client])
    backend.save(client)
# That they are asked whether the console may know who they are is the provider's matter.
for user in users: server.consent(user, client)
threading.Thread(target=server.httpd.serve_forever, daemon=True).start()
print(f"http://localhost:{port}", flush=True)
sys.stdin.read()
