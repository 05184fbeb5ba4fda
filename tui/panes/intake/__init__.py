"""受付: the list of applications, one record, keyed entry, import."""
