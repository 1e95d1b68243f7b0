"""``execution_tasks`` as a queue: claim, lease, fence, heartbeat, reaper. docs/adr/0004 says why there is no other."""
