"""Features: looking back without looking ahead, and the contract between training and scoring."""
