"""The gate every published number passes: small counts hidden, and what would betray them."""
