"""What a simulated customization job is made of: base model, role, settings, data, phases, metrics."""
