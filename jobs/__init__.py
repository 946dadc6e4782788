"""Jobs: open_run, the five stages and train; one file per verb."""
