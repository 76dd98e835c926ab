"""The unit of work, the published definitions, the audit log with its verification, and rate limits."""
