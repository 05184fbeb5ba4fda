"""One folder per pane. A pane is a list, a detail and its few actions; the same keys mean the same everywhere."""
