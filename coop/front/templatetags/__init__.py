"""Filters and tags of every page: money, dates, states, charts."""
