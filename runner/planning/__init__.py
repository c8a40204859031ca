"""What a job uses and costs, as a plan that can be saved and compared."""
