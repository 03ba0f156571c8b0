"""What every operation of the API has in common, said once in its schema."""

from typing import Any

PROBLEMS = {
    "400": "What was sent cannot be used; `errors` names each field.",
    "401": "No login, or a token that is not valid any more.",
    "403": "A browser's session without its CSRF token.",
    "404": "It is not there, or it is not yours to see.",
    "409": "It cannot be done now; `code` says why and `detail` what to do instead.",
}
_READING = ("401", "404")
_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "enum": ["about:blank"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "A stable name of the error, for programs."},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
        "errors": {"description": "Per field what is wrong with it."},
    },
    "required": ["type", "title", "status", "code"],
}


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001 (the signature of drf-spectacular)
    """Add the problem object to the schema, and to each operation the errors that it can answer with."""
    result["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    for path in result["paths"].values():
        for method, operation in path.items():
            parameters = operation.get("parameters", [])
            numbers = set(PROBLEMS) if method != "get" else {*_READING, *(["400"] if parameters else [])}
            for number in sorted(numbers):
                operation["responses"].setdefault(
                    number,
                    {
                        "description": PROBLEMS[number],
                        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                    },
                )
    return result
