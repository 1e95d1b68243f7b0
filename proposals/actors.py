"""Who did something: an account, the policy, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass

from proposals.models import PolicyVersion, ProposalEvent, User


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, as an event records it. ``key``: how the API key begins that they call with, if any."""

    kind: ProposalEvent.ActorKind
    user: User | None = None
    policy: PolicyVersion | None = None
    key: str = ""

    @classmethod
    def of(cls, user: User) -> Actor:
        """The account, as what it is: a person, a service or a model."""
        return cls(ProposalEvent.ActorKind(user.kind), user=user, key=user.calls_with)

    @classmethod
    def of_policy(cls, policy: PolicyVersion) -> Actor:
        """The policy, when it and no person let something happen."""
        return cls(ProposalEvent.ActorKind.POLICY, policy=policy)

    @classmethod
    def system(cls) -> Actor:
        """The running system: schedules and sweeps."""
        return cls(ProposalEvent.ActorKind.SYSTEM)

    def __str__(self) -> str:
        return str(self.user or self.policy or "the system")
