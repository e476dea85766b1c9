"""suds: an older SOAP client of Python, lenient and still in use."""

import datetime
import json

import suds
from suds.client import Client
from suds.sudsobject import asdict

import lines

clients = {}


def client(wsdl):
    path = wsdl.decode()
    if path not in clients:
        clients[path] = Client("file://" + path, cache=None, timeout=20)
    return clients[path]


def load(wsdl):
    found = []
    for definition in client(wsdl).sd:
        for port, methods in definition.ports:
            found += [f"{port.name}.{name}" for name, _ in methods]
    return "\n".join(sorted(found)).encode()


def given(client, value):
    """Values that JSON has no form for, as suds wants them."""
    if isinstance(value, list):
        return [given(client, one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$flags" in value:
        return " ".join(value["$flags"])
    if "$bytes" in value:
        return value["$bytes"]
    return {key: given(client, one) for key, one in value.items()}


def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if hasattr(value, "__keylist__"):
        return {key: plain(one) for key, one in asdict(value).items()}
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)


def call(wsdl, port, operation, arguments):
    bound = client(wsdl)
    bound.set_options(port=port.decode())
    try:
        result = getattr(bound.service, operation.decode())(**given(bound, json.loads(arguments)))
    except suds.WebFault as fault:
        detail = str(getattr(fault.fault, "detail", "") or "")
        told = {"code": str(fault.fault.faultcode), "reason": str(fault.fault.faultstring), "detail": detail}
        return json.dumps({"fault": told}).encode()
    return json.dumps({"result": plain(result)}).encode()


if __name__ == "__main__":
    lines.serve({"load": load, "call": call})
