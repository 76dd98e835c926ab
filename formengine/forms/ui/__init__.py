"""Options of presentation (`ui`): reading them, and importing RJSF uiSchemas."""
