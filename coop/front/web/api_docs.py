"""The API's documentation as a page of ours, drawn from its schema: no script, nothing from elsewhere."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from coop.tenancy.access import PUBLIC, public

METHODS = ("get", "post", "put", "patch", "delete")


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema. It holds no data and is open to everyone."""

    permission_classes = [AllowAny]
    allowed_roles = PUBLIC


@public
@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, what it takes and what it gives."""
    return render(
        request,
        "front/api_docs.html",
        {
            "groups": _groups(get_language() or "en"),
            "field_columns": [
                {"key": "name", "label": _("Field")},
                {"key": "type", "label": _("Type")},
                {"key": "required", "label": _("Needed")},
                {"key": "about", "label": _("Meaning")},
            ],
        },
    )


@lru_cache(maxsize=4)
def _groups(_language: str) -> list[dict[str, Any]]:
    """The operations by their first tag. The schema changes with the program only, so it is drawn once a language."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                tag = next(iter(methods[method].get("tags", ())), "api")
                groups.setdefault(tag, []).append(_operation(schema, path, method, methods[method]))
    return [{"name": name, "operations": operations} for name, operations in sorted(groups.items())]


def _operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = _first_content(operation.get("requestBody", {}))
    results = []
    for number, response in sorted(operation["responses"].items()):
        content = _first_content(response)
        wanted = content if not content.get("$ref", "").endswith("/Problem") else {}
        results.append(
            {"number": number, "about": response.get("description", ""), "fields": list(_fields(schema, wanted))}
        )
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary") or operation["operationId"].replace("_", " "),
        "about": operation.get("description", ""),
        "parameters": [
            {
                "name": one["name"],
                "type": _type(schema, one.get("schema", {})),
                "required": _needed(yes=one.get("required", False)),
                "about": one.get("description", ""),
            }
            for one in operation.get("parameters", [])
        ],
        "takes": list(_fields(schema, body)),
        "media": ", ".join(operation.get("requestBody", {}).get("content", {})),
        "results": results,
    }


def _needed(*, yes: bool) -> str:
    return _("yes") if yes else _("no")


def _first_content(holder: dict[str, Any]) -> dict[str, Any]:
    content = holder.get("content", {})
    return next(iter(content.values()))["schema"] if content else {}


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "allOf" in node and len(node["allOf"]) == 1:
        node = node["allOf"][0]
    while "$ref" in node:
        node = schema["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]]
    return node


def _fields(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The fields of an object, of the items of a list, or of a page's results."""
    node = _resolved(schema, node)
    if node.get("type") == "array":
        yield from _fields(schema, node["items"])
        return
    properties = node.get("properties", {})
    if "results" in properties:
        yield from _fields(schema, properties["results"])
        return
    for name, field in properties.items():
        yield {
            "name": name,
            "type": _type(schema, field),
            "required": _needed(yes=name in node.get("required", ())),
            "about": field.get("description", "") or _resolved(schema, field).get("title", ""),
        }


def _type(schema: dict[str, Any], field: dict[str, Any]) -> str:
    field = _resolved(schema, field)
    options = field.get("oneOf") or field.get("anyOf")
    if options:
        return _(" or ").join(_type(schema, one) for one in options)
    if field.get("enum"):
        return ", ".join(str(one) for one in field["enum"] if one is not None)
    if field.get("type") == "array":
        return _("list of %(type)s") % {"type": _type(schema, field["items"])}
    kind = field.get("type", "any")
    kind = kind if isinstance(kind, str) else "/".join(kind)
    return f"{kind} ({field['format']})" if "format" in field else kind
