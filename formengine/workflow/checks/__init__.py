"""Static checks of a workflow: unknown names, types of facts, quorums, reachability (W13)."""
