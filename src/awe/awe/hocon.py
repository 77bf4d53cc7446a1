"""As much of HOCON as the client's list of DPUs needs: objects, arrays, quoted and plain text, comments, ``${VARIABLE}``.

What it does not know (include, ``+=``, references to other keys) is an error that says so, never a wrong value.
"""

import re

from .errors import DpuError

_TOKEN = re.compile(
    r'(?P<blank>[ \t\r\ufeff]+|(?:#|//)[^\n]*)|(?P<mark>[\n,{}\[\]])|(?P<assign>\+?=|:)|(?P<long>"""(?:.|\n)*?"""+)'
    r'|(?P<quoted>"(?:[^"\\\n]|\\.)*")|(?P<variable>\$\{\??[^}\n]*\})|(?P<plain>(?:(?!//)[^\s"{}\[\],:=+#$])+)'
)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def parse(text, origin, variables):
    """Reads a file's text into dictionaries, lists and texts (of numbers and truth values too)."""
    return _Parser(text, origin, variables).document()


class _Parser:
    def __init__(self, text, origin, variables):
        self._origin = origin
        self._variables = variables
        self._tokens = list(self._read(text))
        self._at = 0

    def document(self):
        self._skip("\n,")
        if self._peek() == "{":
            self._at += 1
            whole = self._object("}")
        else:
            whole = self._object(None)
        self._skip("\n")
        if self._at < len(self._tokens):
            raise self._error("something stands behind the end of the document")
        return whole

    def _read(self, text):
        at, line = 0, 1
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise DpuError("%s:%d: %r is not understood here" % (self._origin, line, text[at:at + 10]))
            kind = found.lastgroup
            if kind == "blank" and found.group().startswith((" ", "\t")):
                yield "space", found.group(), line
            elif kind != "blank":
                yield kind, found.group(), line
            line += found.group().count("\n")
            at = found.end()

    def _object(self, end):
        result = {}
        while True:
            self._skip("\n,")
            token = self._peek()
            if token is None and end is None or token is not None and token == end:
                self._at += 1 if end else 0
                return result
            if token is None:
                raise self._error("a '}' is missing")
            self._field(result)

    def _field(self, result):
        path = self._key()
        self._spaces()
        kind, token = self._kind(), self._peek()
        if kind == "assign" and token == "+=":
            raise self._error("'+=' is not known here: write the whole list")
        if kind == "assign":
            self._at += 1
            self._skip("\n")
        elif token != "{":
            raise self._error("'=' or '{' is needed behind the key %s" % ".".join(path))
        value = self._value()
        for name in path[:-1]:
            inner = result.get(name)
            result[name] = inner if isinstance(inner, dict) else {}
            result = result[name]
        old = result.get(path[-1])
        result[path[-1]] = dict(old, **value) if isinstance(old, dict) and isinstance(value, dict) else value

    def _key(self):
        names = []
        self._spaces()
        while self._kind() in ("plain", "quoted"):
            if self._kind() == "quoted":
                names.append(self._unquote(self._peek()))
            else:
                names.extend(name for name in self._peek().split(".") if name)
            self._at += 1
        if names == ["include"]:
            raise self._error("'include' is not known here: list the DPUs in this file")
        if not names:
            raise self._error("a key is needed")
        return names

    def _value(self):
        self._spaces()
        token = self._peek()
        if token == "{":
            self._at += 1
            return self._object("}")
        if token == "[":
            self._at += 1
            return self._array()
        return self._text()

    def _array(self):
        items = []
        while True:
            self._skip("\n,")
            if self._peek() is None:
                raise self._error("a ']' is missing")
            if self._peek() == "]":
                self._at += 1
                return items
            items.append(self._value())

    def _text(self):
        parts = []
        while self._kind() in ("plain", "quoted", "long", "variable", "space"):
            kind, token = self._kind(), self._peek()
            parts.append({"quoted": self._unquote, "long": lambda t: t[3:-3], "variable": self._variable}.get(kind, str)(token))
            self._at += 1
        if not parts:
            raise self._error("a value is needed")
        quoted = self._tokens[self._at - 1][0] in ("quoted", "long")
        text = "".join(parts)
        return text if quoted and len(parts) == 1 else text.strip(" \t")

    def _variable(self, token):
        optional = token.startswith("${?")
        name = token[3 if optional else 2:-1].strip()
        value = self._variables.get(name)
        if value is None and not optional:
            raise self._error("%s is no environment variable that is set" % token)
        return value or ""

    def _unquote(self, token):
        def replace(found):
            body = found.group(1)
            if body.startswith("u"):
                return chr(int(body[1:], 16))
            if body not in _ESCAPES:
                raise self._error("'\\%s' is no escape" % body)
            return _ESCAPES[body]

        return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", replace, token[1:-1])

    def _skip(self, marks):
        while self._kind() == "space" or self._kind() == "mark" and self._peek() in marks:
            self._at += 1

    def _spaces(self):
        while self._kind() == "space":
            self._at += 1

    def _kind(self):
        return self._tokens[self._at][0] if self._at < len(self._tokens) else None

    def _peek(self):
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _error(self, message):
        line = self._tokens[min(self._at, len(self._tokens) - 1)][2] if self._tokens else 1
        return DpuError("%s:%d: %s" % (self._origin, line, message))
