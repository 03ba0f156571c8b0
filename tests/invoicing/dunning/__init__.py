"""Tests of dunning."""
