"""VKScript's syntax: from text to a tree of plain tuples, ``(kind, ...)``.

Statements: var, if, while, return, block and expressions. Expressions: literals, names, members, ``@.field``,
calls of ``API`` methods, of ``parseInt`` and ``parseDouble`` and of values' own methods.
"""

from __future__ import annotations

import json
import re
from typing import Any

from simulator.envelope import VkRefusal

Node = tuple[Any, ...]
FUNCTIONS = ("parseInt", "parseDouble")
_KEYWORDS = ("var", "if", "else", "while", "return", "delete", "true", "false", "null")
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_TOKEN = re.compile(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>[A-Za-z_$][\w$]*)"
    r"|(?P<mark>@\.|===|!==|<=|>=|==|!=|&&|\|\||[-+*/%<>=!?:;,.(){}\[\]])",
    re.DOTALL,
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "===", "!=="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))


def compile_error(expected: str, found: str, line: int) -> VkRefusal:
    """Error 12 in VK's words."""
    return VkRefusal(12, f"Unable to compile code: '{expected}' expected, '{found}' found in line {line}")


def parse(code: str) -> list[Node]:
    """The statements of a script. Refuses with 12 what is no VKScript."""
    try:
        return _Parser(_tokens(code)).script()
    except RecursionError:
        raise VkRefusal(12, "Unable to compile code: too deep") from None


def _tokens(code: str) -> list[tuple[str, str, int]]:
    """(kind, text, line) of every token, and an empty one at the end."""
    found, place, line = [], 0, 1
    while place < len(code):
        match = _TOKEN.match(code, place)
        if match is None:
            raise VkRefusal(12, f"Unable to compile code: unexpected '{code[place]}' in line {line}")
        if match.lastgroup != "skip":
            found.append((str(match.lastgroup), match.group(), line))
        line += match.group().count("\n")
        place = match.end()
    return [*found, ("end", "", line)]


def _string(token: str) -> str:
    """The value of a string literal: JSON's escapes, either kind of quote."""
    inside = token[1:-1]
    if token[0] == "'":
        inside = inside.replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{inside}"', strict=False))
    except ValueError:
        return re.sub(r"\\(.)", r"\1", inside, flags=re.DOTALL)


class _Parser:
    def __init__(self, tokens: list[tuple[str, str, int]]) -> None:
        self._tokens = tokens
        self._place = 0

    def script(self) -> list[Node]:
        statements = []
        while self._kind != "end":
            statements.append(self._statement())
        return statements

    # --- tokens

    @property
    def _kind(self) -> str:
        return self._tokens[self._place][0]

    @property
    def _text(self) -> str:
        return self._tokens[self._place][1]

    def _at(self, *marks: str) -> bool:
        return self._kind in ("mark", "name") and self._text in marks

    def _take(self) -> str:
        text = self._text
        self._place += 1
        return text

    def _skip(self, mark: str) -> bool:
        if self._at(mark):
            self._place += 1
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._skip(mark):
            raise compile_error(mark, self._text, self._tokens[self._place][2])

    def _name(self, *, any_word: bool = False) -> str:
        if self._kind != "name" or (not any_word and self._text in _KEYWORDS):
            raise compile_error("identifier", self._text, self._tokens[self._place][2])
        return self._take()

    # --- statements

    def _statement(self) -> Node:
        if self._skip(";"):
            return ("block", [])
        if self._skip("{"):
            return self._block()
        if self._skip("var"):
            return self._var()
        if self._skip("if"):
            return self._if()
        if self._skip("while"):
            test = self._in_brackets()
            return ("while", test, self._statement())
        if self._skip("return"):
            value = ("const", None) if self._at(";") else self._expression()
            self._need(";")
            return ("return", value)
        expression = self._expression()
        self._need(";")
        return ("do", expression)

    def _block(self) -> Node:
        inside = []
        while not self._skip("}"):
            if self._kind == "end":
                self._need("}")
            inside.append(self._statement())
        return ("block", inside)

    def _var(self) -> Node:
        pairs: list[tuple[str, Node]] = []
        while True:
            name = self._name()
            pairs.append((name, self._expression() if self._skip("=") else ("const", None)))
            if not self._skip(","):
                break
        self._need(";")
        return ("var", pairs)

    def _if(self) -> Node:
        test = self._in_brackets()
        then = self._statement()
        otherwise = self._statement() if self._skip("else") else ("block", [])
        return ("if", test, then, otherwise)

    def _in_brackets(self) -> Node:
        self._need("(")
        inside = self._expression()
        self._need(")")
        return inside

    # --- expressions

    def _expression(self) -> Node:
        target = self._choice()
        if not self._at("="):
            return target
        if target[0] not in ("name", "member", "index"):
            raise compile_error(";", "=", self._tokens[self._place][2])
        self._take()
        return ("assign", target, self._expression())

    def _choice(self) -> Node:
        test = self._binary(0)
        if not self._skip("?"):
            return test
        then = self._choice()
        self._need(":")
        return ("choice", test, then, self._choice())

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._kind == "mark" and self._text in _LEVELS[level]:
            mark = self._take()
            left = ("binary", mark, left, self._binary(level + 1))
        return left

    def _unary(self) -> Node:
        if self._kind == "mark" and self._text in ("!", "-", "+"):
            return ("unary", self._take(), self._unary())
        if self._skip("delete"):
            return ("delete", self._unary())
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._skip("."):
                node = ("member", node, self._name(any_word=True))
            elif self._skip("@."):
                node = ("each", node, self._name(any_word=True))
            elif self._skip("["):
                node = ("index", node, self._expression())
                self._need("]")
            elif self._skip("("):
                node = self._call(node)
            else:
                return node

    def _call(self, node: Node) -> Node:
        arguments = self._list(")")
        path = _path(node)
        if path and path[0] == "API":
            return ("api", ".".join(path[1:]), arguments)
        if node[0] == "member":
            return ("method", node[1], node[2], arguments)
        if node[0] == "name" and node[1] in FUNCTIONS:
            return ("function", node[1], arguments)
        raise compile_error(";", "(", self._tokens[self._place][2])

    def _list(self, end: str) -> list[Node]:
        found: list[Node] = []
        while not self._skip(end):
            found.append(self._expression())
            if not self._skip(","):
                self._need(end)
                break
        return found

    def _primary(self) -> Node:
        if self._skip("("):
            inside = self._expression()
            self._need(")")
            return inside
        if self._skip("["):
            return ("array", self._list("]"))
        if self._skip("{"):
            return self._object()
        if self._kind == "number":
            text = self._take()
            return ("const", int(text) if text.isdigit() and len(text) < 20 else float(text))
        if self._kind == "text":
            return ("const", _string(self._take()))
        if self._kind == "name" and self._text in _CONSTANTS:
            return ("const", _CONSTANTS[self._take()])
        return ("name", self._name())

    def _object(self) -> Node:
        pairs: list[tuple[str, Node]] = []
        while not self._skip("}"):
            key = _string(self._take()) if self._kind == "text" else self._key()
            self._need(":")
            pairs.append((key, self._expression()))
            if not self._skip(","):
                self._need("}")
                break
        return ("object", pairs)

    def _key(self) -> str:
        return self._take() if self._kind == "number" else self._name(any_word=True)


def _path(node: Node) -> list[str]:
    """["API", "wall", "get"] of a chain of plain members; empty for anything else."""
    names: list[str] = []
    while node[0] == "member":
        names.append(node[2])
        node = node[1]
    return [node[1], *reversed(names)] if node[0] == "name" else []
