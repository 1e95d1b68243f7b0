"""The same request, however it comes: near-duplicate texts, and actions that several plans ask for."""

from proposals.repetition.requests import Request, RequestKind, requests_of
from proposals.repetition.signature import Signature, sign

__all__ = ["Request", "RequestKind", "Signature", "requests_of", "sign"]
