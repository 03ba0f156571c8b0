"""The look is code too: contrast of the tokens, a strict policy, pages that screen readers can walk."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpRequest
from django.template import Context, Engine
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory, override_settings
from django.utils import translation
from lxml import html

from coop.front.web.styleguide import styleguide

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if path.relative_to(ROOT / "templates").parts[0] != "emails"
)
TOKENS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", (ROOT / "static/css/tokens.css").read_text()))
READ = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "pine", "bad") for ground in ("paper", "surface", "sunken")],
    *[("ink", soft) for soft in ("pine-soft", "ochre-soft", "good-soft", "warn-soft", "bad-soft", "info-soft")],
    *[(tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "info")],
    ("pine-deep", "pine-soft"),
    ("on-pine", "pine"),
    ("on-pine", "pine-deep"),
    ("on-bad", "bad"),
    ("ochre", "paper"),
]
SEEN = [
    *[("line-strong", ground) for ground in ("paper", "surface")],
    *[("focus", ground) for ground in ("paper", "surface", "sunken")],
]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pair", "least"), [(p, 4.5) for p in READ] + [(p, 3.0) for p in SEEN])
def test_contrast_is_enough(pair: tuple[str, str], least: float, scheme: int) -> None:
    one, other = (_brightness(TOKENS[name].split(", ")[scheme]) for name in pair)
    assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= least


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_page_carries_inline_style_or_script(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"<style|\sstyle\s*=|\son(click|load|change|submit|input)\s*=|javascript:", source)
    assert not re.search(r"<script(?![^>]*(\ssrc=|application/json))", source)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_template_can_be_read(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("language", ["de", "en"])
def test_style_guide_is_a_sound_page(language: str) -> None:
    page = _style_guide(language)
    assert page.get("lang") == language
    ids = [node.get("id") for node in page.iter() if node.get("id")]
    assert sorted(set(ids)) == sorted(ids)
    assert len(page.xpath("//main")) == len(page.xpath("//h1")) == 1
    assert page.xpath("//a[@class='skip-link']/@href") == ["#content"]
    for name in ("aria-labelledby", "aria-describedby"):
        for value in page.xpath(f"//@{name}"):
            assert set(value.split()) <= set(ids)
    for field in page.xpath("//main//input[not(@type='hidden' or @type='radio')] | //main//select | //main//textarea"):
        assert page.xpath("//label[@for=$id]", id=field.get("id"))


def test_errors_are_tied_to_their_fields() -> None:
    page = _style_guide("de")
    (summary,) = page.xpath("//form[@id='invalid']//div[contains(@class, 'error-summary')]")
    for address in summary.xpath(".//a/@href"):
        assert page.xpath("//form[@id='invalid']//*[@id=$id]", id=address[1:])
    (field,) = page.xpath("//form[@id='invalid']//input[@name='title']")
    assert field.get("aria-invalid") == "true"
    described = [
        page.xpath("//form[@id='invalid']//*[@id=$id]", id=one)[0].text_content()
        for one in field.get("aria-describedby").split()
    ]
    assert len(described) == 2


@override_settings(DEBUG=False, DEMO=False)
def test_style_guide_is_not_there_for_customers() -> None:
    with pytest.raises(Http404):
        styleguide(_request("de"))


@pytest.mark.parametrize("name", ["500.html", "400.html", "403_csrf.html"])
def test_last_resort_pages_need_nothing(name: str) -> None:
    page: Any = html.document_fromstring(Engine.get_default().get_template(name).render(Context({})))
    assert len(page.xpath("//h1")) == 1
    for address in page.xpath("//link/@href"):
        assert (ROOT / address.lstrip("/")).is_file()


def test_words_of_a_page_cannot_carry_markup() -> None:
    shown = render_to_string(
        "components/page_header.html", {"title": "<script>alert(1)</script>", "state": {"label": "<b>", "tone": "good"}}
    )
    assert "<script>" not in shown
    assert "<b>" not in shown


def test_table_shows_rows_and_says_when_there_are_none() -> None:
    columns = [{"key": "name", "label": "Name"}, {"key": "net", "label": "Net", "kind": "money"}]
    with translation.override("de"):
        full = render_to_string("components/data_table.html", {"columns": columns, "rows": [{"name": "A", "net": -5}]})
        empty = render_to_string(
            "components/data_table.html", {"columns": columns, "rows": [], "empty_title": "Leer & still"}
        )
    cell = html.fragment_fromstring(full).xpath("//td")[0]
    assert (cell.get("data-label"), cell.text_content().strip()) == ("Net", "−0,05\u00a0€")
    assert "Leer &amp; still" in empty
    assert "<table" not in empty


def test_progress_asks_again_only_while_it_runs() -> None:
    given = {"progress_id": "p", "url": "/runs/1/progress/", "done": 3, "total": 9, "label": "Run"}
    running = render_to_string("components/progress.html", given)
    assert 'hx-get="/runs/1/progress/"' in running
    for end in ("finished", "failed"):
        assert "hx-get" not in render_to_string("components/progress.html", {**given, end: True})


def _style_guide(language: str) -> Any:
    with translation.override(language), override_settings(DEMO=True):
        response = styleguide(_request(language))
    assert response.status_code == 200
    return html.document_fromstring(response.content.decode())


def _request(language: str) -> HttpRequest:
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    request.LANGUAGE_CODE = language
    setattr(request, "_messages", CookieStorage(request))  # noqa: B010 (the name under which Django looks for it)
    return request


def _brightness(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
