"""Credentials by the shapes that detect-secrets keeps and ours do not have: docs/adr/0007 says which, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

# Each with a word that stands in every text it can match, so that most texts cost one search for that word.
_DETECTORS: tuple[tuple[str, RegexBasedDetector, re.Pattern[str]], ...] = (
    ("an Azure storage key", AzureStorageKeyDetector(), re.compile("AccountKey=")),
    ("a Discord bot token", DiscordBotTokenDetector(), re.compile(r"\.[a-zA-Z\d_-]{6}\.[a-zA-Z\d_-]{27}")),
    ("a GitLab token", GitLabTokenDetector(), re.compile("gl[a-z]{2,5}-|GR1348941")),
    ("a Mailchimp key", MailchimpDetector(), re.compile(r"-us\d")),
    ("a PyPI token", PypiTokenDetector(), re.compile("pypi-Ag")),
    ("a Slack token", SlackDetector(), re.compile("(?i)xox|hooks\\.slack\\.com")),
    ("a Square secret", SquareOAuthDetector(), re.compile("sq0csp-")),
    ("a Telegram bot token", TelegramBotTokenDetector(), re.compile(r"\d{8}:[0-9A-Za-z_-]{35}")),
    ("a Twilio key", TwilioKeyDetector(), re.compile("(?:AC|SK)[a-z0-9]{32}")),
)
# What a pattern takes along before the secret itself.
_BEFORE = "AccountKey="


def find_published(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each; one that goes on in letters or digits is another thing. Linear in the text."""
    for kind, detector, hint in _DETECTORS:
        if not hint.search(text):
            continue
        for pattern in detector.denylist:
            for match in pattern.finditer(text):
                if _stands_alone(text, *match.span()):
                    before = len(_BEFORE) if match[0].startswith(_BEFORE) else 0
                    yield kind, match.start() + before, match.end()


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")
