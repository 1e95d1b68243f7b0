"""The git workspace that approved files go to, one commit per task."""
