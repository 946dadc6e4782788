"""The room that makes results live: claim, verify, audit, commit, history. Only it knows the table format."""
