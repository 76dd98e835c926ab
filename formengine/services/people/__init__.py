"""People, organisations, absences, and the workflow engine's directory."""
