"""How mail leaves this package, which lies below the one that sends it."""

from typing import Any, Protocol


class Post(Protocol):
    """Writes one mail into the outbox; see `coop.messaging.actions.queue_mail`."""

    def __call__(
        self, *, key: str, to: str, subject: str, template: str, context: dict[str, Any], language: str = "de"
    ) -> object:
        """Queue the mail; the same key writes none again."""


_post: list[Post] = []


def register_post(post: Post) -> None:
    """Say who writes mail. Called once, by messaging's `ready()`."""
    _post[:] = [post]


def send_mail(*, key: str, to: str, subject: str, template: str, context: dict[str, Any], language: str = "de") -> None:
    """Write a mail; it leaves after the commit."""
    _post[0](key=key, to=to, subject=subject, template=template, context=context, language=language)
