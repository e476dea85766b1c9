"""How a peer talks to the harness: one question a line, `verb<TAB>hex<TAB>hex...`, one answer a line,
`ok<TAB>hex...` or `error<TAB>hex`."""

import sys
import traceback


def serve(verbs):
    """Answers until there are no more questions. A verb gets bytes and returns bytes or a list of them."""
    for line in sys.stdin:
        verb, *arguments = line.rstrip("\n").split("\t")
        try:
            answer = verbs[verb](*[bytes.fromhex(argument) for argument in arguments])
            answers = answer if isinstance(answer, list) else [answer or b""]
            words = ["ok"] + [one.hex() for one in answers]
        except Exception as error:  # whatever it is, the harness wants to know
            where = traceback.extract_tb(error.__traceback__)[-1]
            text = f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"
            words = ["error", text.encode().hex()]
        print("\t".join(words), flush=True)
