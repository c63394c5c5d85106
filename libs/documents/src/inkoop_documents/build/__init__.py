"""From the groups that a scan found to the values of the model."""
