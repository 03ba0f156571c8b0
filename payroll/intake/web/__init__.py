"""Pages of the intake: the member's form, the office's comparison."""
