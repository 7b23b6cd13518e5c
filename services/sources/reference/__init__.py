"""Reference files that a person keeps: agencies, successions, procedures, calendars and figures that were submitted."""
