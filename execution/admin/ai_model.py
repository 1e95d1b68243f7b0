"""The registry of models, and what their calls came to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from execution.models import AiModel, ModelCall
from execution.services.drafts import wake_drafts
from proposals.admin.desk import DeskAdmin, ReadOnlyAdmin
from proposals.models import User


class AiModelForm(forms.ModelForm[AiModel]):
    """The row; its name must not be a person's, since drafts are signed with it."""

    class Meta:
        model = AiModel
        fields = "__all__"  # noqa: DJ007 - nothing of it is hidden from who may change it

    def clean_name(self) -> str:
        """The name, unless an account of a person has it."""
        name: str = self.cleaned_data["name"]
        if User.objects.filter(username=name).exclude(kind=User.Kind.MODEL).exists():
            raise forms.ValidationError("An account that is no AI model has this name; choose another.")
        return name


@admin.register(AiModel)
class AiModelAdmin(DeskAdmin):
    """Adding or changing one lets drafts go on that waited for a model."""

    form = AiModelForm
    list_display = ("name", "remote_name", "endpoint", "is_active", "priority", "max_running", "daily_budget")
    list_filter = ("is_active",)
    ordering = ("-priority", "name")
    actions = None
    empty_title = "No models"
    empty_text = "Without one, drafts wait. Any endpoint that speaks the chat-completions API will do."
    fieldsets = (
        (None, {"fields": ("name", "is_active", "drafts_ideas", "drafts_actions", "priority")}),
        ("Where", {"fields": ("endpoint", "remote_name", "key_variable", "timeout_seconds", "max_answer_tokens")}),
        ("How much", {"fields": ("input_price", "output_price", "daily_budget", "max_running")}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, then wake what waited."""
        super().save_model(request, obj, form, change)
        woken = wake_drafts()
        if woken:
            messages.info(request, f"{woken} drafts that waited for a model are queued.")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its calls and drafts name it; switch it off instead."""
        return False


@admin.register(ModelCall)
class ModelCallAdmin(ReadOnlyAdmin):
    """Every request to a model."""

    list_display = ("started_at", "model", "standing", "task_id", "prompt_tokens", "answer_tokens", "cost", "took")
    list_filter = ("model", "outcome")
    ordering = ("-id",)
    actions = None
    empty_title = "No calls"
    empty_text = "No model was asked yet."

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelCall]:
        return ModelCall.objects.select_related("model")

    @display(description="Outcome", ordering="outcome")
    def standing(self, call: ModelCall) -> str:
        return f"{call.get_outcome_display()}: {call.error}" if call.error else call.get_outcome_display()

    @display(description="Took", ordering="duration_ms")
    def took(self, call: ModelCall) -> str | None:
        return None if call.duration_ms is None else f"{call.duration_ms / 1000:.1f} s"
