"""What every service needs to run, without a business word in it."""
