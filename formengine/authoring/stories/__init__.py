"""Stories: executable examples of a pack."""
