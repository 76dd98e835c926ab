"""The definition of a workflow as frozen values: states, transitions, rounds, conditions, durations, types of facts."""
