"""Word templates: values in the language of the contract, filters, numbering, checks of templates and their safety."""
