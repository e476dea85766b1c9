"""zeep: a SOAP client of Python that checks what it reads against the schema."""

import base64
import datetime
import decimal
import json

import lxml.etree
import zeep
import zeep.helpers
import zeep.xsd
from zeep import Client, Settings

import lines

clients = {}


def client(wsdl):
    """The client of a description, loaded once; a schema that is not quite right is an error."""
    path = wsdl.decode()
    if path not in clients:
        clients[path] = Client(path, settings=Settings(strict=True, xml_huge_tree=False))
    return clients[path]


def load(wsdl):
    """The operations of every port."""
    found = []
    for service in client(wsdl).wsdl.services.values():
        for port in service.ports.values():
            found += [f"{port.name}.{name}" for name in port.binding._operations]
    return "\n".join(sorted(found)).encode()


def echo(wsdl, document):
    """Reads an element as the schema says, and writes what it has understood."""
    schema = client(wsdl).wsdl.types
    xml = lxml.etree.fromstring(document)
    element = schema.get_element(xml.tag)
    # An element without parts is read as nothing, which it is.
    value = element.parse(xml, schema) if len(xml) else element()
    parent = lxml.etree.Element("parent")
    element.render(parent, value)
    return lxml.etree.tostring(parent[0])


def given(value):
    """Values that JSON has no form for, as zeep wants them."""
    if isinstance(value, list):
        return [given(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$flags" in value:
        return value["$flags"]
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$any" in value:
        name, content = value["$any"]
        return zeep.xsd.AnyObject({"int": zeep.xsd.Int(), "string": zeep.xsd.String()}[name], content)
    return {key: given(one) for key, one in value.items()}


def plain(value):
    """Values of Python as JSON has them."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(value.seconds, 60)
        fraction = f"{value.microseconds:06}".rstrip("0")
        return f"P{value.days}DT{minutes // 60}H{minutes % 60}M{seconds}.{fraction}S"
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


def call(wsdl, port, operation, arguments):
    """Calls an operation at the address that its port tells. What comes back, or the fault."""
    service = next(iter(client(wsdl).wsdl.services.values()))
    bound = client(wsdl).bind(service.name, port.decode())
    try:
        result = bound[operation.decode()](**given(json.loads(arguments)))
    except zeep.exceptions.Fault as fault:
        detail = None if fault.detail is None else lxml.etree.tostring(fault.detail).decode()
        told = {"fault": {"code": fault.code, "reason": fault.message, "detail": detail}}
        return json.dumps(told).encode()
    result = zeep.helpers.serialize_object(result, dict)
    if isinstance(result, dict) and isinstance(result.get("AFlags"), list):
        result["AFlags"] = " ".join(result["AFlags"])
    return json.dumps({"result": result}, default=plain).encode()


if __name__ == "__main__":
    lines.serve({"load": load, "echo": echo, "call": call})
