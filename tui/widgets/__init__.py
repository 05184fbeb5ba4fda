"""Widgets the panes share. They draw cleaned text alone, and repaint as little as they can."""
