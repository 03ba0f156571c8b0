"""Managers that know only the cooperative in scope."""

from typing import Any, TypeVar

from django.contrib.auth.base_user import BaseUserManager
from django.db import models

from coop.tenancy.scope import current_coop_id

M = TypeVar("M", bound=models.Model)


class CoopManager(models.Manager[M]):
    """Filters by the cooperative in scope. Every query begins here, so each raises without a scope.

    Raises: NoCoopInScope.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        """All rows of the cooperative in scope."""
        return super().get_queryset().filter(coop_id=current_coop_id())


class UserManager(BaseUserManager[Any]):
    """Makes logins. E-mail addresses are compared without regard to case."""

    def get_by_natural_key(self, username: str | None) -> Any:
        """The login of that e-mail address."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        """A login; without a password it can only be entered through a link sent by e-mail."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user
