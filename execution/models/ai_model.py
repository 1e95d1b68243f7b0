"""The models that may draft, and what every call of one came to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from execution.models.task import ExecutionTask
from proposals.models import Proposal

NOTHING = Decimal(0)
_MILLION = 1_000_000


class AiModelQuerySet(models.QuerySet["AiModel"]):
    """Reads of the registry."""

    def usable_for(self, kind: str) -> AiModelQuerySet:
        """The active ones that may draft what a task of this kind asks for."""
        use = {ExecutionTask.Kind.IDEA: "drafts_ideas", ExecutionTask.Kind.PERSON: "drafts_actions"}.get(
            ExecutionTask.Kind(kind)
        )
        return self.filter(is_active=True, **{use: True}) if use else self.none()


class AiModel(models.Model):
    """A model behind an endpoint that speaks the chat-completions API. Prices are in dollars per million tokens.

    The key stays in the environment: here is only the name of its variable.
    """

    name = models.SlugField(max_length=60, unique=True, help_text="What its drafts are signed with.")
    endpoint = models.CharField(
        max_length=300,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Base address of the API, e.g. http://localhost:11434/v1",
    )
    remote_name = models.CharField("name there", max_length=200, help_text="What the endpoint calls it.")
    key_variable = models.CharField(
        max_length=100,
        blank=True,
        validators=[RegexValidator(r"^(?!STRIPE)[A-Z][A-Z0-9_]*_API_KEY\Z", "Name a variable that ends in _API_KEY.")],
        help_text="The environment variable that holds the key, ending in _API_KEY. Empty: the endpoint asks for none.",
    )
    drafts_ideas = models.BooleanField("may draft ideas", default=True)
    drafts_actions = models.BooleanField("may draft actions of plans", default=True)
    input_price = models.DecimalField(
        max_digits=10, decimal_places=4, default=NOTHING, validators=[MinValueValidator(0)], help_text="$ per million"
    )
    output_price = models.DecimalField(
        max_digits=10, decimal_places=4, default=NOTHING, validators=[MinValueValidator(0)], help_text="$ per million"
    )
    max_answer_tokens = models.PositiveIntegerField(default=4096, validators=[MinValueValidator(1)])
    timeout_seconds = models.PositiveIntegerField(default=120, validators=[MinValueValidator(1)])
    max_running = models.PositiveSmallIntegerField(
        "calls at once", default=1, help_text="Over all workers. 0: it is not called."
    )
    daily_budget = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text="$ per day, UTC. Empty: no limit."
    )
    priority = models.SmallIntegerField(
        default=0, help_text="Higher is asked first; the next when it fails. Equal ones share the work."
    )
    is_active = models.BooleanField(default=True)

    objects = AiModelQuerySet.as_manager()

    class Meta:
        verbose_name = "AI model"
        constraints = [
            models.CheckConstraint(
                name="ai_model_amounts",
                condition=Q(input_price__gte=0, output_price__gte=0)
                & (Q(daily_budget__isnull=True) | Q(daily_budget__gte=0)),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def cost(self, prompt_tokens: int, answer_tokens: int) -> Decimal:
        """What so many tokens cost, in dollars."""
        return (self.input_price * prompt_tokens + self.output_price * answer_tokens) / _MILLION

    def spent_since(self, moment: datetime) -> Decimal:
        """What the calls since then cost, in dollars; open ones count with the most they can cost. One query."""
        found: Decimal | None = self.calls.filter(started_at__gte=moment).aggregate(total=Sum("cost"))["total"]
        return found or NOTHING


class ModelCall(models.Model):
    """One request to a model. While it is open, ``cost`` is the most it can come to; then what it came to."""

    class Outcome(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        UNUSABLE = "unusable", "Unusable answer"
        FAILED = "failed", "Failed"

    model = models.ForeignKey(AiModel, on_delete=models.PROTECT, related_name="calls")
    task = models.ForeignKey(ExecutionTask, on_delete=models.PROTECT, related_name="model_calls")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    prompt_tokens = models.PositiveIntegerField(default=0)
    answer_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, help_text="in dollars")
    started_at = models.DateTimeField(default=timezone.now)
    open_until = models.DateTimeField(help_text="After that, an open call is one whose worker died.")
    duration_ms = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(name="model_call_spent", fields=["model", "started_at"])]  # today's budget

    def __str__(self) -> str:
        return f"{self.model}: {self.get_outcome_display()}"


class Draft(models.Model):
    """What a model made of a task: a proposal of its own."""

    task = models.OneToOneField(ExecutionTask, on_delete=models.PROTECT, related_name="draft")
    source = models.ForeignKey(
        ExecutionTask, on_delete=models.PROTECT, related_name="drafts", help_text="The task that was to be drafted."
    )
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="draft")
    call = models.OneToOneField(ModelCall, on_delete=models.PROTECT, related_name="draft")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"draft of {self.source}"
