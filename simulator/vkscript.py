"""VKScript's meaning: a small interpreter with VK's bounds.

It resembles JavaScript and is not: there are no functions, ``+`` joins arrays, arrays and objects are copied when
assigned, members of what is no object are ``null``, and calling a method of ``null`` ends the script with error 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.envelope import VkRefusal
from simulator.vkscript_parser import Node, parse
from simulator.vkscript_values import binary, call_method, member, number, runtime_error, to_number, truth

ApiCall = Callable[[str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one script may use."""

    calls: int = 25
    operations: int = 1000


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


def run(code: str, api: ApiCall, arguments: Mapping[str, str], bounds: Bounds) -> Any:
    """What the script returns (None without ``return``). ``api`` gives an inner call's answer, or False.

    Refuses with 12 (syntax) and 13 (while running: a bound, a method of nothing, a sum of what cannot be added).
    """
    statements = parse(code)
    script = _Script(api, arguments, bounds)
    try:
        script.block(statements)
    except _Return as returned:
        return returned.value
    except RecursionError:
        raise runtime_error("too deep") from None
    return None


class _Script:
    def __init__(self, api: ApiCall, arguments: Mapping[str, str], bounds: Bounds) -> None:
        self._api = api
        self._names: dict[str, Any] = {"Args": dict(arguments)}
        self._bounds = bounds
        self._calls = 0
        self._operations = 0

    def block(self, statements: list[Node]) -> None:
        for statement in statements:
            self._run(statement)

    # --- statements

    def _run(self, node: Node) -> None:
        self._count()
        match node:
            case ("block", inside):
                self.block(inside)
            case ("var", pairs):
                for name, value in pairs:
                    self._names[name] = self._copy(value)
            case ("if", test, then, otherwise):
                self._run(then if truth(self._eval(test)) else otherwise)
            case ("while", test, body):
                while truth(self._eval(test)):
                    self._run(body)
            case ("return", value):
                raise _Return(self._eval(value))
            case ("do", expression):
                self._eval(expression)

    def _count(self) -> None:
        self._operations += 1
        if self._operations > self._bounds.operations:
            raise runtime_error("Too many operations")

    # --- expressions

    def _eval(self, node: Node) -> Any:
        return getattr(self, f"_eval_{node[0]}")(*node[1:])

    def _copy(self, node: Node) -> Any:
        """A value that is about to be kept: what another name holds is copied, one level deep."""
        value = self._eval(node)
        if node[0] in ("name", "member", "index", "choice", "assign") and isinstance(value, list | dict):
            return value.copy()
        return value

    def _eval_const(self, value: Any) -> Any:
        return value

    def _eval_name(self, name: str) -> Any:
        return self._names.get(name)

    def _eval_member(self, base: Node, name: str) -> Any:
        return member(self._eval(base), name)

    def _eval_index(self, base: Node, key: Node) -> Any:
        return member(self._eval(base), self._eval(key))

    def _eval_each(self, base: Node, name: str) -> Any:
        value = self._eval(base)
        return [member(one, name) for one in value] if isinstance(value, list) else None

    def _eval_array(self, items: list[Node]) -> list[Any]:
        return [self._copy(item) for item in items]

    def _eval_object(self, pairs: list[tuple[str, Node]]) -> dict[str, Any]:
        return {key: self._copy(value) for key, value in pairs}

    def _eval_choice(self, test: Node, then: Node, otherwise: Node) -> Any:
        return self._eval(then if truth(self._eval(test)) else otherwise)

    def _eval_unary(self, mark: str, node: Node) -> Any:
        value = self._eval(node)
        if mark == "!":
            return not truth(value)
        plain = to_number(value)
        return number(-plain if mark == "-" else plain)

    def _eval_binary(self, mark: str, left: Node, right: Node) -> Any:
        first = self._eval(left)
        if mark in ("&&", "||"):
            return first if truth(first) == (mark == "||") else self._eval(right)
        return binary(mark, first, self._eval(right))

    def _eval_assign(self, target: Node, value: Node) -> Any:
        kept = self._copy(value)
        if target[0] == "name":
            self._names[target[1]] = kept
        else:
            _set(self._eval(target[1]), self._key(target), kept)
        return kept

    def _eval_delete(self, target: Node) -> bool:
        if target[0] == "name":
            return self._names.pop(target[1], None) is not None
        if target[0] not in ("member", "index"):
            return False
        base, key = self._eval(target[1]), self._key(target)
        if isinstance(base, dict):
            return base.pop(str(key), None) is not None
        if isinstance(base, list) and isinstance(key, int) and 0 <= key < len(base):
            del base[key]
            return True
        return False

    def _key(self, target: Node) -> Any:
        return target[2] if target[0] == "member" else self._eval(target[2])

    def _eval_function(self, name: str, arguments: list[Node]) -> Any:
        value = to_number(self._eval(arguments[0])) if arguments else 0
        if value != value:
            return 0
        return int(value) if name == "parseInt" else number(value)

    def _eval_method(self, base: Node, name: str, arguments: list[Node]) -> Any:
        return call_method(self._eval(base), name, [self._copy(one) for one in arguments])

    def _eval_api(self, method: str, arguments: list[Node]) -> Any:
        values = self._eval(arguments[0]) if arguments else {}
        self._calls += 1
        if self._calls > self._bounds.calls:
            raise runtime_error("Too many api calls")
        return self._api(method, values if isinstance(values, dict) else {})


def _set(base: Any, key: Any, value: Any) -> None:
    if isinstance(base, dict):
        base[str(key)] = value
    elif isinstance(base, list) and isinstance(key, int) and 0 <= key <= len(base):
        base[key : key + 1] = [value]
    else:
        raise VkRefusal(13, "Runtime error occurred during code invocation: cannot assign a member")
