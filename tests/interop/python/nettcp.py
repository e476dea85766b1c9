"""pynettcp's codec for [MC-NBFX] and [MC-NBFSE]: an implementation that is independent of ours and of
Microsoft's."""

import uuid
from xml.sax.saxutils import escape, quoteattr

import lxml.etree
from pynettcp import DictStr, SessionCodec, SessionStr
from pynettcp.dictionary import static_id

import lines

XML = "http://www.w3.org/XML/1998/namespace"
codec = SessionCodec()


def reset():
    """A connection begins."""
    global codec
    codec = SessionCodec()


def decode(message):
    """A message of the session, as text. pynettcp's own writer of text makes prefixes anew, and forgets those
    that only values mention."""
    parts, open_tag, attribute, names = [], False, False, []

    def close():
        nonlocal open_tag, attribute
        if attribute:
            parts.append('""')
        if open_tag:
            parts.append(">")
        open_tag = attribute = False

    for kind, *event in codec.decode(message):
        if kind == "start":
            close()
            names.append(":".join(filter(None, event[:2])))
            parts.append(f"<{names[-1]}")
            open_tag = True
        elif kind == "xmlns":
            parts.append(f" {'xmlns:' if event[0] else 'xmlns'}{event[0]}={quoteattr(event[1])}")
        elif kind == "attr":
            parts.append(f" {':'.join(filter(None, event[:2]))}=")
            attribute = True
        elif kind == "text" and attribute:
            parts.append(quoteattr(as_text(event[0])))
            attribute = False
        elif kind == "text":
            close()
            parts.append(escape(as_text(event[0])))
        elif kind == "end":
            close()
            parts.append(f"</{names.pop()}>")
    return "".join(parts).encode()


def as_text(value):
    """As XML Schema has it, where Python has it otherwise."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def name(text):
    """As WCF does: static strings by their number, all others announced in the session."""
    return DictStr(text) if static_id(text) is not None else SessionStr(text)


def value(element):
    """What the text of an element stands for: ids and numbers have records of their own."""
    text = element.text or ""
    if text.startswith("urn:uuid:"):
        return uuid.UUID(text)
    try:
        number = int(text)
        return number if str(number) == text else text
    except ValueError:
        return text


def write(writer, element, known):
    tag = lxml.etree.QName(element)
    writer.start_element(element.prefix or "", name(tag.localname), name(tag.namespace or ""))
    for prefix, namespace in element.nsmap.items():
        if known.get(prefix) != namespace and prefix != element.prefix:
            writer.xmlns(prefix or "", name(namespace))
    for key, text in element.attrib.items():
        key = lxml.etree.QName(key)
        prefix = "xml" if key.namespace == XML else ""
        if key.namespace and not prefix:
            prefix = next(mark for mark, space in element.nsmap.items() if mark and space == key.namespace)
        writer.attribute(prefix, name(key.localname) if prefix != "xml" else key.localname, text)
    content = value(element) if element.text and not len(element) else None
    if isinstance(content, uuid.UUID):
        writer.write_unique_id(content)
    elif content is not None:
        writer.value(content)
    for child in element:
        write(writer, child, element.nsmap)
    writer.end_element()


def encode(document):
    """A document, as the next message of the session."""
    root = lxml.etree.fromstring(document)
    return codec.encode(lambda writer: write(writer, root, {}))


if __name__ == "__main__":
    lines.serve({"reset": reset, "decode": decode, "encode": encode})
