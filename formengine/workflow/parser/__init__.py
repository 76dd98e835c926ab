"""The parser: `workflow.yaml` becomes a `Workflow`, and its mistakes become findings."""
