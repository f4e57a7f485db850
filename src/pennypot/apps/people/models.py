"""A person. Roles live in places, because a role is always a role somewhere."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from pennypot.apps.people.roles import NEEDS_SECOND_FACTOR


class PersonManager(BaseUserManager["Person"]):
    """Makes people. They have no password: they sign in by e-mail code, passkey or a provider."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        if password:
            person.set_password(password)
        else:
            person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody with an account.

    A deleted account keeps its row, emptied, so that history ("a person who has left") still adds up.
    """

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    # The operator looks after the installation, not a place.
    is_operator = models.BooleanField(default=False)
    # Made by `pennypot demo`; such people exist only where demo mode is on.
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    # Set for each request by people.middleware: whether this session passed a second factor.
    second_factor: bool = False

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # Kept in small letters, so that UNIQUE means one person an address however it is typed.
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="email_in_small_letters")]

    def __str__(self) -> str:
        return self.said_name

    @property
    def said_name(self) -> str:
        """The name that pages show: never the whole e-mail address."""
        if self.deleted_at:
            return str(_("a person who has left"))
        return self.name or self.email.split("@")[0]

    @property
    def needs_second_factor(self) -> bool:
        """Whether one of the person's roles acts only with a second factor. One SQL query, none for an operator.

        Roles live in places, which this room does not know; `memberships` is how a person sees them.
        """
        return self.is_operator or self.memberships.filter(role__in=NEEDS_SECOND_FACTOR).exists()
