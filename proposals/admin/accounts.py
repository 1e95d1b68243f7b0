"""People, services and models, their groups and their API tokens."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from rest_framework.authtoken.admin import TokenAdmin
from rest_framework.authtoken.models import TokenProxy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from proposals.admin.desk import DeskAdmin
from proposals.models import User


class AccountCreationForm(UserCreationForm):
    """Django's form, on our account."""

    class Meta:
        model = User
        fields = ("username", "kind")


class AccountChangeForm(UserChangeForm):
    """Django's form, on our account."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class AccountAdmin(UserAdmin, DeskAdmin):  # type: ignore[misc, type-arg]  # as Django's and unfold's meet
    """Accounts. An account that decided something stays: the database refuses to delete it."""

    form = AccountChangeForm
    add_form = AccountCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "kind", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("kind", "is_staff", "is_superuser", "is_active", "groups")
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "password", "kind")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "wants_mail")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "kind", "password1", "password2")}),)  # type: ignore[assignment]


admin.site.unregister(Group)
admin.site.unregister(TokenProxy)


@admin.register(Group)
class AccountGroupAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]
    """Groups in unfold's clothes."""


@admin.register(TokenProxy)
class AccountTokenAdmin(TokenAdmin, DeskAdmin):  # type: ignore[misc]
    """API tokens. The list shows whose they are; a token is shown once, on its own page, to those who may see it."""

    list_display = ("user", "created")
    list_select_related = ("user",)
    fields = ("user", "key")
    readonly_fields = ("key",)

    def has_change_permission(self, request: HttpRequest, obj: TokenProxy | None = None) -> bool:
        return False
