"""People, services and models, and their groups."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
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


@admin.register(Group)
class AccountGroupAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]
    """Groups in unfold's clothes."""
