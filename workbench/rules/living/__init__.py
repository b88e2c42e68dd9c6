"""Living conditions and eligibility: rules."""
