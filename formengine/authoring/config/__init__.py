"""Files of `config/`: portal, teams, calendars, lists, mail templates."""
