"""Every sentence of the pages has a German translation in one of the catalogues below locale/."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from coop.errors import StetigError

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("coop", "members", "invoicing", "payroll")
# How many leading arguments of a call are words to translate, and whether the first is a context.
CALLS = {
    "gettext": (False, 1),
    "gettext_lazy": (False, 1),
    "gettext_noop": (False, 1),
    "ngettext": (False, 2),
    "ngettext_lazy": (False, 2),
    "pgettext": (True, 1),
    "pgettext_lazy": (True, 1),
    "npgettext": (True, 2),
    "npgettext_lazy": (True, 2),
}
PREPARED = re.compile(r"\b(_|gettext|ngettext|pgettext|npgettext)\(")

Message = tuple[str | None, str]
"""Context (or None) and the English words."""


def test_every_message_is_translated() -> None:
    german = _german()
    missing = sorted({f"{place}: {words!r}" for place, (context, words) in _used() if (context, words) not in german})
    assert not missing, "Translate in locale/<area>/de/LC_MESSAGES/django.po:\n" + "\n".join(missing)


def test_translations_keep_their_placeholders() -> None:
    wrong = [
        f"{words!r}: {sorted(_places(words))} and {sorted(_places(text))}"
        for (_context, words), text in _german().items()
        if _places(words) != _places(text)
    ]
    assert not wrong, wrong


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("locale/*/de/LC_MESSAGES/django.po")), ids=lambda path: path.parts[-4]
)
def test_catalogue_can_be_compiled(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="de")
    assert not [(message.id, str(error)) for message, errors in catalogue.check() for error in errors]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "A day" %}', [(None, "A day")]),
        ("{% trans 'Old word' %}", [(None, "Old word")]),
        ('{% include "x.html" with title=_("Given") %}', [(None, "Given")]),
        ('{% translate "of" context "page" %}', [("page", "of")]),
        (
            "{% blocktranslate trimmed %}\n  One\n  line {{ name }}\n{% endblocktranslate %}",
            [(None, "One line %(name)s")],
        ),
        (
            "{% blocktranslate count n=n %}{{ n }} job{% plural %}{{ n }} jobs{% endblocktranslate %}",
            [(None, "%(n)s job"), (None, "%(n)s jobs")],
        ),
    ],
)
def test_words_in_templates_are_found(source: str, expected: list[Message]) -> None:
    assert list(_in_template(source)) == expected


def test_words_in_python_are_found() -> None:
    source = (
        "from django.utils.translation import gettext as _, pgettext_lazy as p, ngettext\n"
        "_('One ' 'two')\np('page', 'of')\nngettext('%(n)s job', '%(n)s jobs', 3)\n_(name)\nother('no')\n"
    )
    found = list(_in_python(ast.parse(source)))
    assert found == [(None, "One two"), ("page", "of"), (None, "%(n)s job"), (None, "%(n)s jobs")]


def _german() -> dict[Message, str]:
    result: dict[Message, str] = {}
    for path in sorted(ROOT.glob("locale/*/de/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="de")
        for message in catalogue:
            words = [str(one) for one in (message.id if isinstance(message.id, tuple | list) else [message.id])]
            texts = [
                one or "" for one in (message.string if isinstance(message.string, tuple | list) else [message.string])
            ]
            if message.id and not message.fuzzy and all(texts):
                result.update(zip(((message.context, one) for one in words), texts, strict=True))
    return result


def _used() -> Iterator[tuple[str, Message]]:
    for path in sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/**/*.txt")]):
        for message in _in_template(path.read_text()):
            yield str(path.relative_to(ROOT)), message
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for message in _in_python(ast.parse(path.read_text())):
                yield str(path.relative_to(ROOT)), message
    yield from _errors()


def _errors() -> Iterator[tuple[str, Message]]:
    """What an error says where nothing more is known: the first line of its docstring."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if not {"migrations", "management", "wsgi"} & set(parts):
                import_module(".".join(parts).removesuffix(".__init__"))
    waiting = [StetigError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        parts = error.__module__.split(".")
        if parts[0] in PACKAGES and "management" not in parts:
            yield error.__module__, (None, (error.__doc__ or "").strip().splitlines()[0])


def _in_template(source: str) -> Iterator[Message]:
    """Django prepares templates for xgettext as calls among blanked-out text; each call is read by itself."""
    prepared = templatize(source)
    for match in PREPARED.finditer(prepared):
        call = ast.parse(_until_closed(prepared[match.start() :]), mode="eval").body
        assert isinstance(call, ast.Call)
        yield from _of_call(call, "gettext" if match[1] == "_" else match[1])


def _until_closed(text: str) -> str:
    """The call at the beginning of `text`: the shortest stretch that Python can read."""
    for match in re.finditer(r"\)", text):
        try:
            ast.parse(text[: match.end()], mode="eval")
        except SyntaxError:
            continue
        return text[: match.end()]
    raise AssertionError(f"no whole call in {text[:80]!r}")


def _in_python(tree: ast.Module) -> Iterator[Message]:
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names.update({alias.asname or alias.name: alias.name for alias in node.names})
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if names.get(name) in CALLS:
            yield from _of_call(call, names[name])


def _of_call(call: ast.Call, kind: str) -> Iterator[Message]:
    with_context, count = CALLS[kind]
    texts = [one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else None for one in call.args]
    context = texts.pop(0) if with_context and texts else None
    for words in texts[:count]:
        if words:
            yield context, words


def _places(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text))
