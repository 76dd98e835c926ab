"""JSON Schema as the forms engine reads it: dialects, references, patterns, and what is refused."""
