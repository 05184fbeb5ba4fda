"""What stands in the place of lists of people once they are erased."""
